// What a schema expects and what a value is, in words.
import { isRecord } from "../../lib/json.ts";
import { isSecretRef } from "../text.ts";

/** "an integer 1–65535", "a string", `one of "a", "b"`. A schema's `title` wins over everything. */
export function expectation(schema: unknown): string {
  if (!isRecord(schema)) return "something else";
  if (typeof schema["title"] === "string") return schema["title"];
  if (Array.isArray(schema["enum"])) return listed(schema["enum"].map((item) => JSON.stringify(item)));
  if ("const" in schema) return JSON.stringify(schema["const"]);
  const types = [schema["type"] ?? []].flat().filter((type) => typeof type === "string");
  return types.length === 0 ? "something else" : listed(types.map((type) => `${nouns[type] ?? type}${numeric(type) ? range(schema) : ""}`));
}

/** `the string "22"`, `the number 5`, "a map": what was there instead. */
export function got(value: unknown): string {
  if (value === null || value === undefined) return "nothing";
  if (isSecretRef(value)) return "a secret";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "a map";
  if (typeof value === "string") return `the string ${JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value)}`;
  return typeof value === "boolean" ? String(value) : `the number ${String(value)}`;
}

/** `a`, `a or b`, `a, b or c`. */
export function listed(items: readonly string[]): string {
  const distinct = [...new Set(items)];
  return distinct.length < 2 ? (distinct[0] ?? "") : `${distinct.slice(0, -1).join(", ")} or ${distinct.at(-1)}`;
}

/** The edit that makes a value of the wrong type right, or undefined. */
export function typeHint(value: unknown, types: readonly unknown[]): string | undefined {
  if (typeof value === "string") return textHint(value, types);
  if (Array.isArray(value) && types.includes("object")) return "write a map: NAME: { … }, without dashes";
  if ((typeof value === "number" || typeof value === "boolean") && types.includes("string")) return `put it in quotes: "${value}"`;
  return value === null && types.includes("object") ? "what belongs to it goes below it, further in" : undefined;
}

function textHint(value: string, types: readonly unknown[]): string | undefined {
  if (types.some(numeric) && /^[-+]?\d+(\.\d+)?$/.test(value)) return `remove the quotes: ${value}`;
  if (types.includes("boolean")) return booleans[value.toLowerCase()];
  return types.includes("array") ? "write a list: [a, b]" : undefined;
}

const booleans: Readonly<Record<string, string>> = Object.assign(Object.create(null), {
  yes: "write true",
  on: "write true",
  no: "write false",
  off: "write false",
  true: "remove the quotes: true",
  false: "remove the quotes: false",
});

const nouns: Readonly<Record<string, string>> = {
  integer: "an integer",
  number: "a number",
  string: "a string",
  boolean: "true or false",
  array: "a list",
  object: "a map",
  null: "nothing",
};

function numeric(type: unknown): boolean {
  return type === "integer" || type === "number";
}

function range({ minimum, maximum, exclusiveMinimum, exclusiveMaximum }: Record<string, unknown>): string {
  if (typeof minimum === "number" && typeof maximum === "number") return ` ${minimum}–${maximum}`;
  const bounds = [
    [minimum, "of at least"],
    [exclusiveMinimum, "above"],
    [maximum, "of at most"],
    [exclusiveMaximum, "below"],
  ] as const;
  return bounds.map(([bound, word]) => (typeof bound === "number" ? ` ${word} ${bound}` : "")).join("");
}
