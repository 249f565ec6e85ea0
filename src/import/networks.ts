// The networks of what was gathered: those that a DHCP server names, and around every other private address one more.
import { ipText, parseIp, subnetOf } from "../lib/ip.ts";
import type { Gathered, GatheredSubnet } from "./gathered.ts";

export interface ImportedNetwork {
  readonly name: string;
  readonly cidr: string;
  readonly domain?: string;
  readonly subnet?: GatheredSubnet;
}

/** A forward address of any source. */
export interface Forward {
  readonly name: string;
  readonly address: string;
  /** The zone it is in; undefined for lists of names. */
  readonly zone?: string;
}

/** The first is "lan", the others have their addresses as names. */
export function networksOf(gathered: Gathered, forward: readonly Forward[]): readonly ImportedNetwork[] {
  const subnets = [...new Map(gathered.subnets.map((subnet) => [subnet.cidr, subnet])).values()];
  const known = subnets.map(({ cidr }) => cidr);
  const addresses = [
    ...forward.map(({ address }) => address),
    ...gathered.hosts.flatMap(({ address }) => (address !== undefined && parseIp(address) ? [address] : [])),
  ];
  const strange = addresses.filter((address) => isPrivate(address) && !known.some((cidr) => isIn(cidr, address)));
  const cidrs = [...known, ...new Set(strange.map(around))];
  return cidrs.map((cidr, index) => {
    const subnet = subnets.find((one) => one.cidr === cidr);
    const domain = subnet?.domain ?? commonest(forward.filter(({ address }) => isIn(cidr, address)).flatMap(({ zone }) => zone ?? []));
    return {
      name: index === 0 ? "lan" : nameOf(cidr),
      cidr,
      ...(domain !== undefined && { domain: domain.toLowerCase() }),
      ...(subnet !== undefined && { subnet }),
    };
  });
}

/** True when the address is in the network. */
export function isIn(cidr: string, address: string): boolean {
  const [subnet, parsed] = [subnetOf(cidr), parseIp(address)];
  return subnet !== undefined && parsed !== undefined && subnet.version === parsed.version && subnet.first <= parsed.value && parsed.value <= subnet.last;
}

/** The number that an address has in a network of at most 65,536 addresses; in a larger one the address. */
export function numberIn(cidr: string, address: string): number | string {
  const [subnet, parsed] = [subnetOf(cidr), parseIp(address)];
  if (subnet === undefined || parsed === undefined || subnet.last - subnet.first > 65_535n) return address;
  return Number(parsed.value - subnet.first);
}

const privateBlocks = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7"];

function isPrivate(address: string): boolean {
  return privateBlocks.some((cidr) => isIn(cidr, address));
}

function around(address: string): string {
  const parsed = parseIp(address);
  const bits = parsed?.version === 6 ? 64 : 24;
  const subnet = subnetOf(`${address}/${bits}`);
  return subnet === undefined ? address : `${ipText(subnet.first, subnet.version)}/${bits}`;
}

/** What a network is called that nobody named. */
export function nameOf(cidr: string): string {
  return `net-${cidr
    .replace(/\/.*$/, "")
    .replace(/(\.0)+$|:+$/, "")
    .replace(/[.:]+/g, "-")}`;
}

function commonest(names: readonly string[]): string | undefined {
  const counted = [...Map.groupBy(names, (name) => name)].toSorted(([, one], [, other]) => other.length - one.length);
  return counted[0]?.[0];
}
