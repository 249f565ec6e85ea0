// What was gathered as an inventory and the zones of a playbook: devices with their addresses, MACs and further names; the rest as records.
import { isRecord, type Json, type JsonObject } from "../lib/json.ts";
import { fqdn, isWithin } from "../model/fqdn.ts";
import { reverseZones } from "../model/reverse.ts";
import { furtherNames, isReverse, type Records, type World } from "./further.ts";
import { type Gathered, joined, type Note, some } from "./gathered.ts";
import { type Forward, type ImportedNetwork, isIn, networksOf, numberIn } from "./networks.ts";
import { type Owner, ownersOf } from "./owners.ts";
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
  const gathered = joined(all);
  const forward = forwardOf(gathered);
  const networks = networksOf(gathered, forward);
  const { owners, notes } = ownersOf(gathered, { forward, networks });
  const world: World = { gathered, networks, owners };
  const { records, aliases, rest } = furtherNames(world);
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
    roles: rolesOf(world, rest),
    host: server.name,
    notes: [...gathered.notes, ...gathered.zones.flatMap((zone) => zone.notes), ...notes, ...server.notes],
  };
}

function forwardOf({ zones, names }: Gathered): readonly Forward[] {
  const inZones = zones
    .filter((zone) => !isReverse(zone))
    .flatMap(({ zone, records }) => records.filter(isAddress).map(({ name, data }) => ({ name, address: data, zone })));
  const listed = names.map(({ name, address, zone }) => ({
    name: zone === undefined || name.includes(".") ? name.toLowerCase() : fqdn(name, zone),
    address,
    ...(zone !== undefined && { zone }),
  }));
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

function serverOf({ gathered, networks, owners }: World, host: string | undefined): { readonly name: string; readonly notes: readonly Note[] } {
  const named = gathered.zones.flatMap(({ records }) => records.flatMap(({ type, data }) => (type === "NS" ? [data.replace(/\.$/, "")] : [])));
  const owner = [...owners.values()].find(({ name, device }) => (host === undefined ? named.includes(name ?? "") : device === host || name === host));
  const pools = networks.flatMap(({ subnet }) => subnet?.pools ?? []);
  if (owner !== undefined && !pools.some(([from, to]) => isBetween(owner.address, from, to))) return { name: owner.device, notes: [] };
  const name = host ?? "server";
  return { name, notes: [{ message: `the host "${name}" has no address here: write it, or say who it is with --host NAME` }] };
}

function isBetween(address: string, ...[from, to]: readonly [string, string]): boolean {
  const number = (text: string): bigint => BigInt(text.split(".").reduce((sum, part) => sum * 256 + Number(part), 0));
  return /^[\d.]+$/.test(address) && number(from) <= number(address) && number(address) <= number(to);
}

function rolesOf({ gathered, networks }: World, rest: ReadonlyMap<string, Records>): Imported["roles"] {
  const { bind, dhcp, pihole, ...others } = gathered.params;
  const zones = gathered.zones.map((zone): [string, Json] => [zone.zone, zoneParams(zone, networks, rest.get(zone.zone))]);
  const foreign = isRecord(bind?.["zones"]) ? (bind["zones"] as JsonObject) : {};
  const served = networks.filter(({ subnet }) => subnet !== undefined);
  const ranges = Math.max(0, ...served.map(({ subnet }) => subnet?.pools.length ?? 0));
  const ids = served.flatMap(({ name, subnet }): [string, number][] => (subnet?.id === undefined ? [] : [[name, subnet.id]]));
  return some({
    bind: bind === undefined && zones.length === 0 ? undefined : some({ ...bind, zones: { ...foreign, ...Object.fromEntries(zones) } }),
    dhcp:
      dhcp === undefined
        ? undefined
        : some({
            ...dhcp,
            networks: served.map(({ name }) => name),
            ranges: ranges > 1 ? Array.from({ length: ranges }, (_, index) => (index === 0 ? "dhcp" : `dhcp${index + 1}`)) : undefined,
            ids: ids.length === 0 ? undefined : Object.fromEntries(ids),
          }),
    pihole: pihole === undefined ? undefined : withNetworkNames(pihole, networks),
    ...others,
  }) as Imported["roles"];
}

function zoneParams(zone: ZoneFile, networks: readonly ImportedNetwork[], records: Records | undefined): JsonObject {
  const serves = ({ cidr, domain }: ImportedNetwork): boolean => (isReverse(zone) ? domain !== undefined && overlaps(zone.zone, cidr) : domain === zone.zone);
  const from = networks.filter(serves).map(({ name }) => name);
  return some({
    from: from.length === 1 ? from[0] : from,
    mode: zone.dynamic === true ? "dynamic" : undefined,
    ttl: zone.ttl,
    soa: zone.soa && soaParams(zone.soa.data),
    records,
  });
}

function soaParams(data: string): JsonObject {
  const [, mailbox = "", , ...times] = data.split(" ");
  const [refresh = 0, retry = 0, expire = 0, minimum = 0] = times.map(Number);
  return { contact: mailbox.replace(/\.$/, ""), refresh, retry, expire, minimum };
}

// Networks by their names, so that their domains go along.
function withNetworkNames({ forward, local, ...rest }: JsonObject, networks: readonly ImportedNetwork[]): JsonObject {
  const named = Object.entries((forward ?? {}) as JsonObject).map(([cidr, server]): [string, Json] => [
    networks.find((one) => one.cidr === cidr)?.name ?? cidr,
    server,
  ]);
  const domains = networks.filter(({ domain }) => domain !== undefined).map(({ name }) => name);
  return some({ ...rest, forward: named.length === 0 ? undefined : Object.fromEntries(named), local: local === undefined ? undefined : domains });
}

function overlaps(zone: string, cidr: string): boolean {
  return reverseZones(cidr).some((one) => isWithin(one, zone) || isWithin(zone, one));
}
