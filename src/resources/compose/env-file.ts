// Env files (`.env`, `env_file:`) as Compose reads them: quotes, comments, and variables in values.
import type { Position, Problem } from "../../model/problem.ts";
import { interpolate, type Lookup } from "./interpolate.ts";

export interface EnvFile {
  /** In order; undefined is a name alone, whose value comes from around. */
  readonly entries: ReadonlyMap<string, string | undefined>;
  readonly problems: readonly Problem[];
}

const entry = /^[ \t]*(?:export[ \t]+)?([A-Za-z_][\w.-]*)[ \t]*(?:([=:])[ \t]*)?/;

interface Reading {
  readonly file: string;
  readonly source: string;
  readonly entries: Map<string, string | undefined>;
  readonly problems: Problem[];
  readonly around: Lookup;
  line: number;
}

/** Reads `NAME=value` lines. Values in double quotes and without quotes may name variables of `around` and of the lines above. Never says a value. */
export function readEnvFile(file: string, source: string, around: Lookup = () => undefined): EnvFile {
  const reading: Reading = { file, source: source.replaceAll("\r\n", "\n"), entries: new Map(), problems: [], around, line: 0 };
  const lines = reading.source.replace(/^\uFEFF/, "").split("\n");
  while (reading.line < lines.length) readLine(lines, reading);
  return { entries: reading.entries, problems: reading.problems };
}

function readLine(lines: readonly string[], reading: Reading): void {
  const line = lines[reading.line] ?? "";
  reading.line++;
  if (/^\s*(#|$)/.test(line)) return;
  const [all, name, separator] = entry.exec(line) ?? [];
  const rest = line.slice(all?.length ?? 0);
  if (name === undefined || (separator === undefined && rest.trim() !== "")) refuse(reading, "is neither NAME=value nor a comment");
  else if (separator === undefined) reading.entries.set(name, undefined);
  else setValue(name, { rest, lines }, reading);
}

function setValue(name: string, { rest, lines }: { readonly rest: string; readonly lines: readonly string[] }, reading: Reading): void {
  const quoted = rest[0] === '"' || rest[0] === "'" ? quotedValue(rest, lines, reading) : undefined;
  const plain = quoted ?? rest.replace(/(^|\s)#.*$/, "").trim();
  if (rest[0] === "'") return void reading.entries.set(name, plain);
  const { value, wrong } = interpolate(plain, (variable) => reading.around(variable) ?? reading.entries.get(variable));
  if (wrong !== undefined) refuse(reading, "holds a $ that is no variable");
  reading.entries.set(name, rest[0] === '"' ? unescaped(value) : value);
}

// A quoted value goes on over lines until its quote ends.
function quotedValue(rest: string, lines: readonly string[], reading: Reading): string {
  const quote = rest[0] ?? "";
  const [first, text] = [reading.line, [rest.slice(1)]];
  for (;;) {
    const end = endOf(text.join("\n"), quote);
    if (end !== undefined) return text.join("\n").slice(0, end);
    const next = lines[reading.line];
    if (next === undefined) {
      reading.line = first;
      refuse(reading, "opens a quote that is never closed");
      return "";
    }
    text.push(next);
    reading.line++;
  }
}

function endOf(text: string, quote: string): number | undefined {
  for (let at = 0; at < text.length; at++) {
    if (text[at] === "\\" && quote === '"') at++;
    else if (text[at] === quote) return at;
  }
  return undefined;
}

const escapes: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t", '"': '"', "\\": "\\", $: "$" };

function unescaped(value: string): string {
  return value.replaceAll(/\\([nrt"\\$])/g, (_, code: string) => escapes[code] ?? code);
}

function refuse(reading: Reading, what: string): void {
  const at: Position = { file: reading.file, line: reading.line, column: 1 };
  reading.problems.push({ code: "input", message: `a line of the env file ${what}`, at, hint: "write NAME=value, with quotes around what holds spaces or #" });
}
