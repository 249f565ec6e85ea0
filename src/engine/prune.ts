// Prune: what hlx made on fully planned hosts and nothing desires any more is looked at, and planned as an absence.
import { bareHost, type Host } from "../model/host.ts";
import { absent, type Found } from "../model/kind.ts";
import type { Entry, Plan, Staying } from "../model/plan.ts";
import type { Made, Recorded, State } from "../model/ports/state.ts";
import { addressOf, type Resource } from "../model/resource.ts";
import { assemble, type Looked } from "../plan/assemble.ts";
import { letGoHint, letGoOf, type Orphan, orphansAmong, watchersOf } from "../plan/prune.ts";
import { matchesAny } from "../plan/target.ts";
import { probe } from "./probe.ts";
import { keyFor, type Survey, secretsOf } from "./survey.ts";
import type { Work, World } from "./world.ts";

export interface Pruning {
  /** To be done behind everything else, in this order; `found` is aligned. */
  readonly entries: readonly Entry[];
  readonly found: readonly Found<unknown>[];
  readonly stays: readonly Staying[];
  readonly letGo: NonNullable<Plan["letGo"]>;
}

export const nothingPruned: Pruning = { entries: [], found: [], stays: [], letGo: [] };

/** What is to be pruned. Only a host all of whose role calls were planned can tell that nobody wants something. */
export async function pruning(surveyed: Survey, world: World, work: Work): Promise<Pruning> {
  const { prunes } = work;
  const state = prunes === undefined ? undefined : await world.knownState();
  if (prunes === undefined || state === undefined) return nothingPruned;
  const hosts = fullyPlanned(surveyed, work);
  const [made, recorded] = await Promise.all([state.made(hosts), state.recorded(hosts)]);
  const own = made.filter(({ playbook }) => playbook === prunes.playbook);
  const wanting = { kinds: world.kinds, entries: surveyed.entries };
  const { orphans: unwanted, stays } = orphansAmong(own, wanting);
  const orphans = unwanted.filter((orphan) => !isMachine(orphan, world));
  const gone = await hostsGone(state, { world, work, playbook: prunes.playbook });
  const looked = await lookAt({ orphans: [...orphans, ...gone.orphans], watchers: watchersOf(orphans, wanting, recorded) }, { surveyed, world });
  const letGo = letGoOf(recorded, wanting);
  const strangers = letGo.filter(({ host, address }) => made.every((one) => one.gone !== undefined || one.host !== host || one.address !== address));
  return {
    ...looked,
    letGo: isPart(work) ? [] : [...letGo, ...gone.letGo],
    stays: [
      ...stays,
      ...unwanted.filter((orphan) => isMachine(orphan, world)).map(standing),
      ...looked.stays,
      ...strangers.map(({ host, address }) => ({ host, address, because: "not known to be made by hlx: it stays as it is, and is remembered no longer" })),
      ...gone.stays,
    ],
  };
}

/** What hlx made that matches, whoever still desires it; what another resource desires too stays. */
export async function destruction(surveyed: Survey, world: World, work: Work): Promise<Pruning> {
  const state = await world.knownState();
  const targets = work.targets ?? { target: [], exclude: [] };
  const meant = (address: string): boolean => matchesAny(address, targets.target) && !matchesAny(address, targets.exclude);
  const seen = [...surveyed.looks.values()].flatMap((look) => (look.look === "seen" && work.hosts.includes(look.host.name) ? [look.host.name] : []));
  const everywhere = ((await state?.made(work.hosts)) ?? []).filter(({ address }) => meant(address));
  // A machine can go although nobody can look into it.
  const made = everywhere.filter(({ host, kind }) => seen.includes(host) || world.kinds.get(kind)?.outside !== undefined);
  const others = surveyed.entries.filter(({ address }) => !meant(address));
  const recorded = ((await state?.recorded(seen)) ?? []).filter(({ address }) => meant(address));
  const { orphans, stays } = orphansAmong(made, { kinds: world.kinds, entries: others });
  const looked = await lookAt({ orphans, watchers: [] }, { surveyed, world });
  const known = new Set(made.map(({ host, address }) => `${host} ${address}`));
  const strangers = surveyed.entries.filter(({ host, address }) => meant(address) && seen.includes(host) && !known.has(`${host} ${address}`));
  const told = strangers.map(({ host, address }) => ({ host, address, because: "not known to be made by hlx: it stays as it is" }));
  return { ...looked, letGo: recorded.filter(({ host, address }) => known.has(`${host} ${address}`)), stays: [...stays, ...looked.stays, ...told] };
}

function isPart({ targets }: Work): boolean {
  return targets !== undefined && targets.target.length + targets.exclude.length > 0;
}

function fullyPlanned({ chosen, looks }: Survey, work: Work): readonly string[] {
  const planned = new Set(chosen.map(({ key }) => key));
  return work.hosts.filter(
    (host) =>
      looks.get(host)?.look === "seen" &&
      work.assignments.every((assignment) => assignment.host !== host || planned.has(`${assignment.host}/${assignment.as}`)),
  );
}

interface Looking {
  readonly surveyed: Survey;
  readonly world: World;
}

interface Doomed {
  readonly orphans: readonly Orphan[];
  readonly watchers: readonly Orphan[];
}

// What cannot be looked at is no error of the plan: nobody asked for it.
async function lookAt({ orphans, watchers }: Doomed, { surveyed, world }: Looking): Promise<Pick<Pruning, "entries" | "found" | "stays">> {
  const looked = await Promise.all([...orphans, ...watchers].map((orphan) => lookAtOne(orphan, { surveyed, world })));
  const seen = looked.filter(({ found }) => found.found === "present" || found.found === "absent");
  // The way in to an API takes secrets, too, where nothing else of the plan does.
  const secrets = new Map([...surveyed.secrets, ...(await secretsOf(seen, world))]);
  const key = await keyFor(secrets, world);
  const entries = assemble(seen, { kinds: world.kinds, secrets, key, now: world.now(), stuck: new Map(), replace: [] });
  const again = new Set(watchers.map(({ resource }) => resource));
  const planned = entries.map((entry, index) => {
    const resource = seen[index]?.resource ?? nobody;
    const prune = again.has(resource) ? ("reloads" as const) : isOutside({ resource }, world) ? ("unmakes" as const) : ("removes" as const);
    return { entry: { ...entry, prune }, found: seen[index]?.found ?? absent };
  });
  const due = planned.filter(({ entry }) => entry.prune !== "reloads" || entry.action !== "none");
  return {
    entries: due.map(({ entry }) => entry),
    found: due.map(({ found }) => found),
    stays: looked.slice(0, orphans.length).flatMap((one) => unseen(one)),
  };
}

const nobody: Resource = { kind: "", desired: undefined, id: "", provides: [], traces: [] };

async function lookAtOne({ host, role, resource }: Orphan, { surveyed, world }: Looking): Promise<Looked> {
  const look = surveyed.looks.get(host);
  const machine = isOutside({ resource }, world);
  if (look === undefined && !machine) return { host, role, resource, found: { found: "absent" } };
  const at = look?.host ?? unnamedHost(host);
  const session = machine ? world.sessions.outside(at) : await world.sessions.of(at);
  return { host, role, resource, found: await probe(resource, { world, session }) };
}

/** A host of which only its name is known: nothing can connect to it. */
export function unnamedHost(name: string): Host {
  return bareHost(name, { connection: "ssh", address: name, become: false });
}

function unseen({ host, role, resource, found }: Looked): readonly Staying[] {
  const address = addressOf(host, role, resource.id);
  if (found.found === "unknown") return [{ host, address, because: `cannot be removed: ${found.because.message}`, hint: letGoHint(address) }];
  return found.found === "blocked" ? [{ host, address, because: `cannot be removed: ${found.because}`, hint: letGoHint(address) }] : [];
}

// Under a host that is still in the inventory nobody pulls the machine away unasked.
function standing({ host, role, resource }: Orphan): Staying {
  const address = addressOf(host, role, resource.id);
  return { host, address, because: `nothing wants it any more, but ${host} is still in the inventory: it stays`, hint: `hlx destroy --target '${address}'` };
}

function isMachine({ resource }: Pick<Orphan, "resource">, { kinds }: World): boolean {
  return kinds.get(resource.kind)?.outside === "machine";
}

function isOutside({ resource }: Pick<Orphan, "resource">, { kinds }: World): boolean {
  return kinds.get(resource.kind)?.outside !== undefined;
}

interface Gone {
  readonly orphans: readonly Orphan[];
  readonly stays: readonly Staying[];
  readonly letGo: NonNullable<Plan["letGo"]>;
}

interface Going {
  readonly world: World;
  readonly work: Work;
  readonly playbook: string;
}

// Told where everything is meant: a limit leaves hosts out on purpose, and tags what is to be done. The machines that hlx made for them go; with them all that is remembered.
async function hostsGone(state: State, { world, work, playbook }: Going): Promise<Gone> {
  const { gone, made, recorded } = await missing(state, work);
  const machines = made.filter((one) => one.playbook === playbook && world.kinds.get(one.kind)?.outside !== undefined);
  const { orphans, stays } = orphansAmong(machines, { kinds: world.kinds, entries: [] });
  const going = new Set(orphans.map(({ host }) => host));
  const left = gone.filter((host) => !going.has(host));
  const hint = (host: string): string => `hlx state forget --host ${host}`;
  return {
    orphans,
    stays: [...stays, ...left.map((host) => ({ host, because: `is not in the inventory any more, but things are remembered of it`, hint: hint(host) }))],
    letGo: [...recorded, ...made].filter(({ host }) => going.has(host)).map(({ host, id, address }) => ({ host, id, address })),
  };
}

interface Missing {
  readonly gone: readonly string[];
  readonly made: readonly Made[];
  readonly recorded: readonly Recorded[];
}

// A source may list its host again the next time: that it does not now says nothing.
async function missing(state: State, { inventory, hosts, only }: Work): Promise<Missing> {
  const part = only !== undefined || hosts.length < inventory.hosts.size;
  const names = part ? [] : (await state.hosts()).filter((host) => !inventory.hosts.has(host));
  const [made, recorded] = await Promise.all([state.made(names), state.recorded(names)]);
  if (inventory.sources === undefined) return { gone: names, made, recorded };
  const unlisted = new Set([...made, ...recorded].flatMap(({ host, live }) => (live === true ? [host] : [])));
  const isGone = (host: string): boolean => !unlisted.has(host);
  return { gone: names.filter(isGone), made: made.filter(({ host }) => isGone(host)), recorded: recorded.filter(({ host }) => isGone(host)) };
}
