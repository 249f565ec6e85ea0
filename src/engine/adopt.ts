// Taking over what somebody else made: whose it is changes, nothing else; then it is looked at once more.
import { globFor } from "../lib/glob.ts";
import { didYouMean } from "../lib/suggest.ts";
import type { AnyKind, Change, Found } from "../model/kind.ts";
import type { Entry } from "../model/plan.ts";
import { type Problem, ProblemError, refuseAll } from "../model/problem.ts";
import type { Address, Resource } from "../model/resource.ts";
import type { Assignment } from "../model/role.ts";
import { assemble } from "../plan/assemble.ts";
import { matchesAny, refuseUnmatched } from "../plan/target.ts";
import { type Planned, planOver } from "./plan.ts";
import { probe } from "./probe.ts";
import { recordOf } from "./record.ts";
import { type Survey, survey } from "./survey.ts";
import type { Work, World } from "./world.ts";

/** The plan that takes over what is not hlx's yet, and what all that is meant would differ in from what is desired all the same. */
export interface Adopting extends Planned {
  readonly left: readonly Entry[];
}

/**
 * Looks at what the globs stand for, of the work that `adoptable` leaves. Changes nothing.
 * Throws ProblemError: usage for what stands for nothing or cannot be taken over; what is not there, or is another's.
 */
export async function makeAdoption(world: World, work: Work, globs: readonly string[]): Promise<Adopting> {
  const surveyed = await survey(world, work);
  const meant = meantBy(globs, surveyed, world);
  const taken = await Promise.all(meant.map((entry) => take(entry, { surveyed, world, work })));
  refuseAll(taken.flatMap((one) => ("problem" in one ? [one.problem] : [])));
  const takings = taken.flatMap((one) => ("problem" in one ? [] : [one]));
  const marks = takings.flatMap(({ mark }) => (isDone(mark) ? [] : [mark]));
  const plan = planOver(marks, surveyed, { world, work });
  const busy = new Set(marks.map(({ host, role }) => `${host}/${role}`));
  const unchecked = { hosts: plan.hosts.map(({ checks: _, ...host }) => host), units: plan.units.filter(({ key }) => busy.has(key)) };
  return {
    plan: { ...plan, ...unchecked },
    found: new Map(takings.map(({ mark, found }) => [mark.address, found])),
    left: takings.map(({ left }) => left),
  };
}

/** How these are now that a run took them over; those that are as desired are remembered as such. */
export async function afterAdoption(world: World, work: Work, { addresses, run }: { readonly addresses: ReadonlySet<Address>; readonly run: number }) {
  const { entries, found, key } = await survey(world, work);
  const own = entries.flatMap((entry, index) => (addresses.has(entry.address) ? [{ entry, found: found[index] }] : []));
  const good = own.flatMap(({ entry, found: one }) => (isDone(entry) && one !== undefined ? [{ entry, found: one }] : []));
  const state = await world.state();
  const at = world.now().toISOString();
  // What differs still is as if it had never been applied.
  await state.forget(own.map(({ entry: { host, id } }) => ({ host, id })));
  await state.record(good.map(({ entry, found: one }) => recordOf(entry, { found: one, at, run, key, kinds: world.kinds })));
  return own.map(({ entry }) => entry);
}

function isDone({ entry, action }: Entry): boolean {
  return entry === "exact" && action === "none";
}

/**
 * The part of the work that the globs may stand for, and nothing that it requires: taking over waits for nothing. The role may be left out (`web/proxmox.vm:101`).
 * What is asked from here is looked at without logging in. Throws ProblemError (usage) for hosts and roles that are not there.
 */
export function adoptable(work: Work, globs: readonly string[]): Work {
  const meant = work.assignments.filter((assignment) => work.hosts.includes(assignment.host) && globs.some((glob) => mayMean(glob, assignment)));
  for (const glob of globs) if (!meant.some((assignment) => mayMean(glob, assignment))) throw nobody(glob, work);
  const { targets: _, prunes: __, tellersOf: ___, only: ____, ...rest } = work;
  const assignments = meant.map((one) => ({ ...one, requires: [], independent: true, ...(isFromHere(one) ? { outside: true as const } : {}) }));
  return { ...rest, assignments, hosts: [...new Set(meant.map(({ host }) => host))] };
}

/** The glob with the role that was left out of it. */
export function withRole(glob: string): string {
  const [host = "", second = "", ...more] = glob.split("/");
  return more.length === 0 && second.includes(":") ? `${host}/*/${second}` : glob;
}

function mayMean(glob: string, assignment: Assignment): boolean {
  const [host = "", role] = glob.split("/");
  if (host.includes("**")) return isFromHere(assignment);
  if (!globFor(host).test(assignment.host)) return false;
  // Of a whole host: what can be taken over without looking into it.
  return role === undefined || role.includes("*") ? isFromHere(assignment) : globFor(role).test(assignment.as);
}

function isFromHere({ outside, beyond }: Assignment): boolean {
  return outside === true || beyond === true;
}

function nobody(glob: string, { hosts, assignments, inventory }: Work): ProblemError {
  const [host = ""] = glob.split("/");
  const roles = assignments.filter((one) => globFor(host).test(one.host) && hosts.includes(one.host)).map((one) => `${one.host}/${one.as}`);
  const known = hosts.some((name) => globFor(host).test(name));
  const near = didYouMean(known ? glob.split("/").slice(0, 2).join("/") : host, known ? roles : hosts);
  const live = inventory.hosts.get(host)?.live === true ? `only its cluster knows it: write ${host}: { vm: { id: …, node: … } } under hosts first` : undefined;
  const hint = near ?? live ?? (known ? `its roles: ${roles.join(", ") || "none"}` : `hosts: ${hosts.join(", ")}`);
  return new ProblemError({ code: "usage", message: `"${glob}" stands for nothing that can be taken over`, hint });
}

function meantBy(globs: readonly string[], { entries, looks }: Survey, { kinds }: World): readonly Entry[] {
  const unreachable = [...looks.values()].flatMap((look) => (look.look === "unreachable" ? [look.problem] : []));
  for (const glob of globs) {
    if (unreachable[0] !== undefined && !entries.some(({ address }) => matchesAny(address, [glob]))) throw new ProblemError(unreachable[0]);
    refuseUnmatched(glob, entries);
  }
  const meant = entries.filter(({ address }) => matchesAny(address, globs));
  const able = meant.filter(({ kind }) => kinds.get(kind)?.adoption !== undefined);
  if (able.length > 0) return able;
  const names = [...kinds.values()].flatMap(({ kind, adoption }) => (adoption === undefined ? [] : [kind]));
  throw new ProblemError({
    code: "usage",
    message: `${meant[0]?.address} cannot be taken over: only ${names.join(" and ")} can`,
    hint: "of most else hlx plan shows how it is, whoever made it, and hlx apply goes on from there",
  });
}

interface Around {
  readonly surveyed: Survey;
  readonly world: World;
  readonly work: Work;
}

type Taken = { readonly mark: Entry; readonly found: Found<unknown>; readonly left: Entry } | { readonly problem: Problem };

async function take(entry: Entry, around: Around): Promise<Taken> {
  const kind = around.world.kinds.get(entry.kind);
  if (kind?.adoption === undefined) throw new Error(`${entry.kind} has no adoption`);
  const seen = await lookAs(kind.adoption.willing(entry.desired), entry, around);
  if (seen.found.found !== "present") return { problem: lacking(entry, seen) };
  const taking = kind.adoption.taking(entry.desired, seen.found.actual);
  if ("refused" in taking) return { problem: { ...taking.refused, message: `${entry.address}: ${taking.refused.message}` } };
  const { entry: mark, found } = await lookAs(taking.desired, entry, around);
  return { mark, found, left: { ...seen.entry, desired: entry.desired, changes: without(mark.changes, seen.entry.changes) } };
}

interface Seen {
  readonly found: Found<unknown>;
  readonly entry: Entry;
}

async function lookAs(desired: unknown, { host, role, kind, id }: Entry, around: Around): Promise<Seen> {
  const { world, work, surveyed } = around;
  const look = surveyed.looks.get(host);
  const declared = look !== undefined && "declared" in look ? look.declared.find((one) => one.assignment.as === role && one.resource.id === id) : undefined;
  if (declared === undefined) throw new Error(`${id} was not declared`);
  const resource: Resource = { ...declared.resource, desired };
  const at = work.inventory.hosts.get(host);
  if (at === undefined) throw new Error(`no host ${host}`);
  const session = isOutside(world.kinds.get(kind)) ? world.sessions.outside(at) : await world.sessions.of(at);
  const found = await probe(resource, { world, session });
  const common = { kinds: world.kinds, secrets: surveyed.secrets, key: surveyed.key, now: world.now(), stuck: new Map(), replace: [] };
  const [entry] = assemble([{ host, role, resource, found }], common);
  if (entry === undefined) throw new Error("one resource is one entry");
  return { found, entry };
}

function isOutside(kind: AnyKind | undefined): boolean {
  return kind?.outside !== undefined;
}

function lacking({ address }: Entry, { entry, found }: Seen): Problem {
  if (entry.entry === "blocked") return entry.because;
  const message = found.found === "absent" ? `${address}: there is nothing to take over` : `${address} could not be looked at`;
  return { code: "missing", message, hint: "hlx plan shows what would be made" };
}

// What the mark brings is no difference any more.
function without(marks: readonly Change[], changes: readonly Change[]): readonly Change[] {
  const brought = new Map(marks.map(({ property, after }) => [property, JSON.stringify(after)]));
  return changes.filter(({ property, after }) => brought.get(property) !== JSON.stringify(after));
}
