// What was gathered as an inventory and the zones of a playbook: devices with their addresses, MACs and further names; the rest as records.
import type { Json, JsonObject } from "../lib/json.ts";
import { furtherNames, isReverse, listedNames, type Records, type World } from "./further.ts";
import { type Gathered, joined, type Note, some } from "./gathered.ts";
import { type Forward, type ImportedNetwork, isIn, networksOf, numberIn } from "./networks.ts";
import { type Owner, ownersOf } from "./owners.ts";
import { rolesOf } from "./roles.ts";
import type { ZoneFile, ZoneRecord } from "./zone/parse.ts";

export interface Imported {
  readonly inventory: JsonObject;
  /** Params by role. */
  readonly roles: Readonly<Record<string, JsonObject>>;
  /** The host that has the roles. */
  readonly host: string;
  readonly notes: readonly Note[];
}

/** `host` is who gets the roles: where it is left out, the name server that the zones name. */
export function importedFrom(all: readonly Gathered[], host?: string): Imported {
  const everything = joined(all);
  const [shared, others] = byView(everything.zones);
  const gathered = { ...everything, zones: shared };
  const forward = forwardOf(gathered);
  const networks = networksOf(gathered, forward);
  const { owners, notes } = ownersOf(gathered, { forward, networks });
  const world: World = { gathered, networks, owners };
  const { records, aliases, rest, lost } = furtherNames(world);
  const server = serverOf(world, host);
  const things = thingsOf(owners, aliases);
  const own = things.get(server.name);
  const devices = Object.fromEntries([...things].filter(([name]) => name !== server.name));
  const inventory = some({
    format: 1,
    playbook: "site.yaml",
    networks: Object.fromEntries(networks.map((network) => [network.name, networkOf(network, { records: records.get(network.name) ?? {}, owners })])),
    hosts: { [server.name]: own ?? {} },
    devices: Object.keys(devices).length === 0 ? undefined : devices,
  });
  return {
    inventory,
    roles: rolesOf(world, { rest, others, server: server.full }),
    host: server.name,
    notes: [...gathered.notes, ...unserved(gathered), ...lost, ...everything.zones.flatMap((zone) => zone.notes), ...notes, ...server.notes],
  };
}

function unserved({ params, subnets }: Gathered): readonly Note[] {
  if (params["dhcp"] === undefined || subnets.length > 0) return [];
  return [{ message: "no subnet is served here, so that the role dhcp has no networks: give dhcpd.conf or kea-dhcp4.conf as well" }];
}

// The inventory has one answer for each name: that of the first view. What others say is written out.
function byView(zones: readonly ZoneFile[]): readonly [shared: readonly ZoneFile[], others: readonly ZoneFile[]] {
  const first = zones.find(({ view }) => view !== undefined)?.view;
  return [zones.filter(({ view }) => view === undefined || view === first), zones.filter(({ view }) => view !== undefined && view !== first)];
}

function forwardOf(gathered: Gathered): readonly Forward[] {
  const inZones = gathered.zones
    .filter((zone) => !isReverse(zone))
    .flatMap(({ zone, records }) => records.filter(isAddress).map(({ name, data }) => ({ name, address: data, zone })));
  const listed = listedNames(gathered);
  return [...inZones, ...new Map(listed.map((one) => [`${one.name} ${one.address}`, one])).values()];
}

function isAddress({ type }: ZoneRecord): boolean {
  return type === "A" || type === "AAAA";
}

function thingsOf(owners: ReadonlyMap<string, Owner>, aliases: ReadonlyMap<string, readonly string[]>): ReadonlyMap<string, JsonObject> {
  const things = new Map<string, JsonObject>();
  for (const { device, network, address, mac } of owners.values()) {
    const more = { [network.name]: numberIn(network.cidr, address), ...(mac !== undefined && { mac }) };
    things.set(device, some({ ...things.get(device), ...more, aliases: [...(aliases.get(device) ?? [])] }));
  }
  return things;
}

function networkOf(
  { cidr, domain, subnet }: ImportedNetwork,
  { records, owners }: { readonly records: Records; readonly owners: World["owners"] },
): JsonObject {
  const pools = (subnet?.pools ?? []).map(([from, to], index): [string, Json] => [index === 0 ? "dhcp" : `dhcp${index + 1}`, rangeText(cidr, from, to)]);
  return some({
    cidr,
    gateway: subnet?.gateway === undefined || !isIn(cidr, subnet.gateway) ? undefined : numberIn(cidr, subnet.gateway),
    domain,
    dns: (subnet?.dns ?? []).map((address) => owners.get(address)?.device ?? address),
    ranges: pools.length === 0 ? undefined : Object.fromEntries(pools),
    records: Object.keys(records).length === 0 ? undefined : records,
  });
}

function rangeText(cidr: string, ...ends: readonly [string, string]): string {
  return ends.map((end) => String(numberIn(cidr, end))).join("-");
}

interface Server {
  readonly name: string;
  /** In DNS. */
  readonly full?: string;
  readonly notes: readonly Note[];
}

function serverOf({ gathered, networks, owners }: World, host: string | undefined): Server {
  const named = gathered.zones.flatMap(({ records }) => records.flatMap(({ type, data }) => (type === "NS" ? [data.replace(/\.$/, "")] : [])));
  const owner = [...owners.values()].find(({ name, device }) => (host === undefined ? named.includes(name ?? "") : device === host || name === host));
  const pools = networks.flatMap(({ subnet }) => subnet?.pools ?? []);
  if (owner !== undefined && !pools.some(([from, to]) => isBetween(owner.address, from, to)))
    return { name: owner.device, notes: [], ...(owner.name !== undefined && { full: owner.name }) };
  const name = host ?? "server";
  const next = host === undefined ? "write it, or say who it is with --host NAME" : "write it into the inventory";
  return { name, notes: [{ message: `the host "${name}" has no address here: ${next}` }] };
}

function isBetween(address: string, ...[from, to]: readonly [string, string]): boolean {
  const number = (text: string): bigint => BigInt(text.split(".").reduce((sum, part) => sum * 256 + Number(part), 0));
  return /^[\d.]+$/.test(address) && number(from) <= number(address) && number(address) <= number(to);
}
