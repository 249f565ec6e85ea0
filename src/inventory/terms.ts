// The text of a host pattern as its terms: what is united, what is intersected, what is taken away.
import { isIP } from "node:net";

export interface Terms {
  readonly unions: readonly string[];
  readonly intersections: readonly string[];
  readonly exclusions: readonly string[];
}

/** Splits like Ansible (`split_host_pattern`): by commas if there are any, else by colons and spaces outside brackets; an IPv6 address is one term. A stray bracket stays in its term: dropped, `~[` would match everything. */
export function splitPattern(pattern: string): readonly string[] {
  const terms = pattern.includes(",") || isIP(pattern.trim()) !== 0 ? pattern.split(",") : (pattern.match(/(?:[^\s:[\]]|\[[^\]]*\]|[[\]])+/g) ?? []);
  return terms.map((term) => term.trim()).filter((term) => term !== "");
}

/** Ansible's order of evaluation: unions, then `&`, then `!`. Only `&` and `!` terms start from all hosts. */
export function termsOf(terms: readonly string[]): Terms {
  const starting = (mark: string) => terms.filter((term) => term.startsWith(mark)).map((term) => term.slice(1).trim());
  const unions = terms.filter((term) => !term.startsWith("&") && !term.startsWith("!"));
  return { unions: unions.length === 0 && terms.length > 0 ? ["all"] : unions, intersections: starting("&"), exclusions: starting("!") };
}

export interface Subscript {
  readonly start: number;
  /** Inclusive; undefined is the last. */
  readonly end: number | undefined;
}

/** `web[1:2]` as `web` and its subscript; a regular expression has none. */
export function splitSubscript(term: string): { readonly base: string; readonly subscript?: Subscript } {
  const match = term.startsWith("~") ? null : /^(.+)\[(?:(-?\d+)|(\d+):(\d*))\]$/.exec(term);
  if (match === null) return { base: term };
  const [, base = "", index, start, end] = match;
  if (index !== undefined) return { base, subscript: { start: Number(index), end: Number(index) } };
  return { base, subscript: { start: Number(start), end: end === "" ? undefined : Number(end) } };
}

/** The items a subscript picks: from either end, ends included, nothing beyond the list. */
export function pick<Item>(items: readonly Item[], { start, end }: Subscript): readonly Item[] {
  const from = start < 0 ? items.length + start : start;
  const to = end === undefined ? items.length - 1 : end < 0 ? items.length + end : end;
  return from < 0 ? [] : items.slice(from, to + 1);
}
