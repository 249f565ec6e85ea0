// Why a role's module did not load, told by its own lines and without those of Node and hlx.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Position, Problem } from "../../model/problem.ts";

interface Place {
  readonly line: number;
  readonly column: number;
  readonly length?: number;
}

/** The problem of an `import()` of the role in `folder` (a file URL ending in a slash) that was refused or threw. */
export function loadProblem(role: string, folder: string, thrown: unknown): Problem {
  const at = placeOf(thrown, folder) ?? { file: fileURLToPath(`${folder}role.ts`), line: 1, column: 1 };
  const said = thrown instanceof Error ? thrown.message.replaceAll(fileURLToPath(folder), "") : String(thrown);
  switch (codeOf(thrown)) {
    case "ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX":
      return { code: "input", message: `role ${role}: ${notErasable(at.text ?? "")}`, at, hint: insteadOf(at.text ?? ""), cause: thrown };
    case "ERR_INVALID_TYPESCRIPT_SYNTAX":
      return { code: "input", message: `role ${role} is not valid TypeScript: ${said}`, at, cause: thrown };
    default:
      return { code: "input", message: `role ${role} failed to load: ${said}`, at, cause: thrown };
  }
}

/** The first line of the role's own files that a stack names; undefined when it names none. */
export function placeOf(thrown: unknown, folder: string): Position | undefined {
  const stack = thrown instanceof Error ? (thrown.stack ?? "") : "";
  // A syntax error's stack begins with the place, up to three source lines, and carets; others have frames.
  const head = /^(file:\/\/[^\n]+?):(\d+)\n(?:[^\n]*\n){1,3}?( *)(\^+)\n/.exec(stack);
  if (head?.[1]?.startsWith(folder)) return position(head[1], { line: Number(head[2]), column: (head[3] ?? "").length + 1, length: (head[4] ?? "^").length });
  const frames = [...stack.matchAll(frame)];
  const own = frames.find(([, url = ""]) => url.startsWith(folder));
  return own?.[1] === undefined ? undefined : position(own[1], { line: Number(own[2]), column: Number(own[3]) });
}

const hlx = new URL("../../", import.meta.url).href;

/** The first line of a stack that is not hlx's own code: where a role called it, or threw. */
export function ownPlaceOf(thrown: unknown): Position | undefined {
  const frames = [...(thrown instanceof Error ? (thrown.stack ?? "") : "").matchAll(frame)];
  const own = frames.find(([, url = ""]) => !url.startsWith(hlx));
  return own?.[1] === undefined ? undefined : position(own[1], { line: Number(own[2]), column: Number(own[3]) });
}

const frame = /(file:\/\/[^\n]+?):(\d+):(\d+)\)?$/gm;

function position(url: string, place: Place): Position {
  const file = fileURLToPath(url);
  const text = readFileSync(file, "utf8").split(/\r?\n/)[place.line - 1];
  return { file, ...place, ...(text === undefined ? {} : { text }) };
}

function codeOf(thrown: unknown): unknown {
  return thrown instanceof Error && "code" in thrown ? thrown.code : undefined;
}

function constructIn(source: string): string | undefined {
  return /\b(enum|namespace|module)\b/.exec(source)?.[1];
}

function notErasable(source: string): string {
  return `${constructIn(source) ?? "this"} is not erasable TypeScript: Node only strips the types`;
}

function insteadOf(source: string): string {
  if (constructIn(source) === "enum") return 'use a union of strings ("a" | "b") or a const object';
  return constructIn(source) === undefined
    ? "declare fields and assign them in the constructor; use `as` for casts"
    : "use a module (a file of its own) and import it";
}
