// What the sources of one inventory build up together: groups, hosts, and every value that was given to them, in order.
import type { Json } from "../../lib/json.ts";
import type { Inventory } from "../../model/host.ts";
import type { Position, Problem } from "../../model/problem.ts";

/** A place that is computed when it is asked for: an inventory of ten thousand hosts has a million. */
export type Place = () => Position;

/** One value given to one host or group. A later one of the same key is stronger. */
export interface Assigned {
  readonly key: string;
  readonly value: Json;
  readonly layer: string;
  /** Undefined for what no file says: `-e`. */
  readonly at?: Place;
  /** Came out of a vault: shown only where values are asked for. */
  readonly secret?: boolean;
}

export interface GroupNode {
  readonly name: string;
  readonly at?: Place;
  /** Named in the group itself. */
  readonly hosts: Set<string>;
  readonly children: Set<string>;
  readonly given: Assigned[];
  /** `ansible_group_priority`. */
  priority: number;
}

export interface HostNode {
  readonly name: string;
  readonly at?: Place;
  readonly given: Assigned[];
}

export interface World {
  readonly groups: Map<string, GroupNode>;
  readonly hosts: Map<string, HostNode>;
  readonly problems: Problem[];
  readonly warnings: Inventory["warnings"][number][];
}

/** A world with the two groups that are always there. */
export function makeWorld(): World {
  const world: World = { groups: new Map(), hosts: new Map(), problems: [], warnings: [] };
  addGroup(world, "all");
  addGroup(world, "ungrouped");
  return world;
}

export function addGroup(world: World, name: string, at?: Place): GroupNode {
  const known = world.groups.get(name);
  if (known !== undefined) return known;
  const group: GroupNode = { name, hosts: new Set(), children: new Set(), given: [], priority: 1, ...(at && { at }) };
  world.groups.set(name, group);
  return group;
}

export interface NewHosts {
  readonly names: readonly string[];
  readonly port?: number;
  readonly given: readonly Assigned[];
  readonly at: Place;
}

/** Puts hosts into a group. The port counts only where the host is named for the first time, as in Ansible. */
export function addHosts(world: World, group: GroupNode, { names, port, given, at }: NewHosts): void {
  for (const name of names) {
    const isNew = !world.hosts.has(name);
    const host = world.hosts.get(name) ?? { name, at, given: [] };
    if (isNew && port !== undefined) host.given.push({ key: "ansible_port", value: port, layer: "host", at });
    host.given.push(...given);
    world.hosts.set(name, host);
    group.hosts.add(name);
  }
}

/** Puts a group below another one. Groups inside each other are reported and left apart. */
export function addChild(world: World, parent: GroupNode, { child, at }: { readonly child: GroupNode; readonly at: Place }): void {
  const way = wayDown(world, child, parent.name);
  if (way === undefined) parent.children.add(child.name);
  else {
    const message = way.length === 1 ? `group "${child.name}" is its own child` : `groups inside each other: ${[parent.name, ...way].join(" → ")}`;
    world.problems.push({ code: "input", message, at: at() });
  }
}

// The groups from one down to another, both included.
function wayDown(world: World, from: GroupNode, to: string): readonly string[] | undefined {
  const cameFrom = new Map<string, string | undefined>([[from.name, undefined]]);
  for (const name of cameFrom.keys()) {
    if (name === to) return backFrom(name, cameFrom);
    for (const child of world.groups.get(name)?.children ?? []) if (!cameFrom.has(child)) cameFrom.set(child, name);
  }
  return undefined;
}

function backFrom(end: string, cameFrom: ReadonlyMap<string, string | undefined>): readonly string[] {
  const way: string[] = [];
  for (let name: string | undefined = end; name !== undefined; name = cameFrom.get(name)) way.unshift(name);
  return way;
}

/** A value of the inventory file for a group: the priority is kept apart, it is no variable. */
export function giveGroup(world: World, group: GroupNode, assigned: Assigned): void {
  if (assigned.key !== "ansible_group_priority") group.given.push(assigned);
  else if (typeof assigned.value === "number" || /^-?\d{1,9}$/.test(String(assigned.value))) group.priority = Math.trunc(Number(assigned.value));
  else report(world, assigned.at, { message: `ansible_group_priority of group "${group.name}" is no whole number` });
}

/** Adds a problem of an input file. */
export function report(world: World, at: Place | undefined, problem: Pick<Problem, "message" | "hint" | "also">): undefined {
  world.problems.push({ code: "input", ...problem, ...(at && { at: at() }) });
}

/** Adds something odd that is no error. */
export function warn(world: World, at: Place | undefined, message: string): void {
  world.warnings.push({ message, ...(at && { at: at() }) });
}
