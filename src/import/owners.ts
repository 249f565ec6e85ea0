// Who has an address: of all the names that it has, the one that is the thing itself. The others are further names of it.
import { fqdn } from "../model/fqdn.ts";
import { addressOfReverse } from "../model/reverse.ts";
import type { Gathered, GatheredHost, Note } from "./gathered.ts";
import { type Forward, type ImportedNetwork, isIn } from "./networks.ts";

export interface Owner {
  readonly address: string;
  readonly network: ImportedNetwork;
  /** As the inventory calls it. */
  readonly device: string;
  /** Its name in DNS; undefined when it has none yet. */
  readonly name?: string;
  readonly mac?: string;
}

/** One owner for each address that is in a network, and what could not be kept. */
export function ownersOf(
  gathered: Gathered,
  { forward, networks }: { readonly forward: readonly Forward[]; readonly networks: readonly ImportedNetwork[] },
): { readonly owners: ReadonlyMap<string, Owner>; readonly notes: readonly Note[] } {
  const notes: Note[] = [];
  const owners = new Map<string, Owner>();
  const pointers = pointersOf(gathered);
  for (const [address, names] of Map.groupBy(forward.filter(isOwnable), ({ address }) => address)) {
    const network = networks.find(({ cidr }) => isIn(cidr, address));
    const isTaken = (name: string): boolean => [...owners.values()].some((owner) => owner.name === name && owner.network === network);
    const mine = names.filter(({ name, zone }) => (zone === undefined || zone === network?.domain) && !isTaken(name));
    const chosen = mine.find(({ name }) => pointers.get(address)?.includes(name)) ?? mine[0];
    if (network !== undefined && chosen !== undefined)
      owners.set(address, { address, network, name: chosen.name, device: deviceName(chosen.name, network, owners) });
  }
  reserve(gathered, { forward, networks, owners, notes });
  notes.push(...disagreeing(gathered, owners));
  return { owners, notes };
}

const hostName = /^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)*$/;

function isOwnable({ name }: Forward): boolean {
  return hostName.test(name);
}

function pointersOf({ zones }: Gathered): ReadonlyMap<string, readonly string[]> {
  const all = zones
    .flatMap(({ records }) => records)
    .flatMap(({ name, type, data }) => (type === "PTR" ? [{ address: addressOfReverse(name), name: data.replace(/\.$/, "") }] : []));
  return new Map([...Map.groupBy(all, ({ address }) => address ?? "")].map(([address, names]) => [address, names.map(({ name }) => name)]));
}

// Short where that is the whole name in its network's domain, and nobody else is called so.
function deviceName(name: string, { domain }: ImportedNetwork, owners: ReadonlyMap<string, Owner>): string {
  const short = domain !== undefined && name.endsWith(`.${domain}`) ? name.slice(0, -domain.length - 1) : name;
  const usable = domain === undefined || fqdn(short, domain) === name;
  const taken = [...owners.values()].some((owner) => owner.device === short && owner.name !== name);
  return usable && !taken ? short : name;
}

interface World {
  readonly forward: readonly Forward[];
  readonly networks: readonly ImportedNetwork[];
  readonly owners: Map<string, Owner>;
  readonly notes: Note[];
}

function reserve(gathered: Gathered, world: World): void {
  const resolve = resolverOf(gathered, world.forward);
  for (const host of gathered.hosts) reserveOne(host, resolve(host.address ?? host.name), world);
}

function reserveOne({ name, mac, address: asked = name, at }: GatheredHost, address: string | undefined, { networks, owners, notes }: World): void {
  const network = networks.find(({ cidr }) => address !== undefined && isIn(cidr, address));
  const lost = `the reservation of ${mac} for ${asked} is not taken over`;
  if (address === undefined || network === undefined) {
    notes.push({ message: `${lost}: no zone here says which address that is`, at });
    return;
  }
  const owner = owners.get(address) ?? { address, network, device: deviceName(name.toLowerCase(), network, owners) };
  if (owner.mac === undefined) owners.set(address, { ...owner, mac });
  else notes.push({ message: `${lost}: ${address} is already that of ${owner.mac}`, at });
}

// What dhcpd looks up when it starts: an address is itself, an alias is its target.
function resolverOf({ zones }: Gathered, forward: readonly Forward[]): (written: string) => string | undefined {
  const records = zones.flatMap((zone) => zone.records);
  const aliases = new Map(records.flatMap(({ name, type, data }) => (type === "CNAME" ? [[name, data.replace(/\.$/, "")] as const] : [])));
  const addresses = new Map(forward.flatMap(({ name, address }) => (address.includes(":") ? [] : [[name, address] as const])));
  return (written) => (/^[\d.]+$/.test(written) ? written : addresses.get(aliases.get(written) ?? written));
}

function disagreeing(gathered: Gathered, owners: ReadonlyMap<string, Owner>): readonly Note[] {
  return gathered.zones.flatMap(({ records }) =>
    records.flatMap(({ name, type, data, at }) => {
      const address = type === "PTR" ? addressOfReverse(name) : undefined;
      const target = data.replace(/\.$/, "");
      const owner = address === undefined ? undefined : owners.get(address)?.name;
      if (owner === undefined || owner === target) return [];
      return [{ message: `reverse says that ${address} is ${target}: forward has ${owner}, and reverse follows from forward`, at }];
    }),
  );
}
