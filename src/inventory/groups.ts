// Groups: who is in each, which are below which, and how deep.
import { didYouMean } from "../lib/suggest.ts";
import type { Group } from "../model/host.ts";
import { type Problem, ProblemError } from "../model/problem.ts";
import { selectHosts } from "./patterns.ts";
import { isDamaged, type RawGroup, type Reading, report } from "./reading.ts";
import { splitPattern, splitSubscript } from "./terms.ts";

/** Every group with its hosts in inventory order. What is wrong is reported and left out. */
export function resolveGroups(reading: Reading): ReadonlyMap<string, Group> {
  const resolving: Resolving = { reading, hosts: Object.keys(reading.raw.hosts), raw: reading.raw.groups ?? {}, groups: new Map() };
  for (const name of Object.keys(resolving.raw)) checkName(name, resolving);
  for (const name of Object.keys(resolving.raw)) resolve(name, [], resolving);
  return new Map(Object.keys(resolving.raw).flatMap((name) => [[name, resolving.groups.get(name) ?? { name, hosts: [], children: [] }] as const]));
}

/** How deep each group is below "all": 1 for those without a parent. */
export function depthsOf(groups: ReadonlyMap<string, Group>): ReadonlyMap<string, number> {
  const depths = new Map<string, number>();
  const depthOf = (name: string): number => {
    const known = depths.get(name);
    if (known !== undefined) return known;
    depths.set(name, 1);
    const parents = [...groups.values()].filter(({ children }) => children.includes(name));
    const depth = 1 + Math.max(0, ...parents.map((parent) => depthOf(parent.name)));
    depths.set(name, depth);
    return depth;
  };
  for (const name of groups.keys()) depthOf(name);
  return depths;
}

interface Resolving {
  readonly reading: Reading;
  readonly hosts: readonly string[];
  readonly raw: Readonly<Record<string, RawGroup>>;
  readonly groups: Map<string, Group>;
}

function checkName(name: string, { reading }: Resolving): void {
  if (name === "all" || name === "ungrouped")
    report(reading, ["groups", name], { message: `"${name}" is built in and cannot be defined`, hint: "what holds for every host goes under defaults" });
  if (Object.hasOwn(reading.raw.hosts, name)) {
    const also = [{ at: reading.document.at(["hosts", name], "key"), note: "the host" }];
    reading.problems.push({
      code: "input",
      message: `"${name}" is both a host and a group`,
      at: reading.document.at(["groups", name], "key"),
      also,
      hint: "rename one of them",
    });
  }
}

function resolve(name: string, chain: readonly string[], resolving: Resolving): Group {
  const known = resolving.groups.get(name);
  if (known !== undefined) return known;
  if (chain.includes(name)) return cycle([...chain.slice(chain.indexOf(name)), name], resolving);
  const found = memberTerms(name, resolving).map((term) => membersOf(term, [...chain, name], resolving));
  const members = new Set(found.flatMap(({ hosts }) => hosts));
  const children = [...new Set(found.flatMap(({ child }) => (child === undefined ? [] : [child])))];
  const group: Group = { name, hosts: resolving.hosts.filter((host) => members.has(host)), children };
  resolving.groups.set(name, group);
  return group;
}

function cycle(chain: readonly string[], { reading }: Resolving): Group {
  const [first = "", ...rest] = chain;
  const also = rest.slice(0, -1).map((name) => ({ at: reading.document.at(["groups", name], "key"), note: `group "${name}"` }));
  for (const name of chain) reading.damaged.add(`groups/${name}`);
  reading.problems.push({ code: "input", message: `groups inside each other: ${chain.join(" → ")}`, at: reading.document.at(["groups", first], "key"), also });
  return { name: first, hosts: [], children: [] };
}

interface Term {
  readonly text: string;
  readonly path: readonly (string | number)[];
  readonly groupsOnly: boolean;
}

function memberTerms(name: string, { raw }: Resolving): readonly Term[] {
  const group = raw[name];
  const path = ["groups", name];
  if (typeof group === "string" || isList(group)) return termsIn(group, path, false);
  if (group === undefined) return [];
  return [...termsIn(group.hosts ?? [], [...path, "hosts"], false), ...termsIn(group.children ?? [], [...path, "children"], true)];
}

function termsIn(written: string | readonly string[], path: readonly string[], groupsOnly: boolean): readonly Term[] {
  if (typeof written === "string") return [{ text: written, path, groupsOnly }];
  return written.map((text, index) => ({ text, path: [...path, index], groupsOnly }));
}

function isList(group: RawGroup | undefined): group is readonly string[] {
  return Array.isArray(group);
}

function membersOf(term: Term, chain: readonly string[], resolving: Resolving): { readonly hosts: readonly string[]; readonly child?: string } {
  if (Object.hasOwn(resolving.raw, term.text)) return { hosts: resolve(term.text, chain, resolving).hosts, child: term.text };
  if (term.groupsOnly) return { hosts: resolving.reading.mayBe(term.text) ? [] : unknownGroup(term, resolving) };
  try {
    return { hosts: patternHosts(term, chain, resolving) };
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    if (!namesDamaged(term, resolving)) resolving.reading.problems.push(...error.problems.map((problem): Problem => ({ ...problem, code: "input" })));
    resolving.reading.damaged.add(`groups/${chain.at(-1)}`);
    return { hosts: [] };
  }
}

// A pattern over a group that is wrong itself finds too little: that is no second mistake.
function namesDamaged({ text }: Term, { reading }: Resolving): boolean {
  return splitPattern(text).some((term) => isDamaged(reading, "groups", splitSubscript(term.replace(/^[&!]/, "")).base));
}

function unknownGroup({ text, path }: Term, { reading, raw }: Resolving): readonly string[] {
  report(reading, path, { message: `unknown group "${text}"`, hint: didYouMean(text, Object.keys(raw)) ?? `groups: ${Object.keys(raw).join(", ")}` });
  return [];
}

// Of the other groups a pattern sees those that it names: a glob in a definition is about hosts only.
function patternHosts({ text, path }: Term, chain: readonly string[], resolving: Resolving): readonly string[] {
  const terms = splitPattern(text).flatMap((term) => expandRange(term, resolving));
  const named = terms.map((term) => splitSubscript(term.replace(/^[&!]/, "")).base).filter((name) => Object.hasOwn(resolving.raw, name));
  const groups = new Map(named.map((name) => [name, resolve(name, chain, resolving)]));
  const at = resolving.reading.document.at(path);
  return selectHosts(terms.join(","), { hosts: resolving.hosts, groups }, { at, subject: `group "${chain.at(-1)}": pattern`, mayBe: resolving.reading.mayBe });
}

// `kube50[1:3]` where no host or group is named kube50: the names kube501, kube502, kube503, as in Ansible's host lists.
function expandRange(term: string, { hosts, raw }: Resolving): readonly string[] {
  const match = /^([&!]?)([A-Za-z0-9_.-]*)\[(\d{1,6}):(\d{1,6})\]([A-Za-z0-9_.-]*)$/.exec(term);
  if (match === null) return [term];
  const [, mark = "", before = "", low = "", high = "", after = ""] = match;
  const [start, end] = [Number(low), Number(high)];
  if ((after === "" && (Object.hasOwn(raw, before) || hosts.includes(before))) || end < start || end - start > 10_000) return [term];
  const width = low.startsWith("0") ? low.length : 0;
  return Array.from({ length: end - start + 1 }, (_, index) => `${mark}${before}${String(start + index).padStart(width, "0")}${after}`);
}
