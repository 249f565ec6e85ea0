// Extra variables of the command line: key=value, JSON, or a file in YAML or JSON.
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { isRecord, type Json, parsedJson } from "../../lib/json.ts";
import { why } from "../../lib/why.ts";
import { parseYaml } from "../../model/documents/parse.ts";
import { ProblemError } from "../../model/problem.ts";

/** All of them, later ones stronger. Throws ProblemError (usage) for what is none. */
export async function extraVars(given: readonly string[], cwd: string): Promise<ReadonlyMap<string, Json>> {
  const all = await Promise.all(given.map((one) => (one.startsWith("@") ? fromFile(one.slice(1), cwd) : varsIn(one))));
  return new Map(all.flat());
}

type Vars = readonly (readonly [string, Json])[];

/** `cores=4` is a number, `version=1.10` a text: a value is JSON only where nothing is lost by it. */
export function varsIn(text: string): Vars {
  if (text.startsWith("{")) return fromJson(text, `-e ${text}`);
  const [, key, value] = /^([A-Za-z_]\w*)=(.*)$/s.exec(text) ?? [];
  if (key === undefined || value === undefined)
    throw new ProblemError({ code: "usage", message: `-e ${text}: not a variable`, hint: "write key=value, a JSON object, or @file" });
  return [[key, scalar(value)]];
}

async function fromFile(file: string, cwd: string): Promise<Vars> {
  const text = await readFile(resolve(cwd, file), "utf8").catch((cause: unknown) => {
    throw new ProblemError({ code: "usage", message: `-e @${file}: ${why(cause)}`, cause });
  });
  return entriesOf(parseYaml(resolve(cwd, file), text).value, `-e @${file}`, "a map of variables");
}

function fromJson(text: string, shown: string): Vars {
  return entriesOf(parsedJson(text), shown, "a JSON object");
}

function entriesOf(value: unknown, shown: string, wanted: string): Vars {
  if (!isRecord(value)) throw new ProblemError({ code: "usage", message: `${shown}: not ${wanted}` });
  return Object.entries(value) as [string, Json][];
}

function scalar(text: string): Json {
  const value = parsedJson(text);
  return value !== undefined && (typeof value !== "number" || String(value) === text) && typeof value !== "string" ? (value as Json) : text;
}
