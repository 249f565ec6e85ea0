// Interfaces in /etc/network/interfaces, loaded by ifupdown2; the old ones come back unless hlx gets in anew.
import type { Found, Irreversible, Kind } from "../model/kind.ts";
import type { Resource, ResourceOptions } from "../model/resource.ts";
import { resourceOf } from "./make.ts";
import { type Block, families, type Interface, type NetworkInterfaces, schema } from "./network-interfaces/desired.ts";
import { diff } from "./network-interfaces/diff.ts";
import { type Said, spelled } from "./network-interfaces/file.ts";
import { type NetworkInterfacesActual, path, probe } from "./network-interfaces/probe.ts";
import { steps } from "./network-interfaces/steps.ts";

export const networkInterfacesKind: Kind<NetworkInterfaces, NetworkInterfacesActual, "shell"> = {
  kind: "network.interfaces",
  summary:
    "Bridges, bonds and their ports in /etc/network/interfaces (ifupdown2), loaded at once; the old file comes back by itself unless hlx can log in anew.",
  schema,
  via: ["shell"],
  identity: () => path,
  probe,
  diff,
  steps,
  restore,
};

export interface NetworkInterfacesOptions extends ResourceOptions {
  readonly interfaces: NetworkInterfaces["interfaces"];
  /** Seconds. Default 60. */
  readonly patience?: number;
}

/** One a host: its interfaces are loaded together. What is not named stays as it is. */
export function networkInterfaces({ interfaces, patience = 60, ...brings }: NetworkInterfacesOptions): Resource<NetworkInterfaces> {
  const named = Object.entries(interfaces).map(([name, wanted]) => [name, wanted === null ? null : canonicalOf(wanted)] as const);
  return resourceOf(networkInterfacesKind, { interfaces: Object.fromEntries(named), patience }, { ...brings, traces: [path] });
}

function canonicalOf({ inet, inet6, ...wanted }: Interface): Interface {
  return { ...wanted, ...(inet === undefined ? {} : { inet: blockOf(inet) }), ...(inet6 === undefined ? {} : { inet6: blockOf(inet6) }) };
}

function blockOf(block: Block | null): Block | null {
  if (block === null) return null;
  return { method: block.method, options: Object.fromEntries(Object.entries(block.options).map(([key, value]) => [key, spelled(key, value)])) };
}

/** What the file said of the same interfaces; one that it had no word of goes. */
function restore({ interfaces, patience }: NetworkInterfaces, before: Found<NetworkInterfacesActual>): NetworkInterfaces | Irreversible {
  if (before.found !== "present") return { irreversible: "nothing is known of the network before" };
  const names = Object.keys(interfaces);
  return { interfaces: Object.fromEntries(names.map((name) => [name, asWanted(before.actual.said[name] ?? null)])), patience };
}

function asWanted(said: Said | null): Interface | null {
  if (said === null) return null;
  const blocks = Object.fromEntries(families.map((family) => [family, said[family]]));
  return { ...(said.auto ? { auto: true } : {}), ...blocks };
}
