// An inventory with some of its hosts only.
import type { Group, Inventory } from "../model/host.ts";

/** The inventory as if it had these hosts only; groups stay, some of them empty. */
export function narrowed(inventory: Inventory, names: readonly string[]): Inventory {
  const left = new Set(names);
  const keep = (hosts: readonly string[]): readonly string[] => hosts.filter((host) => left.has(host));
  const groupOf = (group: Group): Group => ({ ...group, hosts: keep(group.hosts), ...(group.own !== undefined && { own: keep(group.own) }) });
  return {
    ...inventory,
    hosts: new Map([...inventory.hosts].filter(([name]) => left.has(name))),
    groups: new Map([...inventory.groups].map(([name, group]) => [name, groupOf(group)])),
  };
}
