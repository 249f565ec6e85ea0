// hlx.lock: what was looked up outside of the project, kept beside the inventory and in version control.
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { isRecord } from "../../lib/json.ts";
import { ProblemError } from "../../model/problem.ts";

/** Values by `source:key`. Not a secret: what it holds is public. */
export interface InputLock {
  get(key: string): string | undefined;
  /** Those whose key begins so, without the beginning. */
  below(prefix: string): Readonly<Record<string, string>>;
  /** Written to the file at once. */
  set(key: string, value: string): void;
}

/** Reads the file, or begins an empty one that is written at the first `set`. Throws ProblemError when it is damaged. */
export function openLock(path: string): InputLock {
  const values = existsSync(path) ? read(path) : new Map<string, string>();
  const set = (key: string, value: string): void => {
    values.set(key, value);
    write(path, values);
  };
  const below = (prefix: string): Readonly<Record<string, string>> =>
    Object.fromEntries([...values].flatMap(([key, value]) => (key.startsWith(prefix) ? [[key.slice(prefix.length), value]] : [])));
  return { get: (key) => values.get(key), below, set };
}

function read(path: string): Map<string, string> {
  const lock = parsed(path, readFileSync(path, "utf8"));
  const inputs = isRecord(lock) && lock["format"] === 1 ? lock["inputs"] : undefined;
  if (!isRecord(inputs)) throw damaged(path);
  const entries = Object.entries(inputs).map(([key, value]) => [key, Array.isArray(value) ? value.join("\n") : undefined] as const);
  if (entries.some(([, value]) => value === undefined)) throw damaged(path);
  return new Map(entries.flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])));
}

function parsed(path: string, source: string): unknown {
  try {
    return JSON.parse(source);
  } catch (cause) {
    throw damaged(path, cause);
  }
}

// Lines, so that a change is read in review; sorted, so that two people's changes merge.
function write(path: string, values: ReadonlyMap<string, string>): void {
  const inputs = Object.fromEntries([...values].sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, value]) => [key, value.split("\n")]));
  const staged = `${path}.new`;
  writeFileSync(staged, `${JSON.stringify({ format: 1, inputs }, undefined, 2)}\n`);
  renameSync(staged, path);
}

function damaged(path: string, cause?: unknown): ProblemError {
  return new ProblemError({
    code: "input",
    message: "hlx.lock is not what hlx wrote",
    at: { file: path, line: 1, column: 1 },
    hint: "take it from version control, or delete it to look everything up again",
    cause,
  });
}
