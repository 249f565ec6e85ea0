// Python literals, as Ansible reads the values of its INI files (ast.literal_eval): numbers, quoted text, lists, dicts, True, False, None.
import type { Json } from "../../lib/json.ts";
import { type Cursor, peek, skipSpace, take } from "./cursor.ts";
import { numberAt, startsString, stringAt } from "./literal-atoms.ts";

const deepest = 40;

/** The value, or undefined where Python finds no literal: the text then stays text. Tuples and sets become lists; a comment behind the value is left out. */
export function pythonLiteral(text: string): { readonly value: Json } | undefined {
  const cursor: Cursor = { text, at: 0 };
  const items = itemsUntil(cursor, undefined, 0);
  const [first] = items?.values ?? [];
  if (items === undefined || first === undefined) return undefined;
  return { value: items.comma ? items.values : first };
}

type Value = Json | undefined;

function valueAt(cursor: Cursor, depth: number): Value {
  skipSpace(cursor);
  if (depth > deepest) return undefined;
  if (take(cursor, "[")) return itemsUntil(cursor, "]", depth + 1)?.values;
  if (take(cursor, "(")) return parenthesised(cursor, depth + 1);
  if (take(cursor, "{")) return dictOrSet(cursor, depth + 1);
  if (startsString(cursor)) return stringAt(cursor);
  const word = wordAt(cursor);
  return word === undefined ? numberAt(cursor) : word;
}

// None is null, which is a value: so the table holds boxes.
const words: readonly (readonly [string, { readonly value: Json }])[] = [
  ["True", { value: true }],
  ["False", { value: false }],
  ["None", { value: null }],
];

function wordAt(cursor: Cursor): Value {
  for (const [word, { value }] of words) if (take(cursor, word)) return value;
  return undefined;
}

interface Items {
  readonly values: readonly Json[];
  /** True when there was a comma: one value with a comma is a tuple. */
  readonly comma: boolean;
}

// Values with commas between, up to the closing bracket, or to the end of the text.
function itemsUntil(cursor: Cursor, close: string | undefined, depth: number): Items | undefined {
  const values: Json[] = [];
  let [mayFollow, comma] = [true, false];
  while (!ended(cursor, close)) {
    const value = mayFollow ? valueAt(cursor, depth) : undefined;
    if (value === undefined) return undefined;
    values.push(value);
    skipSpace(cursor);
    mayFollow = take(cursor, ",");
    comma ||= mayFollow;
  }
  return closed(cursor, close) ? { values, comma } : undefined;
}

function ended(cursor: Cursor, close: string | undefined): boolean {
  skipSpace(cursor);
  const next = peek(cursor);
  return close === undefined ? next === "" || next === "#" : next === close;
}

function closed(cursor: Cursor, close: string | undefined): boolean {
  skipSpace(cursor);
  return close === undefined ? ended(cursor, close) : take(cursor, close);
}

function parenthesised(cursor: Cursor, depth: number): Value {
  const items = itemsUntil(cursor, ")", depth);
  return items === undefined || items.comma || items.values.length === 0 ? items?.values : items.values[0];
}

function dictOrSet(cursor: Cursor, depth: number): Value {
  const before = cursor.at;
  const dict = dictAt(cursor, depth);
  if (dict !== undefined) return dict;
  cursor.at = before;
  return itemsUntil(cursor, "}", depth)?.values;
}

function dictAt(cursor: Cursor, depth: number): Value {
  const members: Record<string, Json> = Object.create(null);
  while (!ended(cursor, "}")) {
    const key = keyAt(cursor, depth);
    skipSpace(cursor);
    const value = key !== undefined && take(cursor, ":") ? valueAt(cursor, depth) : undefined;
    if (key === undefined || value === undefined) return undefined;
    members[key] = value;
    skipSpace(cursor);
    if (!take(cursor, ",")) break;
  }
  return closed(cursor, "}") ? members : undefined;
}

// As Python's json.dumps writes keys that are no text.
function keyAt(cursor: Cursor, depth: number): string | undefined {
  const key = valueAt(cursor, depth);
  if (key === undefined || (typeof key === "object" && key !== null)) return undefined;
  return String(key);
}
