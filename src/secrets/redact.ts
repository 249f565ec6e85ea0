// Takes known secrets out of any text, also in the encodings they usually travel in.
import { quote } from "../lib/quote.ts";
import { visible } from "../lib/visible.ts";
import { placeholder } from "./secret.ts";

export interface Redactor {
  /** From now on this value is taken out. Values below 4 characters are left: they would tear every text apart. */
  add(value: string): void;
  redact(text: string): string;
}

const shortest = 4;
/** What the views put where they cut a text. */
const cutMark = "…";

export function makeRedactor(): Redactor {
  const forms = new Set<string>();
  let pattern: RegExp | undefined;
  return {
    add: (value) => {
      if (value.length < shortest) return;
      for (const form of formsOf(value)) if (form.length >= shortest) forms.add(form);
      const longestFirst = [...forms].sort((left, right) => right.length - left.length);
      pattern = new RegExp(longestFirst.map((form) => literal(form)).join("|"), "g");
    },
    redact: (text) => (pattern === undefined ? text : withoutCut(text.replace(pattern, placeholder), forms)),
  };
}

// A view that cuts a line for its width may cut a value in two: its beginning, right before the mark of a cut, goes too.
function withoutCut(text: string, forms: ReadonlySet<string>): string {
  const [first = "", ...pieces] = text.split(cutMark);
  if (pieces.length === 0) return text;
  const before = [first, ...pieces.slice(0, -1)].map((piece) => withoutBeginning(piece, forms));
  return [...before, pieces.at(-1)].join(cutMark);
}

function withoutBeginning(text: string, forms: ReadonlySet<string>): string {
  const longest = Math.max(0, ...[...forms].map((form) => beginningAtEnd(text, form)));
  return longest === 0 ? text : text.slice(0, -longest) + placeholder;
}

/** How many characters at the end of the text are the beginning of the form; 0 below the shortest. */
function beginningAtEnd(text: string, form: string): number {
  for (let length = Math.min(text.length, form.length - 1); length >= shortest; length--) if (text.endsWith(form.slice(0, length))) return length;
  return 0;
}

function literal(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, "\\$&");
}

// A value of several lines is also taken out line by line: output is shown a line at a time.
function formsOf(value: string): readonly string[] {
  const whole = [value, value.trim()];
  const lines = value.includes("\n") ? value.split("\n").filter((line) => line.trim().length >= 2 * shortest) : [];
  return [...whole, ...lines].filter((form) => form.length >= shortest).flatMap(encodingsOf);
}

function encodingsOf(value: string): readonly string[] {
  const bytes = Buffer.from(value, "utf8");
  const hex = bytes.toString("hex");
  const base64 = [0, 1, 2].map((offset) => insideBase64(bytes, offset));
  const base64url = base64.map((text) => text.replaceAll("+", "-").replaceAll("/", "_"));
  const json = JSON.stringify(value).slice(1, -1);
  return [
    value,
    visible(value),
    ...base64,
    ...base64url,
    hex,
    hex.toUpperCase(),
    ...urlForms(value),
    json,
    JSON.stringify(json).slice(1, -1),
    ...quotedForms(value),
  ];
}

// What base64 makes of the bytes wherever they begin within a larger text: characters that neighbours take part in are left out.
function insideBase64(bytes: Buffer, offset: number): string {
  const text = Buffer.concat([Buffer.alloc(offset), bytes])
    .toString("base64")
    .replaceAll("=", "");
  const from = [0, 2, 3][offset] ?? 0;
  const partial = (offset + bytes.length) % 3 === 0 ? 0 : 1;
  const inside = text.slice(from, text.length - partial);
  // Short pieces of base64 would match words that have nothing to do with it.
  return inside.length >= shortest ? inside : "";
}

function urlForms(value: string): readonly string[] {
  if (!value.isWellFormed()) return [];
  const encoded = encodeURIComponent(value);
  const form = new URLSearchParams({ v: value }).toString().slice(2);
  return [encoded, encoded.replaceAll(/%[0-9A-F]{2}/g, (code) => code.toLowerCase()), form];
}

function quotedForms(value: string): readonly string[] {
  return value.includes("\0") ? [] : [quote(value), quote(value).slice(1, -1)].filter((form) => form.length >= value.length);
}
