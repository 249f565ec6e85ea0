// Names beside those of the devices themselves: aliases, records of the networks' domains, and of zones that are no network's.
import type { Json } from "../lib/json.ts";
import { fqdn, isWithin } from "../model/fqdn.ts";
import { addressOfReverse } from "../model/reverse.ts";
import { type Gathered, type Note, some } from "./gathered.ts";
import type { Forward, ImportedNetwork } from "./networks.ts";
import type { Owner } from "./owners.ts";
import type { ZoneFile, ZoneRecord } from "./zone/parse.ts";

export interface World {
  readonly gathered: Gathered;
  readonly networks: readonly ImportedNetwork[];
  readonly owners: ReadonlyMap<string, Owner>;
}

/** True for zones of reverse DNS. */
export function isReverse({ zone }: ZoneFile): boolean {
  return isWithin(zone, "arpa");
}

export type Records = Record<string, Json>;

export interface Further {
  /** By network. */
  readonly records: ReadonlyMap<string, Records>;
  /** By device. */
  readonly aliases: ReadonlyMap<string, readonly string[]>;
  /** By zone: what belongs to no network's domain. */
  readonly rest: ReadonlyMap<string, Records>;
  /** Names for which there is no place. */
  readonly lost: readonly Note[];
}

/** Names of lists, whole ones. */
export function listedNames({ names }: Gathered): readonly (Forward & { readonly at: Note["at"] })[] {
  return names.map(({ name, address, zone, at }) => ({
    name: zone === undefined || name.includes(".") ? name.toLowerCase() : fqdn(name, zone),
    address,
    at,
    ...(zone !== undefined && { zone }),
  }));
}

/** Everything that zones and lists say beside one name for each address. */
export function furtherNames(world: World): Further {
  const further: Growing = { records: new Map(world.networks.map(({ name }) => [name, {}])), aliases: new Map(), rest: new Map(), lost: [] };
  for (const zone of world.gathered.zones) for (const record of zone.records) if (isFurther(record, zone, world)) keep(record, zone, { world, further });
  for (const listed of listedNames(world.gathered)) keepListed(listed, world, further);
  for (const listed of world.gathered.aliases) keepAlias(listed, world, further);
  return further;
}

// One name of an address is its owner's; the others are records.
function keepListed({ name, address, at }: ReturnType<typeof listedNames>[number], { owners }: World, { records, lost }: Growing): void {
  const owner = owners.get(address);
  if (owner?.name === name) return;
  const domain = owner?.network.domain;
  if (owner === undefined || domain === undefined || !isWithin(name, domain))
    lost.push({ message: `the name ${name} of ${address} is not taken over: it is in no domain of a network here`, ...(at && { at }) });
  else addNew(records.get(owner.network.name) ?? {}, relativeTo(name, domain), owner.device);
}

function addNew(records: Records, name: string, device: string): void {
  if (![records[name] ?? []].flat().includes(device)) add(records, name, device);
}

// Of no zone. One that is kept for a time of its own is a record.
function keepAlias({ name, target, ttl }: Gathered["aliases"][number], world: World, further: Growing): void {
  const owner = ownerNamed(target, world);
  if (owner === undefined) return;
  const relative = relativeTo(name, owner.network.domain ?? "");
  if (ttl === undefined) alias(owner, relative, further);
  else add(further.records.get(owner.network.name) ?? {}, relative, { type: "CNAME", data: `${target}.`, ttl });
}

interface Growing {
  readonly records: Map<string, Records>;
  readonly aliases: Map<string, string[]>;
  readonly rest: Map<string, Records>;
  readonly lost: Note[];
}

function keep(record: ZoneRecord, { zone }: ZoneFile, { world, further }: { readonly world: World; readonly further: Growing }): void {
  const relative = relativeTo(record.name, zone);
  const owner = record.type === "CNAME" && record.ttl === undefined ? ownerNamed(record.data, world) : undefined;
  if (owner?.network.domain === zone && /^[a-z0-9_][a-z0-9_.-]*$/.test(relative)) {
    alias(owner, relative, further);
    return;
  }
  const network = world.networks.find(({ domain }) => domain === zone);
  const place = network === undefined ? further.rest : further.records;
  const key = network?.name ?? zone;
  const records = place.get(key) ?? {};
  place.set(key, records);
  add(records, relative, valueOfRecord(record, { world, network }));
}

function alias({ device }: Owner, name: string, { aliases }: Growing): void {
  aliases.set(device, [...(aliases.get(device) ?? []), name]);
}

/** All records of a zone as the role takes them, its servers left out. */
export function writtenOut({ zone, records }: ZoneFile): Records {
  const all: Records = {};
  for (const { name, type, data, ttl } of records) if (type !== "NS" || name !== zone) add(all, relativeTo(name, zone), some({ type, data, ttl }));
  return all;
}

// What does not follow from the devices: the names of those that have an address, and the zone's own NS, follow; so does each owner's address.
function isFurther({ name, type, data, ttl }: ZoneRecord, zone: ZoneFile, { owners }: World): boolean {
  if (type === "NS" && name === zone.zone) return false;
  if (isReverse(zone)) return type !== "PTR" || owners.get(addressOfReverse(name) ?? "")?.name === undefined;
  const owner = type === "A" || type === "AAAA" ? owners.get(data) : undefined;
  return owner?.name !== name || owner.network.domain !== zone.zone || ttl !== undefined;
}

function ownerNamed(target: string, { owners }: World): Owner | undefined {
  const name = target.toLowerCase().replace(/\.$/, "");
  return [...owners.values()].find((owner) => owner.name === name);
}

function relativeTo(name: string, zone: string): string {
  if (name === zone) return "@";
  return name.endsWith(`.${zone}`) ? name.slice(0, -zone.length - 1) : name;
}

function valueOfRecord({ type, data, ttl }: ZoneRecord, { world, network }: { readonly world: World; readonly network: ImportedNetwork | undefined }): Json {
  const isPlain = ttl === undefined && (type === "A" || type === "AAAA");
  if (!isPlain) return some({ type, data, ttl });
  const owner = world.owners.get(data);
  if (owner === undefined || network === undefined) return data;
  return owner.network === network ? owner.device : `${owner.device}.${owner.network.name}`;
}

function add(records: Records, name: string, value: Json): void {
  const before = records[name];
  records[name] = before === undefined ? value : [...(Array.isArray(before) ? (before as readonly Json[]) : [before]), value];
}
