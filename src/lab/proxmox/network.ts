// What the double's guests use of their node by name: bridges, vnets, mapped devices. A start says which is not there (PVE 9.2.11); nothing before it does.
import { may } from "./access.ts";
import type { Call, DoubleGuest, On, Reply } from "./state.ts";

const seeing = ["SDN.Audit", "SDN.Use"];

/** Bridges, and vnets with them, each for whom it may be shown to. */
export function networkRows({ params }: Call, { double }: On): Reply {
  const bridges = [...double.bridges].filter((name) => may(double, `/sdn/zones/localnetwork/${name}`, seeing));
  const vnets = [...double.held.vnets].filter(([name, zone]) => may(double, `/sdn/zones/${zone}/${name}`, seeing));
  return {
    data: [
      ...bridges.map((iface) => ({ iface, type: "bridge", active: 1 })),
      ...(params["type"] === "any_bridge" ? vnets.map(([iface]) => ({ iface, type: "vnet", active: 1 })) : []),
    ],
  };
}

/** Why a guest does not start; undefined where it does. */
export function missingAtStart({ config, node }: DoubleGuest, { double }: On): string | undefined {
  const uses = (key: RegExp, part: RegExp): readonly string[] =>
    Object.entries(config).flatMap(([name, value]) => (key.test(name) ? (part.exec(value)?.[1] ?? []) : []));
  const bridge = uses(/^net\d+$/, /(?:^|,)bridge=([^,]+)/).find((name) => !double.bridges.has(name) && !double.held.vnets.has(name));
  if (bridge !== undefined) return `bridge '${bridge}' does not exist`;
  const isMapped = (name: string): boolean => double.held.mappings.get(name)?.map.some((entry) => entry.split(",").includes(`node=${node}`)) === true;
  const mapping = uses(/^hostpci\d+$/, /(?:^|,)mapping=([^,]+)/).find((name) => !isMapped(name));
  return mapping === undefined ? undefined : `PCI device mapping not found for '${mapping}'`;
}
