// What hlx made and nothing desires any more: what would have to be removed, and what stays all the same. Pure.
import type { AnyKind } from "../model/kind.ts";
import type { Entry, Plan, Staying, Unit } from "../model/plan.ts";
import type { Made, Recorded } from "../model/ports/state.ts";
import { partsOf, type Resource } from "../model/resource.ts";
import { membersOf } from "./members.ts";
import { actualKey } from "./texts.ts";

/** The role of a host's last unit, in which it is pruned; no role can have this name. */
export const pruneRole = "(prune)";

/** The role of the unit in which the host's machine itself goes, behind everything else. */
export const unmakeRole = "(prune from outside)";

/** Something to be rid of: `resource` desires its absence. */
export interface Orphan {
  readonly host: string;
  readonly role: string;
  readonly resource: Resource;
}

export interface Wanting {
  readonly kinds: ReadonlyMap<string, AnyKind>;
  /** Everything that is desired on the hosts in question. */
  readonly entries: readonly Entry[];
}

/** The absence of what was made and is not wanted, what was made last first; and what cannot be removed. */
export function orphansAmong(made: readonly Made[], wanting: Wanting): { readonly orphans: readonly Orphan[]; readonly stays: readonly Staying[] } {
  const wanted = wantedMembers(wanting);
  const taken = new Set(wanting.entries.map(({ host, id }) => actualKey(host, id)));
  const missed = made.filter(({ host, id, gone }) => gone === undefined && !wanted.has(actualKey(host, id)));
  const moved = missed.flatMap((row) => movedTo(row, wanting));
  const unwanted = missed.filter((row) => !moved.some(({ host, address }) => host === row.host && address === row.address));
  const byHost = [...Map.groupBy(unwanted, ({ host }) => host).values()];
  const groups = byHost.flatMap((rows) => [...Map.groupBy(latestFirst(rows), ({ address }) => address).values()]);
  const parted = groups.map((group) => orphanOf(group, wanting.kinds, taken));
  return {
    orphans: parted.flatMap((one) => ("resource" in one ? [one] : [])),
    stays: [...moved, ...parted.flatMap((one) => ("because" in one ? [one] : []))],
  };
}

// The same thing, reached through another host by now: to remove it here would take it from there.
function movedTo({ host, address, kind: name, desired }: Made, { entries, kinds }: Wanting): readonly Staying[] {
  const kind = kinds.get(name);
  const key = kind?.beyond?.(desired);
  if (kind?.beyond === undefined || key === undefined) return [];
  const there = entries.find((entry) => entry.host !== host && entry.kind === name && entry.action !== "remove" && kind.beyond?.(entry.desired) === key);
  return there === undefined ? [] : [{ host, address, because: `is not desired here any more, but is on ${there.host}: it stays`, hint: letGoHint(address) }];
}

/** What is recorded and not desired any more: an apply that leaves the host as desired forgets it. */
export function letGoOf(recorded: readonly Recorded[], { entries }: Wanting): NonNullable<Plan["letGo"]> {
  const wanted = new Set(entries.map(({ host, id }) => actualKey(host, id)));
  return recorded.filter(({ host, id }) => !wanted.has(actualKey(host, id))).map(({ host, id, address }) => ({ host, id, address }));
}

/** The units in which these are removed: each behind all others of its host. */
export function pruneUnits(entries: readonly Entry[], units: readonly Unit[]): readonly Unit[] {
  const inside = entries.filter(({ prune }) => prune === "removes" || prune === "reloads");
  const last = hostsOf(inside).map((host) => ({ key: `${host}/${pruneRole}`, host, role: pruneRole, after: keysOn(host, units) }));
  const machines = hostsOf(entries.filter(({ prune }) => prune === "unmakes"));
  const unmaking = machines.map((host) => ({
    key: `${host}/${unmakeRole}`,
    host,
    role: unmakeRole,
    outside: true as const,
    after: keysOn(host, [...units, ...last]),
  }));
  return [...last, ...unmaking];
}

function hostsOf(entries: readonly Entry[]): readonly string[] {
  return [...new Set(entries.map(({ host }) => host))];
}

function keysOn(host: string, units: readonly Unit[]): readonly string[] {
  return units.filter((unit) => unit.host === host).map(({ key }) => key);
}

/** True when the entry is done in the unit. */
export function belongsTo({ host, role, prune }: Entry, unit: Pick<Unit, "host" | "role">): boolean {
  return host === unit.host && (prune === undefined ? role : prune === "unmakes" ? unmakeRole : pruneRole) === unit.role;
}

/** What watched, as it was recorded, one of these and no longer does: it must load once more when they are gone. */
export function watchersOf(orphans: readonly Orphan[], { entries, kinds }: Wanting, recorded: readonly Recorded[]): readonly Orphan[] {
  const before = new Map(recorded.map((one) => [actualKey(one.host, one.id), one.wanted]));
  const removed = Map.groupBy(orphans, ({ host }) => host);
  return entries.flatMap((entry) => {
    const { host, role, kind, id } = entry;
    const [then, lost] = [before.get(actualKey(host, id)), new Set(removed.get(host)?.map(({ resource }) => resource.id))];
    const desired = then === undefined || lost.size === 0 ? undefined : kinds.get(kind)?.rewatch?.(entry.desired, then, lost);
    return desired === undefined ? [] : [{ host, role, resource: { kind, desired, id: `${id}#again`, provides: [], traces: [] } }];
  });
}

function latestFirst(made: readonly Made[]): readonly Made[] {
  return made.toSorted((left, right) => right.run - left.run || right.order - left.order);
}

function wantedMembers({ entries, kinds }: Wanting): ReadonlySet<string> {
  return new Set(
    entries.flatMap(({ host, kind, desired }) => {
      const known = kinds.get(kind);
      return known === undefined ? [] : [...membersOf(known, desired).keys()].map((id) => actualKey(host, id));
    }),
  );
}

function orphanOf(group: readonly Made[], kinds: ReadonlyMap<string, AnyKind>, taken: ReadonlySet<string>): Orphan | Staying {
  const [{ host, address, kind: name } = nobody] = group;
  const kind = kinds.get(name);
  if (kind?.absent === undefined) return { host, address, because: "cannot be removed by hlx", hint: letGoHint(address) };
  const [first, ...more] = group.map(({ desired }) => desired as unknown);
  const desired = kind.absent(kind.members?.join([first, ...more]) ?? first);
  const id = `${name}:${kind.identity(desired)}`;
  const own = taken.has(actualKey(host, id)) ? `${id}#left` : id;
  return { host, role: partsOf(address).role, resource: { kind: name, desired, id: own, provides: [], traces: [] } };
}

/** The command that lets go of something. */
export function letGoHint(address: string): string {
  return `hlx state forget '${address}'`;
}

const nobody = { host: "", address: "", kind: "" } as const;
