// Values inside a JSON file that others write to, too: daemon.json, package settings.
import { isRecord, type Json, type JsonObject, parsedJson, same } from "../lib/json.ts";
import { absent, type Change, change, type Found, type Irreversible, type Kind, type Known, present } from "../model/kind.ts";
import type { Readers } from "../model/ports/index.ts";
import type { Resource, ResourceOptions } from "../model/resource.ts";
import type { JsonSchema } from "../model/schema.ts";
import type { Step } from "../model/step.ts";
import { argvSchema, given, modePattern, pathPattern, resourceOf } from "./make.ts";
import { denied, missingParent } from "./ownership.ts";
import { fileRead } from "./reads/files.ts";

/** Values that a JSON file must hold; everything else in it is left as it is. */
export interface JsonValues {
  readonly path: string;
  /** Maps are merged, everything else is replaced. */
  readonly set: JsonObject;
  /** JSON pointers of what must not be there. */
  readonly unset?: readonly string[];
  readonly mode: string;
  readonly validate?: readonly string[];
  /** None of the values of `set`; a file that holds nothing else goes. */
  readonly absent?: boolean;
}

/** By JSON pointer, null where there is nothing; also what stands where a map has to be. The hash is that of the whole file: a write goes by what was read. */
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
    unset: { type: "array", items: { type: "string", pattern: "^(/[^/]*)+$" }, description: "JSON pointers of what must not be there." },
    mode: { type: "string", pattern: modePattern, description: "Of a file that is not there yet: four octal digits. Default 0644." },
    validate: { ...argvSchema, description: "A command that checks the staged file before it replaces the old one; %s stands for the staged file's path." },
    absent: { type: "boolean", description: "Take the values away again; a file that holds nothing else is removed." },
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
  absent: (desired) => ({ ...desired, absent: true }),
  restore,
};

export interface JsonOptions extends ResourceOptions {
  readonly path: string;
  readonly set: JsonObject;
  readonly unset?: readonly string[];
  readonly mode?: string;
  readonly validate?: readonly string[];
  readonly absent?: boolean;
}

/** Values inside a JSON file. Default mode of a new one 0644. */
export function json({ path, set, unset, mode = "0644", validate, absent: gone, ...brings }: JsonOptions): Resource<JsonValues> {
  return resourceOf(jsonKind, { path, set, mode, ...given({ unset, validate, absent: gone }) }, { ...brings, traces: [path] });
}

async function probe(desired: JsonValues, { shell }: Pick<Readers, "shell">): Promise<Found<JsonActual>> {
  const { path } = desired;
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
  const wanted = wantedOf(desired);
  const values = [...wanted.flatMap((leaf) => inTheWay(value, leaf)), ...wanted.map(({ pointer, keys }) => [pointer, valueAt(value, keys)] as const)];
  const { mode, owner, group } = seen;
  return present({ sha256: seen.sha256, values: Object.fromEntries(values) }, { text, mode, owner, group });
}

// An empty file is an empty map, as it is to most who read such files.
function parsed(text: string): unknown {
  return text.trim() === "" ? {} : parsedJson(text);
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
    return [{ keys, value: member, pointer: pointerOf(keys) }];
  });
}

function pointerOf(keys: readonly string[]): string {
  return keys.map((one) => `/${one.replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
}

/** What a value that is set would take the place of, without being called by its name: a text or list where there has to be a map. */
function inTheWay(value: unknown, { keys, value: wanted }: Leaf): readonly (readonly [string, Json])[] {
  const above = wanted === null ? [] : keys.slice(1).map((_, index) => keys.slice(0, index + 1));
  return above.flatMap((path) => {
    const there = valueAt(value, path);
    return there === null || isRecord(there) ? [] : [[pointerOf(path), there] as const];
  });
}

function valueAt(value: unknown, keys: readonly string[]): Json {
  return keys.reduce<unknown>((inside, key) => (isRecord(inside) && Object.hasOwn(inside, key) ? inside[key] : null), value) as Json;
}

function keysOf(pointer: string): readonly string[] {
  return pointer
    .slice(1)
    .split("/")
    .map((one) => one.replaceAll("~1", "/").replaceAll("~0", "~"));
}

/** Every value that is compared; null is what must not be there. */
function wantedOf({ set, unset = [], absent: gone }: JsonValues): readonly Leaf[] {
  return [
    ...leavesOf(set).map((leaf) => (gone === true ? { ...leaf, value: null } : leaf)),
    ...unset.map((pointer) => ({ pointer, keys: keysOf(pointer), value: null })),
  ];
}

function diff(desired: JsonValues, found: Known<JsonActual>): readonly Change[] {
  const values = found.found === "present" ? found.actual.values : {};
  const wanted = wantedOf(desired);
  const others = Object.entries(values).filter(([pointer]) => !wanted.some((leaf) => leaf.pointer === pointer));
  return [
    ...others.map(([pointer, before]) => change(pointer, { before, after: null, note: "a map takes its place" })),
    ...wanted
      .filter(({ pointer, value }) => !same(values[pointer] ?? null, value))
      .map(({ pointer, value }) => change(pointer, { before: values[pointer] ?? null, after: value })),
  ];
}

function steps(desired: JsonValues, found: Known<JsonActual>, { changes }: { readonly changes: readonly Change[] }): readonly Step[] {
  if (changes.length === 0) return [];
  const { path, mode, validate, absent: gone } = desired;
  const seen = (key: string, otherwise: string): string => String((found.found === "present" ? found.evidence?.[key] : undefined) ?? otherwise);
  const old = parsed(seen("text", ""));
  const named = new Set(changes.map(({ property }) => property));
  const differing = wantedOf(desired).filter(({ pointer }) => named.has(pointer));
  const value = differing.reduce<Values>((all, leaf) => changed(all, leaf.keys, leaf.value), isRecord(old) ? old : {});
  if (gone === true && Object.keys(value).length === 0) return [{ do: "run", title: `remove ${path}`, script: 'exec rm -f -- "$1"', args: [path] }];
  const content = `${JSON.stringify(value, null, 2)}\n`;
  const ownership = { mode: seen("mode", mode), owner: seen("owner", "root"), group: seen("group", "root") };
  return [{ do: "write", path, content: [content], ...ownership, ...given({ validate }) }];
}

type Values = Readonly<Record<string, unknown>>;

// A map that is empty once its last value has gone goes with it. Where there is nothing to take away, everything stays.
function changed(all: Values, [key = "", ...more]: readonly string[], value: Json): Values {
  const { [key]: old, ...rest } = all;
  if (more.length === 0) return value === null ? rest : { ...all, [key]: value };
  if (value === null && valueAt(old, more) === null) return all;
  const inner = changed(isRecord(old) ? old : {}, more, value);
  return value === null && Object.keys(inner).length === 0 ? rest : { ...all, [key]: inner };
}

function restore(desired: JsonValues, before: Found<JsonActual>): JsonValues | Irreversible {
  const { path, mode } = desired;
  if (before.found === "absent") return { ...desired, absent: true };
  if (before.found !== "present") return { irreversible: `${path} was not known before` };
  const old = Object.entries(before.actual.values).map(([pointer, value]) => ({ pointer, keys: keysOf(pointer), value }));
  const unset = old.filter(({ value }) => value === null).map(({ pointer }) => pointer);
  const set = old.reduce<Values>((all, { keys, value }) => (value === null ? all : changed(all, keys, value)), {}) as JsonObject;
  return { path, mode, set, ...(unset.length === 0 ? {} : { unset }) };
}
