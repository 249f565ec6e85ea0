// The plan: select hosts → resolve inputs → gather facts → declare → graph → probe → make plan.
import { checksFrom } from "../model/check.ts";
import type { Found } from "../model/kind.ts";
import type { Entry, Plan, PlannedHost, Staying, Unit } from "../model/plan.ts";
import type { Address } from "../model/resource.ts";
import { crowded, type Taker } from "../plan/crowded.ts";
import { pruneUnits } from "../plan/prune.ts";
import { targeted } from "../plan/target.ts";
import { keepingOrder, type Ordered } from "../plan/units.ts";
import type { HostLook } from "./look.ts";
import { destruction, nothingPruned, type Pruning, pruning, unnamedHost } from "./prune.ts";
import { type Survey, survey } from "./survey.ts";
import { version } from "./version.ts";
import type { Work, World } from "./world.ts";

/** A plan with what it was made from; `found` is for recording, and stays in this process. */
export interface Planned {
  readonly plan: Plan;
  readonly found: ReadonlyMap<Address, Found<unknown>>;
}

/**
 * Makes the plan of the chosen hosts. Changes nothing anywhere.
 * Throws ProblemError for wrong input; a host that cannot be reached is part of the plan.
 */
export async function makePlan(world: World, work: Work): Promise<Planned> {
  const surveyed = await survey(world, work);
  const pruned = await pruning(surveyed, world, work);
  const plan = planOf(surveyed, pruned, { world, work });
  world.emit({ event: "planned", plan });
  return { plan, found: new Map([...foundBy(surveyed), ...foundBy(pruned)]) };
}

/** The plan that removes what hlx made and the targets stand for, whether it is still desired or not. Throws ProblemError as `makePlan` does. */
export async function makeDestruction(world: World, work: Work): Promise<Planned> {
  const surveyed = await survey(world, work);
  const doomed = await destruction(surveyed, world, work);
  const { targets: _, ...all } = work;
  const plan = planOf({ ...surveyed, entries: [], chosen: [] }, doomed, { world, work: all });
  world.emit({ event: "planned", plan });
  return { plan, found: foundBy(doomed) };
}

/** A plan of these entries and no others, over what the survey saw; nothing is pruned. */
export function planOver(entries: readonly Entry[], surveyed: Survey, { world, work }: { readonly world: World; readonly work: Work }): Plan {
  const { targets: _, ...all } = work;
  return planOf({ ...surveyed, entries }, nothingPruned, { world, work: all });
}

function foundBy({ entries, found }: Pick<Survey, "entries" | "found">): ReadonlyMap<Address, Found<unknown>> {
  return new Map(entries.map((entry, index) => [entry.address, found[index] ?? { found: "absent" }]));
}

function planOf(surveyed: Survey, pruned: Pruning, { world, work }: { readonly world: World; readonly work: Work }): Plan {
  const chosen = new Set(surveyed.chosen.map(({ key }) => key));
  const isChosen = ({ host, role }: Entry): boolean => chosen.has(`${host}/${role}`);
  const entries = targeted([...surveyed.entries.filter(isChosen), ...pruned.entries], work.targets);
  const units = keepingOrder(surveyed.chosen, surveyed.elsewhere).map((one) => unitOf(one, entries, work));
  const evident = evidentIn(surveyed, entries);
  const stays = [...silentHosts(surveyed, work), ...evident.flatMap(noticesOf), ...crowded(evident.flatMap(takersOf)), ...pruned.stays];
  const hosts = [...new Set([...work.hosts, ...surveyed.chosen.map(({ assignment }) => assignment.host)])];
  return {
    format: 1,
    id: world.randomHex(16),
    hlx: version,
    created: world.now().toISOString(),
    inventory: work.inventoryFile,
    ...(work.inventory.secrets === undefined ? {} : { secrets: work.inventory.secrets }),
    hosts: [...hosts.flatMap((name) => plannedHost(surveyed.looks.get(name), entries, world)), ...hostsWithout(surveyed, entries)],
    ...peersOf(entries, hosts, { world, work }),
    units: [...units, ...pruneUnits(entries, units)],
    entries,
    elsewhere: surveyed.entries.filter((entry) => !isChosen(entry) && (entry.entry === "blocked" || entry.action !== "none")),
    ...(stays.length === 0 ? {} : { stays }),
    ...(pruned.letGo.length === 0 ? {} : { letGo: pruned.letGo }),
    ...(work.prunes === undefined ? {} : { playbook: work.prunes.playbook }),
    problems: entries.flatMap((entry) => (entry.entry === "blocked" ? [entry.because] : [])),
  };
}

interface Evident {
  readonly host: string;
  readonly address: Address;
  readonly found: Extract<Found<unknown>, { found: "present" | "absent" }>;
}

// Of what is planned, what was found or found missing.
function evidentIn({ entries: all, found }: Survey, planned: readonly Entry[]): readonly Evident[] {
  const meant = new Set(planned.map(({ address }) => address));
  return all.flatMap(({ host, address }, index) => {
    const one = found[index];
    return meant.has(address) && (one?.found === "present" || one?.found === "absent") ? [{ host, address, found: one }] : [];
  });
}

// What is planned inside them is only what was promised of them: who reads it must know why.
function silentHosts({ looks }: Survey, { hosts }: Work): readonly Staying[] {
  return [...looks.values()].flatMap((look) => {
    if (look.look !== "promised" || look.inside.is !== "silent" || !hosts.includes(look.host.name)) return [];
    const because = `does not answer yet, and is waited for: ${look.inside.problem.message}`;
    return [{ host: look.host.name, because }];
  });
}

// What a probe saw beside what is desired: told, and left alone.
function noticesOf({ host, address, found: { evidence } }: Evident): readonly Staying[] {
  return (evidence?.notices ?? []).map((notice) => ({ host, address, ...notice }));
}

function takersOf({ host, address, found: { evidence } }: Evident): readonly Taker[] {
  return (evidence?.takes ?? []).map((taking) => ({ host, address, taking }));
}

function peersOf(entries: readonly Entry[], hosts: readonly string[], { world, work }: { readonly world: World; readonly work: Work }): Pick<Plan, "peers"> {
  const named = entries.flatMap(({ kind, desired }) => world.kinds.get(kind)?.peers?.(desired) ?? []);
  const more = [...new Set(named)].filter((name) => !hosts.includes(name));
  const peers = more.flatMap((name) => {
    const host = work.inventory.hosts.get(name);
    return host === undefined ? [] : [{ host: name, login: host.login }];
  });
  return peers.length === 0 ? {} : { peers };
}

function plannedHost(look: HostLook | undefined, entries: readonly Entry[], world: World): readonly PlannedHost[] {
  if (look === undefined) return [];
  const { name, login } = look.host;
  const own = entries.filter(({ host }) => host === name);
  const resources = own.length;
  // A machine goes whether anybody can look into it or not.
  if (resources > 0 && own.every(({ prune }) => prune === "unmakes")) return [{ host: name, login, resources, roundTrips: world.sessions.roundTrips(name) }];
  const known = { ...knownOf(look), ...(look.host.live === true && { live: true as const }) };
  const checks = checksFrom(look.host.vars["checks"]);
  return [{ host: name, login, ...known, ...(checks.length === 0 ? {} : { checks }), resources, roundTrips: world.sessions.roundTrips(name) }];
}

// Machines that go although their host is not in the inventory any more, or cannot be reached: nothing connects to it.
function hostsWithout({ looks }: Survey, entries: readonly Entry[]): readonly PlannedHost[] {
  const names = [...new Set(entries.flatMap(({ host, prune }) => (prune === "unmakes" && !looks.has(host) ? [host] : [])))];
  return names.map((host) => ({ host, login: unnamedHost(host).login, resources: 1, roundTrips: 0 }));
}

function knownOf(look: HostLook): Pick<PlannedHost, "machineId" | "unreachable" | "unborn"> {
  if (look.look === "unreachable") return { unreachable: look.problem };
  return look.look === "promised" ? { unborn: look.promised } : { machineId: look.facts.machineId };
}

// Of a part of a role, a part is checked only where there is one.
function unitOf({ key, assignment, after }: Ordered, entries: readonly Entry[], { targets }: Work): Unit {
  const { host, as: role, serial, checks } = assignment;
  const isPart = (targets?.target.length ?? 0) > 0;
  const meant = checks !== undefined && (!isPart || entries.some((entry) => entry.host === host && entry.role === role));
  const outside = assignment.outside === true ? { outside: true as const } : {};
  return { key, host, role, after, ...outside, ...(serial === undefined ? {} : { serial }), ...(meant ? { checks } : {}) };
}
