// Hosts, devices and networks of the inventory where named.conf wants addresses.
import { addressNear, fqdn, type Host, type InventoryView } from "hlx";

/** Whose configuration it is, and who else there is. */
export interface Place {
  readonly host: Host;
  readonly inventory: InventoryView;
}

/** The address of a host or device as this host reaches it. An address is itself. Throws on what is neither. */
export function addressOf(name: string, place: Place): string {
  const known = knownAddress(name, place);
  if (known === undefined) throw new Error(`"${name}" is no address, and no host or device of the inventory that has one`);
  return known;
}

/** Undefined where the inventory knows no such name, or no address of it. An address is itself. */
export function knownAddress(name: string, { host, inventory }: Place, networks: readonly string[] = []): string | undefined {
  return addressNear(name, inventory, { near: [...networks, ...Object.keys(host.addresses)] });
}

/** The full name of a host in the domain of a network, or undefined: it is in none that has a domain. */
export function fullName(name: string, { inventory }: Place, networks: readonly string[] = []): string | undefined {
  const addresses = (inventory.hosts.get(name) ?? inventory.devices.get(name))?.addresses ?? {};
  const own = [...networks, ...Object.keys(addresses)].filter((network) => addresses[network] !== undefined);
  const [domain] = own.flatMap((network) => inventory.networks.get(network)?.domain ?? []);
  return domain === undefined ? undefined : fqdn(name, domain);
}

/** An element of an address match list: networks and hosts of the inventory as addresses, all else as it is written. */
export function matched(element: string, place: Place): string {
  const [, not = "", name = ""] = /^(!?)(.*)$/.exec(element) ?? [];
  const network = place.inventory.networks.get(name);
  if (network !== undefined) return `${not}${network.cidr}`;
  const address = knownAddress(name, place);
  return `${not}${address ?? name}`;
}
