// Variables in the texts of a compose file, filled in as Compose does (compose-spec, 12-interpolation.md).

/** What a variable stands for; undefined when nothing says. */
export type Lookup = (name: string) => string | undefined;

export interface Interpolated {
  readonly value: string;
  /** At least one variable took part. */
  readonly used: boolean;
  /** Variables that nothing defines and that have no default: Compose makes them empty. */
  readonly missing: readonly string[];
  /** Why the text is no template, or what a `${NAME:?…}` says. */
  readonly wrong?: string;
}

interface Filling {
  readonly lookup: Lookup;
  readonly missing: string[];
  used: boolean;
  wrong?: string;
}

const name = /[_a-zA-Z][_a-zA-Z0-9]*/y;
const braced = /^([_a-zA-Z][_a-zA-Z0-9]*)(?:(:?[-?+])([\s\S]*))?$/;

/** The text with `$NAME`, `${NAME}`, `${NAME:-default}`, `${NAME:?error}`, `${NAME:+other}` filled in, and `$$` as one dollar. */
export function interpolate(text: string, lookup: Lookup): Interpolated {
  if (!text.includes("$")) return { value: text, used: false, missing: [] };
  const filling: Filling = { lookup, missing: [], used: false };
  const value = fill(text, filling);
  return { value, used: filling.used, missing: filling.missing, ...(filling.wrong === undefined ? {} : { wrong: filling.wrong }) };
}

function fill(text: string, filling: Filling): string {
  let [out, at] = ["", 0];
  for (let dollar = text.indexOf("$"); dollar !== -1; dollar = text.indexOf("$", at)) {
    const piece = pieceAt(text, dollar, filling);
    out += text.slice(at, dollar) + piece.value;
    at = piece.end;
  }
  return out + text.slice(at);
}

interface Piece {
  readonly value: string;
  /** Where the text goes on. */
  readonly end: number;
}

function pieceAt(text: string, dollar: number, filling: Filling): Piece {
  if (text[dollar + 1] === "$") return { value: "$", end: dollar + 2 };
  if (text[dollar + 1] === "{") return bracedAt(text, dollar, filling);
  name.lastIndex = dollar + 1;
  const found = name.exec(text)?.[0];
  if (found === undefined) return invalid(text, dollar, filling);
  return { value: setTo(found, filling), end: dollar + 1 + found.length };
}

function bracedAt(text: string, dollar: number, filling: Filling): Piece {
  const end = closing(text, dollar + 2);
  const [, variable, operator, word = ""] = (end === undefined ? undefined : braced.exec(text.slice(dollar + 2, end))) ?? [];
  if (end === undefined || variable === undefined) return invalid(text, dollar, filling);
  filling.used = true;
  return { value: operator === undefined ? setTo(variable, filling) : chosen({ variable, operator, word }, filling), end: end + 1 };
}

// Only `${` opens another level: a default may hold a brace of its own.
function closing(text: string, from: number): number | undefined {
  let depth = 1;
  for (let at = from; at < text.length; at++) {
    if (text.startsWith("${", at)) depth++;
    else if (text[at] === "}" && --depth === 0) return at;
  }
  return undefined;
}

function setTo(variable: string, filling: Filling): string {
  filling.used = true;
  const value = filling.lookup(variable);
  if (value === undefined) filling.missing.push(variable);
  return value ?? "";
}

function chosen({ variable, operator, word }: { readonly variable: string; readonly operator: string; readonly word: string }, filling: Filling): string {
  const value = filling.lookup(variable);
  const there = value !== undefined && (!operator.startsWith(":") || value !== "");
  if (operator.endsWith("+")) return there ? fill(word, filling) : "";
  if (there) return value;
  if (operator.endsWith("-")) return fill(word, filling);
  filling.wrong ??= `the variable ${variable} must be set${word === "" ? "" : `: ${fill(word, filling)}`}`;
  return "";
}

function invalid(text: string, dollar: number, filling: Filling): Piece {
  filling.wrong ??= `${JSON.stringify(text.slice(dollar, dollar + 20))} is no variable`;
  return { value: "", end: dollar + 1 };
}
