// Every value that holds for a host, weakest first, in Ansible's order of precedence.
import type { Json } from "../../lib/json.ts";
import type { Sourced } from "../../model/host.ts";
import type { Order } from "./order.ts";
import type { Assigned, GroupNode, HostNode, World } from "./world.ts";

/** A folder that has group_vars and host_vars beside each other. */
export interface VarsFolder {
  /** Absolute. */
  readonly folder: string;
  /** Begins the layer's name: "" or "playbook ". */
  readonly prefix: string;
}

export interface VarsFiles {
  /** What the files for a group or a host give, weakest first. Each file is read once. */
  given(at: VarsFolder, kind: "group_vars" | "host_vars", name: string): readonly Assigned[];
}

export interface LayersFrom {
  readonly world: World;
  readonly order: Order;
  readonly files: VarsFiles;
  /** Beside each source, in the order of the sources. */
  readonly inventory: readonly VarsFolder[];
  /** Beside the playbook. */
  readonly playbook: readonly VarsFolder[];
  readonly overrides: ReadonlyMap<string, Json>;
}

/**
 * What holds for a host, weakest first: values of the inventory for "all", for groups; group_vars/all beside the inventory, beside the playbook;
 * group_vars of the groups, likewise; the inventory's for the host; host_vars, likewise; `-e` (VARIABLE_PRECEDENCE's default, and the manual's "Variable precedence").
 */
export function layersFor(from: LayersFrom): (host: HostNode) => readonly Assigned[] {
  const { order, files, inventory, playbook, overrides } = from;
  const extra = [...overrides].map(([key, value]): Assigned => ({ key, value, layer: "-e" }));
  const shared = new Map<readonly GroupNode[], readonly Assigned[]>();
  const ofGroups = (groups: readonly GroupNode[]): readonly Assigned[] => {
    const found = shared.get(groups) ?? groupLayers(groups, from);
    shared.set(groups, found);
    return found;
  };
  return (host) => [
    ...ofGroups(order.groupsOf(host.name)),
    ...host.given,
    ...[...inventory, ...playbook].flatMap((folder) => files.given(folder, "host_vars", host.name)),
    ...extra,
  ];
}

function groupLayers(groups: readonly GroupNode[], { world, files, inventory, playbook }: LayersFrom): readonly Assigned[] {
  const from = (folders: readonly VarsFolder[], names: readonly string[]): readonly Assigned[] =>
    folders.flatMap((folder) => names.flatMap((name) => files.given(folder, "group_vars", name)));
  const names = groups.map(({ name }) => name);
  return [
    ...(world.groups.get("all")?.given ?? []),
    ...groups.flatMap(({ given }) => given),
    ...from(inventory, ["all"]),
    ...from(playbook, ["all"]),
    ...from(inventory, names),
    ...from(playbook, names),
  ];
}

/** The strongest value of each key. Maps are replaced, never merged, as Ansible does by default. */
export function varsOf(layers: readonly Assigned[]): Readonly<Record<string, Json>> {
  const vars: Record<string, Json> = Object.create(null);
  for (const { key, value } of layers) vars[key] = value;
  return vars;
}

/** Where each value came from, and what it overruled. */
export function sourcesOf(layers: readonly Assigned[]): Readonly<Record<string, Sourced>> {
  const byKey = Map.groupBy(layers, ({ key }) => key);
  const sources: Record<string, Sourced> = Object.create(null);
  for (const [key, given] of byKey) {
    const [won, ...lost] = given.toReversed().map(shown);
    if (won !== undefined) sources[key] = { ...won, lost };
  }
  return sources;
}

function shown({ value, layer, at, secret }: Assigned): Omit<Sourced, "lost"> {
  return { value, layer, ...(at && { at: at() }), ...(secret === true && { secret }) };
}
