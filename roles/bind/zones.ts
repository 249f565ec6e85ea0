// Zones as they are asked for, and what follows from it: records, name servers, start of authority.
import { addressType, fqdn, inZone, isWithin, recordsOf, reverseZones, type Soa, subnetOf, type ZoneRecord } from "hlx";
import { addressOf, fullName, knownAddress, type Place } from "./names.ts";
import type { ZoneParams } from "./params.ts";

/** One zone with everything that follows. */
export interface Zone {
  /** Small letters, without a last dot. */
  readonly zone: string;
  readonly view?: string;
  readonly params: ZoneParams;
  /** Where it stands in the params. */
  readonly path: readonly string[];
  readonly networks: readonly string[];
}

/** The zones of a view, reverse ones that follow from `reverse: true` included. Throws where one is named twice. */
export function zonesOf(asked: Readonly<Record<string, ZoneParams>>, place: Place, view?: string): readonly Zone[] {
  const path = view === undefined ? ["zones"] : ["views", view, "zones"];
  const named = Object.entries(asked).map(([name, params]) => zoneOf(name, params, { place, path: [...path, name], ...(view !== undefined && { view }) }));
  const known = new Set(named.map(({ zone }) => zone));
  return [...named, ...named.flatMap((one) => reversesOf(one, place)).filter(({ zone }) => !known.has(zone))];
}

function zoneOf(
  name: string,
  params: ZoneParams,
  { place, path, view }: { readonly place: Place; readonly path: readonly string[]; readonly view?: string },
): Zone {
  const networks = params.from === undefined ? [] : [params.from].flat();
  const unknown = networks.find((network) => !place.inventory.networks.has(network));
  if (unknown !== undefined)
    throw new Error(`zone ${name} is from "${unknown}", which is no network of the inventory (${[...place.inventory.networks.keys()].join(", ")})`);
  return { zone: fqdn("@", name), params, path, networks, ...(view !== undefined && { view }) };
}

function reversesOf(zone: Zone, { inventory }: Place): readonly Zone[] {
  if (!zone.params.reverse) return [];
  const names = zone.networks.flatMap((network) => reverseZones(inventory.networks.get(network)?.cidr ?? ""));
  return [...new Set(names)].map((name) => ({ ...zone, zone: name, params: { ...zone.params, records: {} } }));
}

/** True for a zone that is made here. */
export function isPrimary({ params }: Zone): boolean {
  return params.type === "primary";
}

/** Everything in a primary zone but its start of authority. `others` are the zones of the same view: what is in a deeper one is not in this one. */
export function recordsFor(zone: Zone, others: readonly Zone[], place: Place): readonly ZoneRecord[] {
  const own = [...inventoryRecords(zone, others, place), ...ownRecords(zone, place), ...catalogRecords(zone)];
  // Who writes the zone's servers out means these alone.
  const written = own.some(({ name, type }) => type === "NS" && fqdn(name, zone.zone) === zone.zone);
  const servers = written ? [] : serversOf(zone, place);
  const glue = servers.flatMap((server) => glueOf(server, { zone, own, place }));
  return [...servers.map((server): ZoneRecord => ({ name: "@", type: "NS", data: `${server.name}.` })), ...glue, ...own];
}

/** The SOA: this host is the primary. */
export function soaOf(zone: Zone, place: Place): Soa {
  const { mname, contact, refresh, retry, expire, minimum } = zone.params.soa;
  const domain = zone.zone.endsWith(".arpa") ? serverName(zone, place).replace(/^[^.]+\./, "") : zone.zone;
  const mailbox = contact === undefined ? `hostmaster.${domain}` : contact.replace("@", ".");
  return { mname: mname ?? serverName(zone, place), rname: mailbox, refresh, retry, expire, minimum };
}

function inventoryRecords(zone: Zone, others: readonly Zone[], { inventory }: Place): readonly ZoneRecord[] {
  const all = recordsOf(inventory, zone.networks);
  const classless = classlessRecords(zone.zone, all);
  if (classless !== undefined) return classless;
  const deeper = others.filter((other) => other.zone !== zone.zone && isWithin(other.zone, zone.zone)).map((other) => other.zone);
  return inZone(all, zone.zone)
    .filter(({ name }) => !deeper.some((other) => isWithin(name, other)))
    .map(({ name, type, data, ttl }) => ({ name: `${name}.`, type, data, ...(ttl !== undefined && { ttl }) }));
}

// RFC 2317: `0/25.1.168.192.in-addr.arpa` or `0-127.1.168.192.in-addr.arpa` has the pointers of a part of a /24.
function classlessRecords(
  zone: string,
  all: readonly { readonly name: string; readonly type: string; readonly data: string }[],
): readonly ZoneRecord[] | undefined {
  const [, first = "", how = "", second = "", parent = ""] = /^(\d{1,3})([/-])(\d{1,3})\.((?:\d{1,3}\.){3}in-addr\.arpa)$/.exec(zone) ?? [];
  if (parent === "") return undefined;
  const from = Number(first);
  const to = how === "-" ? Number(second) : from + 2 ** (32 - Number(second)) - 1;
  return all.flatMap(({ name, type, data }) => {
    const last = name.endsWith(`.${parent}`) ? Number(name.slice(0, -parent.length - 1)) : Number.NaN;
    return last >= from && last <= to ? [{ name: `${last}.${zone}.`, type, data }] : [];
  });
}

/** The records that are written out in the params. Throws where a name is nobody's. */
export function ownRecords(zone: Zone, place: Place): readonly ZoneRecord[] {
  return Object.entries(zone.params.records).flatMap(([name, given]) => [given].flat().map((one) => ownRecord(name, one as string | Typed, { zone, place })));
}

type Typed = Omit<ZoneRecord, "name">;

function ownRecord(name: string, given: string | Typed, { zone: { zone, networks }, place }: { readonly zone: Zone; readonly place: Place }): ZoneRecord {
  if (typeof given !== "string") return { name, ...given };
  const address = knownAddress(given, place, networks);
  if (address !== undefined) return { name, type: addressType(address), data: address };
  throw new Error(
    `record ${name} of zone ${zone}: "${given}" is no address, and no host or device of the inventory; an alias is { type: CNAME, data: ${given} }`,
  );
}

// RFC 9432: version 2, and a pointer for each member; its label must stay the same, or members are made anew.
function catalogRecords({ zone, params }: Zone): readonly ZoneRecord[] {
  if (params.catalog === undefined) return [];
  const members = params.catalog.map((member): ZoneRecord => {
    const name = fqdn("@", member);
    const label = name.replaceAll(/[./]/g, "-");
    if (label.length > 63) throw new Error(`catalog ${zone}: ${name} is too long for a label`);
    return { name: `${label}.zones`, type: "PTR", data: `${name}.` };
  });
  return [{ name: "version", type: "TXT", data: "2" }, ...members];
}

interface Server {
  readonly name: string;
  readonly address?: string;
}

function serversOf(zone: Zone, place: Place): readonly Server[] {
  const { ns, secondaries, catalog } = zone.params;
  if (catalog !== undefined) return [{ name: "invalid" }];
  if (ns !== undefined) return ns.map((name) => ({ name: fqdn(name, zone.zone) }));
  const others = secondaries.flatMap((name): readonly Server[] => {
    const full = fullName(name, place, zone.networks);
    return full === undefined ? [] : [{ name: full, address: addressOf(name, place) }];
  });
  const own = knownAddress(place.host.name, place, zone.networks);
  return [{ name: serverName(zone, place), ...(own !== undefined && { address: own }) }, ...others];
}

function serverName(zone: Zone, place: Place): string {
  return fullName(place.host.name, place, zone.networks) ?? fqdn(place.host.name, zone.zone);
}

// A server inside of the zone must have an address there: without it named refuses the zone.
function glueOf(
  { name, address }: Server,
  { zone, own, place }: { readonly zone: Zone; readonly own: readonly ZoneRecord[]; readonly place: Place },
): readonly ZoneRecord[] {
  const there = own.some((record) => fqdn(record.name, zone.zone) === name && (record.type === "A" || record.type === "AAAA"));
  if (!isWithin(name, zone.zone) || there) return [];
  if (address === undefined)
    throw new Error(`zone ${zone.zone}: its server ${name} has no address: give ${place.host.name} one in the inventory, or write a record`);
  return [{ name: `${name}.`, type: addressType(address), data: address }];
}

/** The networks of the inventory, as they are let in by default. */
export function inventoryNetworks({ inventory }: Place): readonly string[] {
  return [...inventory.networks.values()].map(({ cidr }) => cidr).filter((cidr) => subnetOf(cidr) !== undefined);
}
