// Undo: what a run changed, turned into work towards what was there before.
import { undoRead } from "../connections/shell/undo.ts";
import type { Json } from "../lib/json.ts";
import type { Found, PreImages } from "../model/kind.ts";
import type { JournalRecord, RunSummary } from "../model/ports/state.ts";
import { type Problem, ProblemError } from "../model/problem.ts";
import { type Address, partsOf, type Resource } from "../model/resource.ts";
import type { Assignment, Role } from "../model/role.ts";
import { isGone } from "../plan/assemble.ts";
import { wayBack } from "../plan/way-back.ts";
import { hostCapability } from "./outside.ts";
import type { Work, World } from "./world.ts";

/** What cannot be brought back, and why. */
export interface Irreversibly {
  readonly address: Address;
  readonly because: string;
}

export interface Undoing {
  /** Plan and apply it like any other. */
  readonly work: Work;
  readonly irreversible: readonly Irreversibly[];
}

interface Back {
  readonly address: Address;
  readonly resource: Resource;
}

type Intent = Extract<JournalRecord, { record: "intent" }>;

/** The name of a run's folder under /var/lib/hlx/undo: runs of two clones may have the same number, plans never have the same id. */
export function undoFolder(run: number, planId: string): string {
  return `${run}-${planId.slice(0, 8)}`;
}

/** The way back from a run. `work` says for which hosts; its roles are not used. Throws ProblemError when the run changed nothing there. */
export async function undo(run: RunSummary, work: Work, world: World): Promise<Undoing> {
  const state = await world.state();
  const chosen = new Set(work.hosts);
  const intents = (await state.journalOf(run.run)).filter(
    (record) => record.record === "intent" && chosen.has(partsOf(record.address).host),
  ) as readonly Intent[];
  const hosts = [...new Set(intents.map(({ address }) => partsOf(address).host))];
  if (hosts.length === 0) throw new ProblemError(nothingToUndo(run));
  const looked = [...new Set(hostsToAsk(intents, world))];
  const images = new Map(await Promise.all(looked.map(async (host) => [host, await preImagesOf(host, { run, work, world })] as const)));
  const back = intents.toReversed().map((intent) => ({ intent, ...restored(intent, images.get(partsOf(intent.address).host) ?? new Map(), world) }));
  const resources = back.flatMap(({ intent, resource }) => (resource === undefined ? [] : [{ address: intent.address, resource }]));
  return {
    work: workTowards(inOrder(leftOf(resources, world)), { work: { ...work, hosts }, world }),
    irreversible: back.flatMap(({ intent, because }) => (because === undefined ? [] : [{ address: intent.address, because }])),
  };
}

// Files that were kept are asked for where anything inside is undone; a machine that was made goes with them.
function hostsToAsk(intents: readonly Intent[], world: World): readonly string[] {
  const made = new Set(intents.flatMap(({ address, before }) => (before === null && isMachine(address, world) ? [partsOf(address).host] : [])));
  return intents.flatMap(({ address }) => (isOutside(address, world) || made.has(partsOf(address).host) ? [] : [partsOf(address).host]));
}

// With a machine goes all that is in it.
function leftOf(resources: readonly Back[], world: World): readonly Back[] {
  const going = new Set(resources.filter(({ address, resource }) => isMachine(address, world) && isGone(resource)).map(({ address }) => partsOf(address).host));
  return resources.filter(({ address }) => !going.has(partsOf(address).host) || isMachine(address, world));
}

function isMachine(address: Address, { kinds }: World): boolean {
  return kinds.get(partsOf(address).kind)?.outside === "machine";
}

function isOutside(address: Address, { kinds }: World): boolean {
  return kinds.get(partsOf(address).kind)?.outside !== undefined;
}

// What goes, goes last made first; what stays comes after it as it was made, so that a service loads what has come back and what is gone.
function inOrder(resources: readonly Back[]): readonly Back[] {
  return [...resources.filter(({ resource }) => isGone(resource)), ...resources.filter(({ resource }) => !isGone(resource)).toReversed()];
}

async function preImagesOf(name: string, { run, work, world }: { run: RunSummary; work: Work; world: World }): Promise<PreImages> {
  const host = work.inventory.hosts.get(name);
  if (host === undefined) throw new ProblemError({ code: "input", message: `${name} is not in the inventory any more`, hint: "--limit leaves it out" });
  if (run.planId === undefined) return new Map();
  const session = await world.sessions.of(host);
  return session.shell.ask(undoRead, undoFolder(run.run, run.planId));
}

function restored({ address, desired, before }: Intent, images: PreImages, world: World): { readonly resource?: Resource; readonly because?: string } {
  const { host, id, kind: name } = partsOf(address);
  const kind = world.kinds.get(name);
  if (kind === undefined) return { because: `nothing is known that undoes a ${name}` };
  const back = wayBack(kind, { desired, before: foundOf(before), images });
  if ("irreversible" in back) return { because: back.irreversible };
  // What prune did beside another entry of the same resource stays beside it.
  const beside = /#(?:left|again)$/.exec(id)?.[0] ?? "";
  const provides = kind.outside === "machine" ? [hostCapability(host)] : [];
  return { resource: { kind: name, desired: back.desired, id: `${name}:${kind.identity(back.desired)}${beside}`, provides, traces: [] } };
}

function foundOf(before: Json): Found<unknown> {
  return before === null ? { found: "absent" } : { found: "present", actual: before };
}

// One role call for each that took part, under the same name, so that addresses stay what they were.
function workTowards(resources: readonly Back[], { work, world }: { readonly work: Work; readonly world: World }): Work {
  const calls = Map.groupBy(resources, ({ address }) => callOf(address));
  const assignments = [...calls].map(([call, own], order): Assignment => {
    const { host, role: as } = partsOf(call);
    const outside = own.every(({ address }) => isOutside(address, world)) ? { outside: true as const } : {};
    return { host, role: call, as, params: {}, play: 0, order, tags: [], independent: true, requires: [], ...outside };
  });
  const roles = new Map([...calls].map(([call, own]) => [call, roleOf(call, own)]));
  const { only: _, prunes: __, ...rest } = work;
  return { ...rest, roles, assignments, withRequired: false, inputsOf: async () => ({}) };
}

function callOf(address: Address): string {
  const { host, role } = partsOf(address);
  return `${host}/${role}`;
}

function roleOf(name: string, resources: readonly Back[]): Role {
  return {
    name,
    summary: "The way back.",
    params: { type: "object" },
    outside: { facts: () => ({}) },
    declare: () => resources.map(({ resource }) => resource),
  };
}

function nothingToUndo({ run }: RunSummary): Problem {
  return { code: "usage", message: `run ${run} changed nothing on these hosts`, hint: `hlx show ${run} says what it did` };
}
