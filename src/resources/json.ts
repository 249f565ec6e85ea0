// Values inside a JSON file that others write to, too: daemon.json, package settings.
import { isRecord, type Json, type JsonObject, same } from "../lib/json.ts";
import { absent, type Change, change, type Found, type Irreversible, type Kind, type Known, type PreImages, present } from "../model/kind.ts";
import type { Readers } from "../model/ports/index.ts";
import type { Resource, ResourceOptions } from "../model/resource.ts";
import type { JsonSchema } from "../model/schema.ts";
import type { Step } from "../model/step.ts";
import { argvSchema, modePattern, pathPattern, resourceOf } from "./make.ts";
import { denied, missingParent } from "./ownership.ts";
import { fileRead } from "./reads/files.ts";

/** Values that a JSON file must hold; everything else in it is left as it is. */
export interface JsonValues {
  readonly path: string;
  /** Maps are merged, everything else is replaced. */
  readonly set: JsonObject;
  readonly mode: string;
  readonly validate?: readonly string[];
}

/** By JSON pointer, null where there is nothing. The hash is that of the whole file: a write goes by what was read. */
export interface JsonActual {
  readonly sha256: string;
  readonly values: Readonly<Record<string, Json>>;
}

const schema: JsonSchema = {
  type: "object",
  additionalProperties: false,
  required: ["path", "set", "mode"],
  properties: {
    path: { type: "string", pattern: pathPattern, description: "Where: an absolute path. Its folder must be there or come from an earlier resource." },
    set: { type: "object", description: "What it must hold: maps are merged, everything else is replaced. What others wrote beside it stays." },
    mode: { type: "string", pattern: modePattern, description: "Of a file that is not there yet: four octal digits. Default 0644." },
    validate: { ...argvSchema, description: "A command that checks the staged file before it replaces the old one; %s stands for the staged file's path." },
  },
};

export const jsonKind: Kind<JsonValues, JsonActual, "shell"> = {
  kind: "json",
  summary: "Values inside a JSON file: maps are merged, what others wrote stays.",
  schema,
  via: ["shell"],
  identity: ({ path }) => path,
  probe,
  diff,
  steps,
  restore,
};

export interface JsonOptions extends ResourceOptions {
  readonly path: string;
  readonly set: JsonObject;
  readonly mode?: string;
  readonly validate?: readonly string[];
}

/** Values inside a JSON file. Default mode of a new one 0644. */
export function json({ path, set, mode = "0644", validate, ...brings }: JsonOptions): Resource<JsonValues> {
  return resourceOf(jsonKind, { path, set, mode, ...(validate === undefined ? {} : { validate }) }, { ...brings, traces: [path] });
}

async function probe({ path, set }: JsonValues, { shell }: Pick<Readers, "shell">): Promise<Found<JsonActual>> {
  const seen = await shell.ask(fileRead, { path, unless: "" });
  if (seen.seen === "denied") return { found: "unknown", because: denied(path) };
  if (seen.seen === "no-parent") return missingParent(path);
  if (seen.seen === "absent") return absent;
  const text = seen.content === undefined ? undefined : Buffer.from(seen.content).toString("utf8");
  const value = text === undefined ? undefined : parsed(text);
  if (seen.sha256 === undefined || text === undefined || !isRecord(value)) {
    const message = `looking at ${path}: it is no file with a JSON map`;
    return { found: "unknown", because: { code: "unknown", message, hint: "mend it or move it away by hand" } };
  }
  return present({ sha256: seen.sha256, values: Object.fromEntries(leavesOf(set).map(({ pointer, keys }) => [pointer, valueAt(value, keys)])) }, { text });
}

// An empty file is an empty map, as it is to most who read such files.
function parsed(text: string): unknown {
  if (text.trim() === "") return {};
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

interface Leaf {
  readonly pointer: string;
  readonly keys: readonly string[];
  readonly value: Json;
}

function leavesOf(value: JsonObject, above: readonly string[] = []): readonly Leaf[] {
  return Object.entries(value).flatMap(([key, member]): readonly Leaf[] => {
    const keys = [...above, key];
    if (isRecord(member) && Object.keys(member).length > 0) return leavesOf(member as JsonObject, keys);
    return [{ keys, value: member, pointer: keys.map((one) => `/${one.replaceAll("~", "~0").replaceAll("/", "~1")}`).join("") }];
  });
}

function valueAt(value: unknown, keys: readonly string[]): Json {
  return keys.reduce<unknown>((inside, key) => (isRecord(inside) && Object.hasOwn(inside, key) ? inside[key] : null), value) as Json;
}

function diff({ set }: JsonValues, found: Known<JsonActual>): readonly Change[] {
  const values = found.found === "present" ? found.actual.values : {};
  return leavesOf(set)
    .filter(({ pointer, value }) => !same(values[pointer] ?? null, value))
    .map(({ pointer, value }) => change(pointer, { before: values[pointer] ?? null, after: value }));
}

function steps({ path, set, mode, validate }: JsonValues, found: Known<JsonActual>, { changes }: { readonly changes: readonly Change[] }): readonly Step[] {
  if (changes.length === 0) return [];
  const text = found.found === "present" ? found.evidence?.["text"] : "";
  const old = typeof text === "string" ? parsed(text) : undefined;
  const content = `${JSON.stringify(merged(isRecord(old) ? old : {}, set), null, 2)}\n`;
  return [{ do: "write", path, content: [content], mode, owner: "root", group: "root", ...(validate === undefined ? {} : { validate }) }];
}

function merged(old: Readonly<Record<string, unknown>>, set: JsonObject): Record<string, unknown> {
  const changed = Object.entries(set).map(([key, value]) => [key, isRecord(value) ? merged(isRecord(old[key]) ? old[key] : {}, value as JsonObject) : value]);
  return { ...old, ...Object.fromEntries(changed) };
}

function restore({ path, set, mode }: JsonValues, before: Found<JsonActual>, _pre: PreImages): JsonValues | Irreversible {
  if (before.found !== "present") return { irreversible: `${path} was not there before, and others may have written to it since` };
  const old = leavesOf(set).map(({ pointer, keys }) => ({ keys, value: before.actual.values[pointer] ?? null }));
  if (old.some(({ value }) => value === null)) return { irreversible: `${path} did not have all of these values before` };
  return { path, mode, set: old.reduce<JsonObject>((all, { keys, value }) => merged(all, nested(keys, value)) as JsonObject, {}) };
}

function nested([key = "", ...more]: readonly string[], value: Json): JsonObject {
  return { [key]: more.length === 0 ? value : nested(more, value) };
}
