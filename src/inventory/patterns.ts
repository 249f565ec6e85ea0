// Host patterns with Ansible's syntax and order, in which nothing empty or unmatched ever means "all".
import { didYouMean } from "../lib/suggest.ts";
import { type Position, type Problem, ProblemError } from "../model/problem.ts";
import { isLoose, matcherOf } from "./matchers.ts";
import { pick, splitPattern, splitSubscript, termsOf } from "./terms.ts";

/** What a pattern selects from: host names in inventory order, and groups by name, "all" and "ungrouped" not among them. */
export interface Selectable {
  readonly hosts: readonly string[];
  readonly groups: ReadonlyMap<string, { readonly hosts: readonly string[] }>;
}

export interface SelectOptions {
  /** Reads the file of an `@file` term; without it such a term is refused. */
  readonly readFile?: (path: string) => string;
  /** Where the pattern stands, for problems. */
  readonly at?: Position;
  /** What the pattern is for, to begin the message: `pattern` by default. */
  readonly subject?: string;
  /** Nothing is an answer too, and `localhost` need not be in the inventory: what a pattern means, as Ansible lists it, in the order of the pattern. */
  readonly listing?: boolean;
  /** Names that may be hosts or groups without being any now: they match nothing, and so may the pattern that has one. */
  readonly mayBe?: (name: string) => boolean;
}

/**
 * Host names that the pattern selects, in inventory order: `a:b`, `a,b`, `:&`, `:!`, globs, `~regex`, `web[0]`, `web[0:2]`, `web[-1]`, `@file`, `all`, `*`, `ungrouped`.
 * Throws ProblemError on an empty pattern, a term that matches no host or group, and an empty result.
 */
export function selectHosts(pattern: string, from: Selectable, options: SelectOptions = {}): readonly string[] {
  const problem = problemMaker(pattern, options);
  const terms = splitPattern(pattern).flatMap((term) => (term.startsWith("@") ? fileTerms(term, options, problem) : [term]));
  if (terms.length === 0) throw problem("is empty", 'to mean every host, write "all"');
  const { unions, intersections, exclusions } = termsOf(terms);
  const mayBe = options.mayBe ?? never;
  const world: World = { ...from, ungrouped: ungroupedOf(from), pattern, problem, listing: options.listing === true, mayBe };
  const chosen = new Set(unions.flatMap((term) => matchTerm(term, world)));
  const narrowed = intersections.map((term) => new Set(matchTerm(term, world)));
  const taken = new Set(exclusions.flatMap((term) => matchTerm(term, world)));
  const isLeft = (host: string): boolean => chosen.has(host) && narrowed.every((hosts) => hosts.has(host)) && !taken.has(host);
  if (options.listing === true) return [...chosen].filter(isLeft);
  const selected = from.hosts.filter(isLeft);
  if (selected.length > 0 || terms.some((term) => mayBe(baseOf(term)))) return selected;
  throw problem(`matches 0 of ${from.hosts.length} hosts`, "look with: hlx inventory --graph");
}

/** Hosts that are in no group. */
export function ungroupedOf({ hosts, groups }: Selectable): readonly string[] {
  const grouped = new Set([...groups.values()].flatMap((group) => group.hosts));
  return hosts.filter((host) => !grouped.has(host));
}

/** Ansible's host that is always there, and in no group. */
const implicit = "localhost";

function never(): boolean {
  return false;
}

function baseOf(term: string): string {
  return splitSubscript(term.replace(/^[&!]/, "")).base;
}

interface World extends Selectable {
  readonly listing: boolean;
  readonly mayBe: (name: string) => boolean;
  readonly ungrouped: readonly string[];
  readonly pattern: string;
  readonly problem: (what: string, hint?: string) => ProblemError;
}

function problemMaker(pattern: string, { at, subject = "pattern" }: SelectOptions): World["problem"] {
  return (what, hint) => {
    const problem: Problem = { code: at === undefined ? "usage" : "input", message: `${subject} ${JSON.stringify(pattern)} ${what}`, ...(at && { at }) };
    return new ProblemError(hint === undefined ? problem : { ...problem, hint });
  };
}

function fileTerms(term: string, { readFile }: SelectOptions, problem: World["problem"]): readonly string[] {
  if (readFile === undefined) throw problem(`names the file ${term.slice(1)}, which is not read here`);
  const lines = readFile(term.slice(1)).split(/\r?\n/);
  if (lines.some((line) => line.trim().startsWith("#")))
    throw problem(`names the file ${term.slice(1)}, which has a comment`, "it holds patterns only, one a line");
  const terms = lines.flatMap(splitPattern);
  if (terms.length === 0) throw problem(`names the file ${term.slice(1)}, which holds no host`, "an empty list never means every host");
  return terms;
}

function matchTerm(term: string, world: World): readonly string[] {
  const { base, subscript } = splitSubscript(term);
  if (base === "") throw world.problem("has a term without a name");
  const matched = byName(term, world) ?? byForm(base, world);
  if (world.listing && matched.length === 0 && term === implicit) return [implicit];
  if (matched.length === 0 && !world.groups.has(base) && !builtIn.has(base) && !world.mayBe(base))
    throw world.problem(unmatched(term, world), hintFor(base, world));
  if (subscript === undefined || byName(term, world) !== undefined) return matched;
  const picked = pick(matched, subscript);
  if (picked.length === 0 && !world.listing && !world.mayBe(base)) throw world.problem(`has the subscript of ${term} beyond its ${matched.length} hosts`);
  return picked;
}

const builtIn: ReadonlySet<string> = new Set(["all", "*", "ungrouped"]);

function unmatched(term: string, { hosts, pattern }: World): string {
  const what = `matches none of ${hosts.length} hosts and no group`;
  return pattern === term ? what : `has the term "${term}", which ${what}`;
}

function hintFor(base: string, { hosts, groups }: World): string {
  const names = [...groups.keys(), ...hosts];
  const stem = base.replace(/[*?[~].*$/, "");
  return didYouMean(base, names) ?? didYouMean(stem, names) ?? `groups: ${[...groups.keys()].slice(0, 12).join(", ") || "none"}`;
}

// A host's own name is that host, even when it looks like something else.
function byName(term: string, { hosts }: World): readonly string[] | undefined {
  return hosts.includes(term) ? [term] : undefined;
}

// Groups first; hosts too when no group has that name or the term is a form. As Ansible's _enumerate_matches.
function byForm(base: string, world: World): readonly string[] {
  if (base === "all" || base === "*") return world.hosts;
  const matcher = matcherOf(base);
  if ("refused" in matcher) throw world.problem(`has the term "${base}", which ${matcher.refused}`);
  const groups = [...world.groups.keys(), "ungrouped"].filter((name) => matcher.matches(name));
  const inGroups = groups.flatMap((name) => world.groups.get(name)?.hosts ?? world.ungrouped);
  const named = groups.length === 0 || isLoose(base) ? world.hosts.filter((name) => matcher.matches(name)) : [];
  return [...new Set([...inGroups, ...named])];
}
