// Which addresses an interface of the node has: the host's own, in the networks that it leads to.
import { type Host, type InventoryView, type Network, parseIp, subnetOf } from "hlx";
import type { Bridge } from "./params.ts";

export interface Around {
  readonly host: Host;
  readonly inventory: InventoryView;
}

/** What a bridge or a bond says of its addresses. */
export type Addressed = Pick<Bridge, "network" | "address" | "gateway">;

export interface Place {
  readonly version: 4 | 6;
  /** With its length: `192.168.1.105/24`. */
  readonly address: string;
  readonly gateway?: string;
}

/** At most one of each family. Networks that nobody knows and addresses of nobody are left out: the claims tell of them. */
export function placesOf(name: string, { network, address, gateway }: Addressed, around: Around): readonly Place[] {
  const places = address === undefined ? networksOf(name, network, around).flatMap((one) => placeIn(one, around)) : written(address, around);
  const ways = gateway === undefined ? places : places.map(({ gateway: _, ...place }) => ({ ...place, ...wayOut(place, gateway) }));
  return ([4, 6] as const).flatMap((version) => ways.find((place) => place.version === version) ?? []);
}

/** Those that are named; else those that the inventory says are behind this bridge. */
export function networksOf(name: string, named: Addressed["network"], { host, inventory }: Around): readonly Network[] {
  if (named !== undefined) return [named].flat().flatMap((one) => inventory.networks.get(one) ?? []);
  return [...inventory.networks.values()].filter((network) => network.bridge === name && host.addresses[network.name] !== undefined);
}

function placeIn(network: Network, { host }: Around): readonly Place[] {
  const own = host.addresses[network.name];
  const subnet = subnetOf(network.cidr);
  if (own === undefined || subnet === undefined) return [];
  return [{ version: subnet.version, address: `${own}/${subnet.bits}`, ...(network.gateway === undefined ? {} : { gateway: network.gateway }) }];
}

// The network that it is in says the way out, also of an address that is written out.
function written(address: string, { inventory }: Around): readonly Place[] {
  const subnet = subnetOf(address);
  if (subnet === undefined) return [];
  const network = [...inventory.networks.values()].find(({ cidr }) => isWithin(address.split("/")[0] ?? "", cidr));
  return [{ version: subnet.version, address, ...(network?.gateway === undefined ? {} : { gateway: network.gateway }) }];
}

function wayOut({ version }: Pick<Place, "version">, gateway: string): { readonly gateway?: string } {
  return parseIp(gateway)?.version === version ? { gateway } : {};
}

export function isWithin(address: string, cidr: string): boolean {
  const [parsed, subnet] = [parseIp(address), subnetOf(cidr)];
  return parsed !== undefined && subnet !== undefined && parsed.version === subnet.version && parsed.value >= subnet.first && parsed.value <= subnet.last;
}
