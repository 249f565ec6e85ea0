// Python's numbers and strings, as written in source (Python language reference, "Lexical analysis").
import { type Cursor, peek, skipSpace, takeMatch } from "./cursor.ts";

/** The number that stands here, with its sign. Undefined for none, and for one that loses digits here. */
export function numberAt(cursor: Cursor): number | undefined {
  const before = cursor.at;
  const sign = takeMatch(cursor, /[+-]?\s*/y)?.[0].startsWith("-") === true ? -1 : 1;
  const digits = takeMatch(
    cursor,
    /0[xX](?:_?[\da-fA-F])+|0[oO](?:_?[0-7])+|0[bB](?:_?[01])+|(?:\d(?:_?\d)*\.?(?:\d(?:_?\d)*)?|\.\d(?:_?\d)*)(?:[eE][+-]?\d(?:_?\d)*)?/y,
  )?.[0];
  const value = digits === undefined ? undefined : numberIn(digits.replaceAll("_", ""));
  if (value !== undefined) return value === 0 ? 0 : sign * value;
  cursor.at = before;
  return undefined;
}

// 0644 is a mistake to Python 3, so it stays text; 00 and 01.5 are not.
function numberIn(digits: string): number | undefined {
  if (/^0\d*[1-9]\d*$/.test(digits)) return undefined;
  const value = Number(digits);
  return Number.isFinite(value) && (/[.eE]/.test(digits) || Number.isSafeInteger(value)) ? value : undefined;
}

const opening = /[rRuU]?["']/y;

export function startsString({ text, at }: Cursor): boolean {
  opening.lastIndex = at;
  return opening.test(text);
}

/** The quoted text that stands here, joined with those that follow it. Undefined when one is not closed. */
export function stringAt(cursor: Cursor): string | undefined {
  let joined = "";
  while (startsString(cursor)) {
    const piece = pieceAt(cursor);
    if (piece === undefined) return undefined;
    joined += piece;
    skipSpace(cursor);
  }
  return joined;
}

function pieceAt(cursor: Cursor): string | undefined {
  const raw = /[rR]/.test(takeMatch(cursor, /[rRuU]?/y)?.[0] ?? "");
  const inside = peek(cursor) === '"' ? /"((?:[^"\\]|\\[\s\S])*)"/y : /'((?:[^'\\]|\\[\s\S])*)'/y;
  const body = takeMatch(cursor, inside)?.[1];
  return body === undefined || raw ? body : unescaped(body);
}

const simple: Readonly<Record<string, string>> = {
  n: "\n",
  t: "\t",
  r: "\r",
  a: "\x07",
  b: "\b",
  f: "\f",
  v: "\v",
  "\\": "\\",
  "'": "'",
  '"': '"',
  "\n": "",
};

// An escape that Python does not know keeps its backslash.
function unescaped(body: string): string {
  return body.replaceAll(
    /\\(?:x([\da-fA-F]{2})|u([\da-fA-F]{4})|U(00(?:0[\da-fA-F]|10)[\da-fA-F]{4})|([0-7]{1,3})|([\s\S]))/g,
    (whole, ...found: readonly (string | undefined)[]) => {
      const [x, u, long, octal, other = ""] = found;
      const hex = x ?? u ?? long;
      if (hex !== undefined) return String.fromCodePoint(Number.parseInt(hex, 16));
      if (octal !== undefined) return String.fromCodePoint(Number.parseInt(octal, 8));
      return simple[other] ?? whole;
    },
  );
}
