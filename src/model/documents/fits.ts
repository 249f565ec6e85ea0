// Says quickly that a value fits a JSON Schema; compiling a schema with ajv takes longer than a plan's round trips.
import { isRecord, same } from "../../lib/json.ts";

/** True when the value fits. False means: it does not, or the schema says more than is understood here; ask ajv then. */
export function fits(value: unknown, schema: unknown): boolean {
  return fitsIn(value, schema, { root: schema });
}

interface Around {
  /** Where `$ref` points into. */
  readonly root: unknown;
}

function fitsIn(value: unknown, schema: unknown, around: Around): boolean {
  if (typeof schema === "boolean") return schema;
  if (!isRecord(schema)) return false;
  return Object.entries(schema).every(
    ([keyword, wanted]) => annotations.has(keyword) || (checks.get(keyword)?.(value, wanted, { ...around, schema }) ?? false),
  );
}

type Check = (value: unknown, wanted: unknown, around: Around & { readonly schema: Readonly<Record<string, unknown>> }) => boolean;

/** Keywords that assert nothing; `format` does not either, see schemas.ts. */
const annotations: ReadonlySet<string> = new Set([
  "$schema",
  "$id",
  "$comment",
  "$defs",
  "title",
  "description",
  "default",
  "examples",
  "deprecated",
  "format",
]);

const types: ReadonlyMap<unknown, (value: unknown) => boolean> = new Map<unknown, (value: unknown) => boolean>([
  ["null", (value) => value === null],
  ["boolean", (value) => typeof value === "boolean"],
  ["string", (value) => typeof value === "string"],
  ["number", (value) => Number.isFinite(value)],
  ["integer", (value) => Number.isInteger(value)],
  ["array", (value) => Array.isArray(value)],
  ["object", isRecord],
]);

const checks: ReadonlyMap<string, Check> = new Map<string, Check>([
  ["type", (value, wanted) => [wanted].flat().some((type) => types.get(type)?.(value) ?? false)],
  ["enum", (value, wanted) => Array.isArray(wanted) && wanted.some((one) => isSame(one, value))],
  ["const", (value, wanted) => isSame(wanted, value)],
  ["pattern", (value, wanted) => typeof value !== "string" || patternOf(String(wanted)).test(value)],
  ["minLength", (value, wanted) => typeof value !== "string" || [...value].length >= Number(wanted)],
  ["maxLength", (value, wanted) => typeof value !== "string" || [...value].length <= Number(wanted)],
  ["minimum", (value, wanted) => typeof value !== "number" || value >= Number(wanted)],
  ["maximum", (value, wanted) => typeof value !== "number" || value <= Number(wanted)],
  ["minItems", (value, wanted) => !Array.isArray(value) || value.length >= Number(wanted)],
  ["maxItems", (value, wanted) => !Array.isArray(value) || value.length <= Number(wanted)],
  ["minProperties", (value, wanted) => !isRecord(value) || Object.keys(value).length >= Number(wanted)],
  ["maxProperties", (value, wanted) => !isRecord(value) || Object.keys(value).length <= Number(wanted)],
  [
    "uniqueItems",
    (value, wanted) => wanted !== true || !Array.isArray(value) || value.every((one, index) => !value.slice(0, index).some((other) => same(one, other))),
  ],
  ["required", (value, wanted) => !isRecord(value) || (Array.isArray(wanted) && wanted.every((key) => ownOf(value, String(key)) !== undefined))],
  [
    "items",
    (value, wanted, around) => !Array.isArray(value) || (around.schema["prefixItems"] === undefined && value.every((one) => fitsIn(one, wanted, around))),
  ],
  ["properties", (value, wanted, around) => !isRecord(value) || Object.entries(wanted ?? {}).every(([key, schema]) => fitsAt(value, key, { schema, around }))],
  ["additionalProperties", (value, wanted, around) => !isRecord(value) || others(value, around.schema).every((key) => fitsIn(value[key], wanted, around))],
  ["propertyNames", (value, wanted, around) => !isRecord(value) || Object.keys(value).every((key) => fitsIn(key, wanted, around))],
  ["anyOf", (value, wanted, around) => Array.isArray(wanted) && wanted.some((one) => fitsIn(value, one, around))],
  ["allOf", (value, wanted, around) => Array.isArray(wanted) && wanted.every((one) => fitsIn(value, one, around))],
  ["$ref", (value, wanted, around) => fitsIn(value, definitionOf(wanted, around.root), around)],
]);

function fitsAt(value: Readonly<Record<string, unknown>>, key: string, { schema, around }: { readonly schema: unknown; readonly around: Around }): boolean {
  const there = ownOf(value, key);
  return there === undefined || fitsIn(there, schema, around);
}

// With patternProperties beside it fewer keys are additional, but then ajv is asked anyway: that keyword is not understood here.
function others(value: Readonly<Record<string, unknown>>, schema: Readonly<Record<string, unknown>>): readonly string[] {
  const named = schema["properties"];
  return Object.keys(value).filter((key) => !isRecord(named) || !Object.hasOwn(named, key));
}

function definitionOf(ref: unknown, root: unknown): unknown {
  const name = typeof ref === "string" ? /^#\/\$defs\/([^/~%]+)$/.exec(ref)?.[1] : undefined;
  const definitions = isRecord(root) ? root["$defs"] : undefined;
  return name !== undefined && isRecord(definitions) && Object.hasOwn(definitions, name) ? definitions[name] : false;
}

// Ajv's equality of maps and lists is its own affair.
function isSame(wanted: unknown, value: unknown): boolean {
  return wanted === value && (wanted === null || typeof wanted !== "object");
}

function ownOf(value: Readonly<Record<string, unknown>>, key: string): unknown {
  return Object.hasOwn(value, key) ? value[key] : undefined;
}

const patterns = new Map<string, RegExp>();

// Throws for what is no regular expression, as ajv does.
function patternOf(source: string): RegExp {
  const known = patterns.get(source) ?? new RegExp(source, "u");
  patterns.set(source, known);
  return known;
}
