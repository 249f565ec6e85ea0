// Names beside those of the devices themselves: aliases, records of the networks' domains, and of zones that are no network's.
import type { Json } from "../lib/json.ts";
import { isWithin } from "../model/fqdn.ts";
import { type Gathered, some } from "./gathered.ts";
import type { ImportedNetwork } from "./networks.ts";
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
}

/** Everything that zones and lists say beside one name for each address. */
export function furtherNames(world: World): Further {
  const further: Growing = { records: new Map(world.networks.map(({ name }) => [name, {}])), aliases: new Map(), rest: new Map() };
  for (const zone of world.gathered.zones) for (const record of zone.records) if (isFurther(record, zone, world)) keep(record, zone, { world, further });
  for (const { name, target } of world.gathered.aliases) {
    const owner = ownerNamed(target, world);
    if (owner !== undefined) alias(owner, relativeTo(name, owner.network.domain ?? ""), further);
  }
  return further;
}

interface Growing {
  readonly records: Map<string, Records>;
  readonly aliases: Map<string, string[]>;
  readonly rest: Map<string, Records>;
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

// What does not follow from the devices: PTR, and the zone's own NS, follow; so does each owner's address.
function isFurther({ name, type, data, ttl }: ZoneRecord, zone: ZoneFile, { owners }: World): boolean {
  if (isReverse(zone)) return type !== "PTR" && (type !== "NS" || name !== zone.zone);
  if (type === "NS" && name === zone.zone) return false;
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
