// JSON values and one canonical spelling of them, so that equal values have equal text.

export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json;
}

/** The value as JSON text with sorted keys and no spaces; members that are `undefined` are left out. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((item) => canonical(item ?? null)).join(",")}]`;
  if (!isRecord(value)) return JSON.stringify(value ?? null);
  const members = Object.keys(value)
    .filter((key) => value[key] !== undefined)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`);
  return `{${members.join(",")}}`;
}

/** True when both values have the same canonical text. */
export function same(left: unknown, right: unknown): boolean {
  return canonical(left) === canonical(right);
}

/** The value with every text in it replaced, keys too. A number becomes a text where the replacement leaves no digit of it: nothing else would be JSON. */
export function withTexts<Value>(value: Value, replace: (text: string) => string): Value {
  return replaced(value, replace) as Value;
}

function replaced(value: unknown, replace: (text: string) => string): unknown {
  if (typeof value === "string") return replace(value);
  if (typeof value === "number") return /\d/.test(replace(String(value))) ? value : replace(String(value));
  if (Array.isArray(value)) return value.map((item) => replaced(item, replace));
  return isRecord(value) ? Object.fromEntries(Object.entries(value).map(([key, item]) => [replace(key), replaced(item, replace)])) : value;
}

/** The value of a JSON text; undefined where it is none. */
export function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** True for objects that are not null and not arrays. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
