// The record model: every name, address and reservation that follows from the inventory. Pure; what serves them (BIND, DHCP, Pi-hole) only renders it.
import { parseIp } from "../lib/ip.ts";
import type { Path } from "./documents/document.ts";
import { fqdn, isWithin } from "./fqdn.ts";
import type { Device, Host, Network, NetworkRecord } from "./host.ts";
import { absoluteData } from "./record-data.ts";
import { reverseName } from "./reverse.ts";
import type { InventoryView } from "./role.ts";

/** What names follow from. */
export type Named = Pick<InventoryView, "hosts" | "devices" | "networks">;

/** One resource record. */
export interface DnsRecord {
  /** Absolute, lower case, without a last dot: `dns01.home`. */
  readonly name: string;
  readonly type: string;
  /** As in a zone file; names in it are absolute, with their last dot. */
  readonly data: string;
  /** Seconds; the zone's default where it is left out. */
  readonly ttl?: number;
  /** The network it follows from. */
  readonly network: string;
  /** The host or device it is of. */
  readonly of?: string;
  /** Where the inventory says so. */
  readonly path: Path;
}

/** What a DHCP server gives to one MAC. */
export interface Reservation {
  /** Of the host or device. */
  readonly name: string;
  /** Its name in the network's domain; left out where the network has none. */
  readonly fqdn?: string;
  /** Small letters. */
  readonly mac: string;
  readonly address: string;
  readonly network: string;
  readonly path: Path;
}

/**
 * Every record of these networks (all when left out), reverse ones included: A or AAAA and PTR of hosts and devices, CNAME of their aliases, and the networks' own records.
 * A network without a domain has none. In the order of networks, hosts, devices; no record twice.
 */
export function recordsOf(view: Named, networks: readonly string[] = [...view.networks.keys()]): readonly DnsRecord[] {
  const all = networks.flatMap((name) => {
    const network = view.networks.get(name);
    return network?.domain === undefined ? [] : recordsIn(view, { ...network, domain: network.domain });
  });
  return [...new Map(all.map((record) => [`${record.name} ${record.type} ${record.data}`, record])).values()];
}

/** The records whose names are the zone's or below it. */
export function inZone(records: readonly DnsRecord[], zone: string): readonly DnsRecord[] {
  const name = fqdn("@", zone);
  return records.filter((record) => isWithin(record.name, name));
}

/** The reservations of a network: hosts and devices that have a MAC and an IPv4 address there. */
export function reservationsOf(view: Named, network: string): readonly Reservation[] {
  const domain = view.networks.get(network)?.domain;
  return members(view, network).flatMap(({ name, mac, address, path }) => {
    if (mac === undefined || parseIp(address)?.version !== 4) return [];
    return [{ name, ...(domain !== undefined && { fqdn: fqdn(name, domain) }), mac: mac.toLowerCase(), address, network, path }];
  });
}

type Domained = Network & { readonly domain: string };

interface Member extends Pick<Host, "name" | "mac" | "aliases"> {
  readonly address: string;
  readonly section: "hosts" | "devices";
  readonly path: Path;
}

function members({ hosts, devices }: Named, network: string): readonly Member[] {
  return [...memberOf("hosts", hosts.values(), network), ...memberOf("devices", devices.values(), network)];
}

function memberOf(section: Member["section"], things: Iterable<Host | Device>, network: string): readonly Member[] {
  return [...things].flatMap(({ name, mac, aliases, addresses: { [network]: address } }) => {
    if (address === undefined) return [];
    return [{ name, section, address, path: [section, name, network], ...(mac !== undefined && { mac }), ...(aliases !== undefined && { aliases }) }];
  });
}

function recordsIn(view: Named, network: Domained): readonly DnsRecord[] {
  return [...members(view, network.name).flatMap((member) => ofMember(member, network)), ...(network.records ?? []).map((record) => written(record, network))];
}

function ofMember({ name, address, aliases = [], section, path }: Member, { name: network, domain }: Domained): readonly DnsRecord[] {
  const own = fqdn(name, domain);
  const common = { network, of: name };
  return [
    { ...common, name: own, type: addressType(address), data: address, path },
    { ...common, name: reverseName(address), type: "PTR", data: `${own}.`, path },
    ...aliases.map((alias, index) => ({
      ...common,
      name: fqdn(alias, domain),
      type: "CNAME",
      data: `${own}.`,
      path: [section, name, "aliases", index],
    })),
  ];
}

function written({ name, type, data, ttl, to, path }: NetworkRecord, { name: network, domain }: Domained): DnsRecord {
  const common = { name: fqdn(name, domain), type, data: absoluteData(type, data, domain), network, path };
  return { ...common, ...(ttl !== undefined && { ttl }), ...(to !== undefined && { of: to }) };
}

/** "A" or "AAAA". */
export function addressType(address: string): "A" | "AAAA" {
  return parseIp(address)?.version === 6 ? "AAAA" : "A";
}
