// What plan and drift have in common: order the work, look at every host, assemble the entries.
import { semaphore } from "../lib/semaphore.ts";
import type { Found } from "../model/kind.ts";
import type { Entry } from "../model/plan.ts";
import { type Problem, ProblemError, refuseAll } from "../model/problem.ts";
import { secretsIn } from "../model/text.ts";
import { assemble, type Looked } from "../plan/assemble.ts";
import { chooseUnits, type Ordered, orderUnits } from "../plan/units.ts";
import { askedAnew } from "./anew.ts";
import { type HostLook, type Looking, lookAt, lookingFor } from "./look.ts";
import { onceForAll } from "./once.ts";
import type { Work, World } from "./world.ts";

export interface Survey {
  readonly chosen: readonly Ordered[];
  readonly elsewhere: readonly Ordered[];
  readonly looks: ReadonlyMap<string, HostLook>;
  /** In dependency order, chosen hosts and what they require elsewhere. */
  readonly entries: readonly Entry[];
  /** What the probes found, aligned with `entries`. */
  readonly found: readonly Found<unknown>[];
  readonly secrets: ReadonlyMap<string, string>;
  readonly key: Uint8Array;
}

/** Throws ProblemError with everything that the user or a role did wrong, from all hosts at once. */
export async function survey(world: World, work: Work): Promise<Survey> {
  const ordered = orderUnits(work.assignments, (pattern) => work.inventory.select(pattern));
  const first = choose(ordered, work);
  const looking = lookingFor(world, work);
  const seen = await lookAtAll(inOrderOf(ordered, first), looking);
  const { chosen, elsewhere, looks } = await withNewHosts({ ...first, looks: seen }, { ordered, looking });
  const taking = inOrderOf(ordered, { chosen, elsewhere });
  world.emit({ event: "phase", phase: "plan", hosts: looks.size });
  const looked = await askedAnew(inOrder(taking, looks), { world, work });
  const secrets = await secretsOf(looked, world);
  const key = await keyFor(secrets, world);
  const entries = assemble(looked, {
    kinds: world.kinds,
    secrets,
    key,
    now: world.now(),
    stuck: stuckUnits(taking, looks),
    replace: work.targets?.replace ?? [],
  });
  return { chosen, elsewhere, looks, entries, found: looked.map(({ found }) => found), secrets, key };
}

interface Choice {
  readonly chosen: readonly Ordered[];
  readonly elsewhere: readonly Ordered[];
}

function choose(ordered: readonly Ordered[], work: Work): Choice {
  const hosts = new Set(work.hosts);
  const { chosen, elsewhere } = chooseUnits(ordered, (assignment) => hosts.has(assignment.host) && (work.only?.(assignment) ?? true));
  return work.withRequired ? { chosen: [...chosen, ...elsewhere], elsewhere: [] } : { chosen, elsewhere };
}

function inOrderOf(ordered: readonly Ordered[], { chosen, elsewhere }: Choice): readonly Ordered[] {
  const taken = new Set([...chosen, ...elsewhere]);
  return ordered.filter((unit) => taken.has(unit));
}

interface Seen extends Choice {
  readonly looks: ReadonlyMap<string, HostLook>;
}

interface Around {
  readonly ordered: readonly Ordered[];
  readonly looking: Looking;
}

// A host that is made now is made whatever part of it was asked for, and whoever tells others of it is looked at, too.
async function withNewHosts(seen: Seen, { ordered, looking }: Around): Promise<Seen> {
  const { work } = looking;
  const unborn = new Set([...new Set(seen.chosen.map(({ assignment }) => assignment.host))].filter((host) => isUnborn(seen.looks.get(host))));
  if (unborn.size === 0) return seen;
  const makers = seen.elsewhere.filter(({ assignment }) => assignment.outside === true && unborn.has(assignment.host));
  const telling = new Set([...unborn].flatMap((host) => work.tellersOf?.(host) ?? []));
  const known = new Set([...seen.chosen, ...seen.elsewhere]);
  const { chosen: tellers, elsewhere: theirs } = chooseUnits(ordered, (assignment) => telling.has(`${assignment.host}/${assignment.as}`));
  const more = [...tellers, ...theirs].filter((unit) => !known.has(unit));
  const chosen = [...seen.chosen, ...makers, ...(work.withRequired ? more : [])];
  const taken = new Set(chosen);
  const choice = {
    chosen: ordered.filter((unit) => taken.has(unit)),
    elsewhere: inOrderOf(ordered, { chosen: seen.elsewhere, elsewhere: more }).filter((unit) => !taken.has(unit)),
  };
  const hosts = new Set(more.map(({ assignment }) => assignment.host));
  const again = inOrderOf(ordered, choice).filter(({ assignment }) => hosts.has(assignment.host));
  const looks = again.length === 0 ? new Map<string, HostLook>() : await lookAtAll(again, { ...looking, work: { ...work, hosts: [] } });
  return { ...choice, looks: new Map([...seen.looks, ...looks]) };
}

// One that is there is known to everybody already, whether anybody logged in to it or not.
function isUnborn(look: HostLook | undefined): boolean {
  return look?.look === "promised" && look.inside.is === "absent";
}

/** The values of all secrets that these desired states name. */
export async function secretsOf(
  resources: readonly { readonly resource: { readonly desired: unknown } }[],
  world: World,
): Promise<ReadonlyMap<string, string>> {
  const names = [...new Set(resources.flatMap(({ resource }) => secretsIn(resource.desired)))];
  return names.length === 0 ? new Map() : world.secrets.resolve(names);
}

/** The key for keyed hashes; asked for only where a secret takes part, since asking may create it. */
export async function keyFor(secrets: ReadonlyMap<string, string>, world: World): Promise<Uint8Array> {
  return secrets.size === 0 ? new Uint8Array(32) : world.secrets.key();
}

async function lookAtAll(units: readonly Ordered[], looking: Looking): Promise<ReadonlyMap<string, HostLook>> {
  const { world, work } = looking;
  const names = [...new Set([...units.map(({ assignment }) => assignment.host), ...work.hosts])];
  const slots = semaphore(work.forks);
  world.emit({ event: "phase", phase: "connect", hosts: names.length });
  const settled = await Promise.allSettled(names.map((name) => slots.with(() => lookAtHost(name, units, looking))));
  refuseAll(onceForAll(settled.map((one, index) => ({ host: names[index] ?? "", problems: problemsOf(one) }))));
  return new Map(settled.flatMap((one) => (one.status === "fulfilled" ? [[one.value.host.name, one.value] as const] : [])));
}

function lookAtHost(name: string, units: readonly Ordered[], looking: Looking): Promise<HostLook> {
  const host = looking.work.inventory.hosts.get(name);
  if (host === undefined) throw new ProblemError({ code: "internal", message: `no host ${name} in the inventory` });
  const assignments = units.filter(({ assignment }) => assignment.host === name).map(({ assignment }) => assignment);
  return lookAt(host, assignments, looking);
}

function problemsOf(settled: PromiseSettledResult<unknown>): readonly Problem[] {
  if (settled.status === "fulfilled") return [];
  if (settled.reason instanceof ProblemError) return settled.reason.problems;
  throw settled.reason;
}

function inOrder(units: readonly Ordered[], looks: ReadonlyMap<string, HostLook>): readonly Looked[] {
  return units.flatMap(({ assignment }) => {
    const look = looks.get(assignment.host);
    if (look === undefined || look.look === "unreachable") return [];
    return look.declared
      .filter((one) => one.assignment.as === assignment.as)
      .map(({ resource, found }) => ({ host: assignment.host, role: assignment.as, resource, found }));
  });
}

interface Stuck {
  readonly problem: Problem;
  /** What it comes from: a host that could not be looked at, or a role call that waits. */
  readonly from: "unreachable" | "missing";
}

// What waits for a host that cannot be reached, or for a role call that waits itself, cannot be done either, and the reason travels along.
function stuckUnits(units: readonly Ordered[], looks: ReadonlyMap<string, HostLook>): ReadonlyMap<string, Problem> {
  const stuck = new Map<string, Stuck>();
  for (const { key, assignment, after } of units) {
    const before = after.find((one) => stuck.has(one));
    const one = stuckItself(assignment, looks) ?? stuckBehind(key, before, stuck);
    if (one !== undefined) stuck.set(key, one);
  }
  return new Map([...stuck].map(([key, { problem }]) => [key, problem]));
}

function stuckItself({ host, as }: Ordered["assignment"], looks: ReadonlyMap<string, HostLook>): Stuck | undefined {
  const look = looks.get(host);
  if (look?.look === "unreachable") return { problem: look.problem, from: "unreachable" };
  const held = look?.held.get(as);
  return held === undefined ? undefined : { problem: held, from: "missing" };
}

function stuckBehind(key: string, before: string | undefined, stuck: ReadonlyMap<string, Stuck>): Stuck | undefined {
  const first = stuck.get(before ?? "");
  if (before === undefined || first === undefined) return undefined;
  const why = first.from === "unreachable" ? "could not be looked at" : "waits itself";
  return { problem: { code: first.from, message: `${key} requires ${before}, which ${why}`, cause: first.problem }, from: first.from };
}
