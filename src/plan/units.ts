// Which role runs where and when: assignments become units in dependency order.
import { type Problem, ProblemError } from "../model/problem.ts";
import type { Assignment, Requirement, Waiting } from "../model/role.ts";

/** An assignment with the keys (`host/role`) of the units that must be done before it. */
export interface Ordered {
  readonly key: string;
  readonly assignment: Assignment;
  readonly after: readonly string[];
}

/** Turns a requirement's host pattern into host names; throws ProblemError when it matches nothing. */
export type Select = (pattern: string) => readonly string[];

/**
 * All units in dependency order; ties go by playbook order, then host order. On one host the list's order is the order of the work.
 * Throws ProblemError for a requirement that nothing fulfils, and for a cycle, with its path.
 */
export function orderUnits(assignments: readonly Assignment[], select: Select): readonly Ordered[] {
  const units = assignments.map((assignment) => ({ key: keyOf(assignment), assignment, after: requiredBy(assignment, assignments, select) }));
  return sort(units);
}

/** The chosen units, and the units that they need, directly or not, and that were not chosen. */
export function chooseUnits(
  units: readonly Ordered[],
  isChosen: (assignment: Assignment) => boolean,
): { readonly chosen: readonly Ordered[]; readonly elsewhere: readonly Ordered[] } {
  const chosen = units.filter(({ assignment }) => isChosen(assignment));
  const needed = new Set<string>();
  const byKey = new Map(units.map((unit) => [unit.key, unit]));
  const visit = (key: string): void => {
    if (needed.has(key)) return;
    needed.add(key);
    for (const before of byKey.get(key)?.after ?? []) visit(before);
  };
  for (const unit of chosen) visit(unit.key);
  return { chosen, elsewhere: units.filter(({ key, assignment }) => needed.has(key) && !isChosen(assignment)) };
}

/** The chosen units with what they come after over units that stay out, too: a worker after its first control plane, though the second one is not chosen. Both in dependency order. */
export function keepingOrder(chosen: readonly Ordered[], elsewhere: readonly Ordered[]): readonly Ordered[] {
  const beyond = new Map<string, readonly string[]>();
  const reached = ({ after }: Ordered): readonly string[] => [...new Set(after.flatMap((key) => [key, ...(beyond.get(key) ?? [])]))];
  for (const unit of elsewhere) beyond.set(unit.key, reached(unit));
  return chosen.map((unit) => ({ ...unit, after: reached(unit) }));
}

export function keyOf({ host, as }: Assignment): string {
  return `${host}/${as}`;
}

function requiredBy(assignment: Assignment, all: readonly Assignment[], select: Select): readonly string[] {
  const sameHost = all.filter(({ host }) => host === assignment.host);
  const earlier = assignment.independent ? [] : sameHost.filter(({ play, order }) => play === assignment.play && order < assignment.order);
  const outside = assignment.outside === true ? [] : sameHost.filter((one) => one.outside === true);
  const asked = assignment.requires.flatMap((requirement) => fulfilling(requirement, { assignment, all, select }));
  return [...new Set([...outside, ...earlier.filter((one) => assignment.outside !== true || one.outside === true), ...asked].map(keyOf))];
}

function fulfilling(
  requirement: Waiting,
  { assignment, all, select }: { assignment: Assignment; all: readonly Assignment[]; select: Select },
): readonly Assignment[] {
  const hosts = new Set(requirement.hosts === undefined ? [assignment.host] : select(requirement.hosts));
  const found = all.filter((one) => isMeant(requirement, one) && hosts.has(one.host) && !(one.host === assignment.host && one.as === assignment.as));
  if (found.length === 0 && requirement.ifGiven !== true) throw new ProblemError(unfulfilled(assignment, requirement));
  return found;
}

function isMeant({ role: wanted, notInPlays = [] }: Waiting, { role, as, play }: Assignment): boolean {
  return (role === wanted || as === wanted) && !notInPlays.includes(play);
}

function unfulfilled({ as, host, at }: Assignment, { role, hosts }: Requirement): Problem {
  const where = hosts === undefined ? host : `a host of "${hosts}"`;
  return {
    code: "input",
    message: `role ${as} on ${host} requires role ${role} on ${where}, but no play gives it one`,
    hint: `add ${role} to a play for ${hosts ?? host}`,
    ...(at === undefined ? {} : { at }),
  };
}

// Kahn's algorithm; among the units that are free, the first in playbook order goes first.
function sort(units: readonly Ordered[]): readonly Ordered[] {
  const waiting = new Map(units.map((unit) => [unit.key, new Set(unit.after)]));
  const left = [...units];
  const sorted: Ordered[] = [];
  while (left.length > 0) {
    const free = left.findIndex(({ key }) => waiting.get(key)?.size === 0);
    const [unit] = free < 0 ? [] : left.splice(free, 1);
    if (unit === undefined) throw new ProblemError(cycleProblem(left));
    sorted.push(unit);
    for (const others of waiting.values()) others.delete(unit.key);
  }
  return sorted;
}

function cycleProblem(left: readonly Ordered[]): Problem {
  const path = shortestCycle(left);
  const at = left.find(({ key }) => key === path[0])?.assignment.at;
  return {
    code: "input",
    message: `roles require each other in a circle: ${path.join(" → ")}`,
    hint: "remove one of these requirements",
    ...(at === undefined ? {} : { at }),
  };
}

function shortestCycle(left: readonly Ordered[]): readonly string[] {
  const after = new Map(left.map((unit) => [unit.key, unit.after]));
  const cycles = left.flatMap(({ key }) => pathBack(key, after));
  return cycles.sort((a, b) => a.length - b.length)[0] ?? [];
}

// Breadth first, so that the first way back is the shortest.
function pathBack(start: string, after: ReadonlyMap<string, readonly string[]>): readonly (readonly string[])[] {
  const queue: (readonly string[])[] = [[start]];
  const seen = new Set<string>();
  for (let path = queue.shift(); path !== undefined; path = queue.shift()) {
    const next = (after.get(path.at(-1) ?? start) ?? []).filter((key) => after.has(key));
    if (next.includes(start)) return [[...path, start]];
    const fresh = next.filter((key) => !seen.has(key));
    for (const key of fresh) seen.add(key);
    queue.push(...fresh.map((key) => [...(path ?? []), key]));
  }
  return [];
}
