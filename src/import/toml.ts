// As much TOML as Pi-hole writes: tables, strings, numbers, booleans and lists; a list may go over several lines.
import { wrong } from "./zone/lines.ts";

type Value = string | number | boolean | readonly Value[];

export interface TomlValue {
  readonly value: Value;
  readonly line: number;
  /** Marked as "### CHANGED" by FTL: not the default. */
  readonly changed: boolean;
}

const item =
  /^[ \t]*\[(?<table>[A-Za-z0-9_.-]+)\][ \t]*$|^[ \t]*(?<key>[A-Za-z0-9_-]+)[ \t]*=[ \t]*(?<value>\[(?:"(?:[^"\\]|\\.)*"|'[^']*'|[^\]"'])*\]|[^\n]+?)[ \t]*$|^[ \t]*(?<other>\S.*)$/gm;

/** Values by dotted name: `dns.upstreams`. Throws ProblemError at a line that is none of these. */
export function parseToml(file: string, text: string): ReadonlyMap<string, TomlValue> {
  const plain = withoutComments(text);
  let table = "";
  const values = new Map<string, TomlValue>();
  for (const match of plain.matchAll(item)) {
    const line = plain.slice(0, match.index).split("\n").length;
    const { table: header, key, value = "" } = match.groups ?? {};
    if (header !== undefined) table = `${header}.`;
    else {
      const changed = text
        .slice(match.index)
        .slice(0, match[0].length + 16)
        .includes("### CHANGED");
      values.set(`${table}${key}`, { value: read(key === undefined ? undefined : value, { file, line, column: 1 }), line, changed });
    }
  }
  return values;
}

function withoutComments(text: string): string {
  return text.replace(/\r/g, " ").replace(/"(?:[^"\\\n]|\\.)*"|'[^'\n]*'|#.*/g, (found) => (found.startsWith("#") ? found.replace(/./g, " ") : found));
}

function read(text: string | undefined, at: { readonly file: string; readonly line: number; readonly column: number }): Value {
  const json = text?.replace(/"(?:[^"\\]|\\.)*"|'([^']*)'|,\s*(?=\])/g, (found, single?: string) => {
    if (single !== undefined) return JSON.stringify(single);
    return found.startsWith(",") ? "" : found;
  });
  try {
    return JSON.parse(json ?? "") as Value;
  } catch (cause) {
    throw wrong(`this line is no table and no value that is read: ${cause instanceof Error ? cause.message : ""}`, at, 'name = "value"');
  }
}
