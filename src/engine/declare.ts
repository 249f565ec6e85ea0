// Roles run here: params and facts in, resources out; nothing is read or written.
import { isRecord, same } from "../lib/json.ts";
import { didYouMean } from "../lib/suggest.ts";
import { validateValue } from "../model/documents/validate.ts";
import type { Facts } from "../model/facts.ts";
import type { Host } from "../model/host.ts";
import type { AnyKind, Notice } from "../model/kind.ts";
import { type Position, type Problem, ProblemError, refuseAll } from "../model/problem.ts";
import type { Resource } from "../model/resource.ts";
import { type Assignment, type LookAnswer, viewOf } from "../model/role.ts";
import type { Looks } from "./looks.ts";
import { placed, type RoleRun, runRole, who } from "./run-role.ts";
import type { Work, World } from "./world.ts";

/** A resource with the role call (`as`) that declared it first. */
export interface Declared {
  readonly assignment: Assignment;
  readonly resource: Resource;
}

interface Declaration extends Declared {
  place(): Position | undefined;
}

interface Declaring {
  readonly world: World;
  readonly work: Work;
  readonly looks: Looks;
  readonly host: Host;
  readonly facts: Facts;
}

/** What role calls want of a host. */
export interface Wanted {
  /** In order; shared ones once. */
  readonly declared: readonly Declared[];
  /** Why nothing of a role call (`as`) may be done yet. */
  readonly held: ReadonlyMap<string, Problem>;
}

/** Runs these role calls of one host. Throws ProblemError with everything that is wrong. */
export async function declare(assignments: readonly Assignment[], on: Declaring): Promise<Wanted> {
  const problems: Problem[] = [];
  const runs: Ran[] = [];
  for (const assignment of assignments) runs.push(...(await ranOf(assignment, on, problems)));
  const all = runs.flatMap(declarations);
  const wrong = all.map((declared) => wrongDesired(declared, on.world.kinds));
  problems.push(...wrong.flat(), ...conflicts(all.filter((_, index) => wrong[index]?.length === 0)));
  refuseAll(problems);
  return { declared: firsts(all), held: new Map(runs.flatMap(({ assignment, held }) => (held === undefined ? [] : [[assignment.as, held]]))) };
}

type Ran = RoleRun & { readonly held: Problem | undefined };

async function ranOf(assignment: Assignment, on: Declaring, problems: Problem[]): Promise<readonly Ran[]> {
  try {
    return [await run(assignment, on)];
  } catch (thrown) {
    if (!(thrown instanceof ProblemError)) throw thrown;
    problems.push(...thrown.problems);
    return [];
  }
}

async function run(assignment: Assignment, { world, work, looks, host, facts }: Declaring): Promise<Ran> {
  const role = work.roles.get(assignment.role);
  if (role === undefined) throw new ProblemError({ code: "internal", message: `role ${assignment.role} was not loaded` });
  const inputs = await work.inputsOf(host.name, assignment.as);
  const asking = { params: assignment.params as never, host, inventory: viewOf(work.inventory, work.assignments) };
  const seen = await looks.answers(role.looks?.(asking) ?? {});
  const declaring = { ...asking, facts, inputs, seen };
  const ran = runRole(assignment, role, declaring);
  for (const note of role.notes?.(declaring) ?? []) world.emit({ event: "notice", host: host.name, message: `role ${assignment.as}: ${note}` });
  return { ...ran, held: heldBack(assignment, role.holds?.(declaring), seen) };
}

function heldBack(assignment: Assignment, holds: Notice | undefined, seen: Readonly<Record<string, LookAnswer>>): Problem | undefined {
  if (holds === undefined) return undefined;
  const [cause] = Object.values(seen).flatMap((answer) => (answer.look === "failed" ? [answer.because] : []));
  const hint = holds.hint === undefined ? {} : { hint: holds.hint };
  return { code: "missing", message: `${who(assignment)} waits: ${holds.because}`, ...hint, ...(cause && { cause }), ...placed(assignment) };
}

function declarations({ assignment, resources, placeOf }: RoleRun): readonly Declaration[] {
  return resources.map((resource, index) => ({ assignment, resource, place: () => placeOf(index) }));
}

function firsts(all: readonly Declared[]): readonly Declared[] {
  const seen = new Set<string>();
  return all.flatMap(({ assignment, resource }) => {
    if (seen.has(resource.id)) return [];
    seen.add(resource.id);
    return [{ assignment, resource }];
  });
}

function wrongDesired({ assignment, resource, place }: Declaration, kinds: ReadonlyMap<string, AnyKind>): readonly Problem[] {
  const kind = kinds.get(resource.kind);
  if (kind === undefined) {
    const hint = didYouMean(resource.kind, kinds.keys()) ?? `kinds: ${[...kinds.keys()].join(", ")}`;
    return [{ code: "input", message: `${who(assignment)} declares a resource of unknown kind "${resource.kind}"`, hint, ...placed(assignment, place()) }];
  }
  const problems = validateValue(resource.desired, kind.schema, () => undefined, `${resource.id} (${who(assignment)})`);
  return problems.map((problem) => ({ ...problem, ...placed(assignment, place()) }));
}

// The same thing desired equally by two roles is one resource; desired differently it is an error that names both.
function conflicts(all: readonly Declaration[]): readonly Problem[] {
  const first = new Map<string, Declaration>();
  return all.flatMap((declared) => {
    const known = first.get(declared.resource.id);
    if (known === undefined) first.set(declared.resource.id, declared);
    return known === undefined || same(known.resource.desired, declared.resource.desired) ? [] : [conflict(known, declared)];
  });
}

function conflict(one: Declaration, other: Declaration): Problem {
  const [before, now] = [one, other].map((each) => placed(each.assignment, each.place()));
  const [first, second] = [one.assignment.as, other.assignment.as];
  const roles = first === second ? `twice by role ${first}` : `by role ${first} and, differently, by role ${second}`;
  return {
    code: "input",
    message: `${other.resource.id} on ${other.assignment.host} is desired ${roles}${differing(one.resource.desired, other.resource.desired)}`,
    hint: first === second ? "declare it once" : "let one role own it",
    ...(now?.at && { at: now.at }),
    ...(before?.at && { also: [{ at: before.at, note: "it is desired first here" }] }),
  };
}

function differing(left: unknown, right: unknown): string {
  if (!isRecord(left) || !isRecord(right)) return "";
  const names = [...new Set([...Object.keys(left), ...Object.keys(right)])].filter((name) => !same(left[name], right[name]));
  return ` (with another ${names.join(" and another ")})`;
}
