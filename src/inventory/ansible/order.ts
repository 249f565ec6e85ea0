// Which group is below which, how deep, and in which order hosts stand: as Ansible settles it once all sources are read.
import type { Group } from "../../model/host.ts";
import type { GroupNode, World } from "./world.ts";

export interface Order {
  /** Every host, in the order of "all". */
  readonly hosts: readonly string[];
  /** Every group but "all" and "ungrouped". */
  readonly groups: ReadonlyMap<string, Group>;
  /** The groups right below "all". */
  readonly top: readonly string[];
  /** The groups of a host, parents too, without "all"; the weakest first: by depth, then priority, then name. */
  groupsOf(host: string): readonly GroupNode[];
}

/** Settles a world that nothing is added to any more. */
export function orderOf(world: World): Order {
  const parents = parentsOf(world);
  const direct = directGroups(world);
  const top = topOf(world, parents);
  const depth = depthsOf(world, parents);
  const above = new Map<string, readonly GroupNode[]>();
  const sorted = (names: ReadonlySet<string>): readonly GroupNode[] =>
    [...names]
      .flatMap((name) => world.groups.get(name) ?? [])
      .toSorted((a, b) => depth(a.name) - depth(b.name) || a.priority - b.priority || (a.name < b.name ? -1 : 1));
  const groupsOf = (host: string): readonly GroupNode[] => {
    const own = direct.get(host) ?? [];
    const key = own.join("\0");
    const found = above.get(key) ?? sorted(reachable(own, (name) => parents.get(name) ?? []));
    above.set(key, found);
    return found;
  };
  return { hosts: hostsInOrder(world, top, direct), top, groups: groupsByName(world), groupsOf };
}

type Names = ReadonlyMap<string, readonly string[]>;

// Without "all", which is above everything.
function parentsOf(world: World): Names {
  const parents = new Map<string, string[]>();
  for (const { name, children } of world.groups.values()) {
    if (name === "all") continue;
    for (const child of children) parents.set(child, [...(parents.get(child) ?? []), name]);
  }
  return parents;
}

// A host that is in no group but "all" is in "ungrouped"; one that is in another group is not.
function directGroups(world: World): Names {
  const direct = new Map<string, string[]>([...world.hosts.keys()].map((name) => [name, []]));
  for (const { name, hosts } of world.groups.values()) {
    if (name !== "all" && name !== "ungrouped") for (const host of hosts) direct.get(host)?.push(name);
  }
  for (const groups of direct.values()) if (groups.length === 0) groups.push("ungrouped");
  return direct;
}

function depthsOf(world: World, parents: Names): (name: string) => number {
  const depths = new Map<string, number>();
  const depthOf = (name: string): number => {
    const known = depths.get(name);
    if (known !== undefined) return known;
    const depth = 1 + Math.max(0, ...(parents.get(name) ?? []).map(depthOf));
    depths.set(name, depth);
    return depth;
  };
  for (const name of world.groups.keys()) depthOf(name);
  return depthOf;
}

// Breadth first, so that what is nearer comes first.
function reachable(from: Iterable<string>, next: (name: string) => Iterable<string>): ReadonlySet<string> {
  const seen = new Set(from);
  for (const name of seen) for (const one of next(name)) seen.add(one);
  return seen;
}

function topOf(world: World, parents: Names): readonly string[] {
  const named = world.groups.get("all")?.children ?? [];
  const others = [...world.groups.keys()].filter((name) => name !== "all" && !parents.has(name));
  return [...new Set([...named, ...others])].filter((name) => name !== "ungrouped");
}

function hostsInOrder(world: World, top: readonly string[], direct: Names): readonly string[] {
  const groups = reachable(top, (name) => world.groups.get(name)?.children ?? []);
  const ungrouped = [...direct].filter(([, own]) => own[0] === "ungrouped").map(([host]) => host);
  return [...new Set([...ungrouped, ...[...groups].flatMap((name) => (name === "ungrouped" ? [] : [...(world.groups.get(name)?.hosts ?? [])]))])];
}

function groupsByName(world: World): ReadonlyMap<string, Group> {
  const named = [...world.groups.values()].filter(({ name }) => name !== "all" && name !== "ungrouped");
  return new Map(named.map((group) => [group.name, groupOf(group, world)]));
}

function groupOf({ name, hosts, children }: GroupNode, world: World): Group {
  const below = reachable([name], (one) => world.groups.get(one)?.children ?? []);
  const all = new Set([...below].flatMap((one) => [...(world.groups.get(one)?.hosts ?? [])]));
  return { name, hosts: [...all], children: [...children], own: [...hosts] };
}
