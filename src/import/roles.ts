// The playbook's part of an import: params of the roles, with networks by the names that the inventory has for them.
import { isRecord, type Json, type JsonObject } from "../lib/json.ts";
import { isWithin } from "../model/fqdn.ts";
import { reverseZones } from "../model/reverse.ts";
import { isReverse, type Records, type World, writtenOut } from "./further.ts";
import { some } from "./gathered.ts";
import type { ImportedNetwork } from "./networks.ts";
import type { ZoneFile } from "./zone/parse.ts";

export interface Zones {
  /** Records that are no network's, by zone. */
  readonly rest: ReadonlyMap<string, Records>;
  /** Zones of views that the inventory does not speak of. */
  readonly others: readonly ZoneFile[];
  /** The name server's name in DNS, where it has one. */
  readonly server: string | undefined;
}

/** Params by role. */
export function rolesOf({ gathered, networks }: World, zones: Zones): Readonly<Record<string, JsonObject>> {
  const { bind, dhcp, pihole, ...others } = gathered.params;
  return some({
    bind: bind === undefined && gathered.zones.length === 0 ? undefined : bindParams(bind ?? {}, { gathered, networks }, zones),
    dhcp: dhcp === undefined ? undefined : dhcpParams(dhcp, networks),
    pihole: pihole === undefined ? undefined : withNetworkNames(pihole, networks),
    ...others,
  }) as Readonly<Record<string, JsonObject>>;
}

function bindParams(told: JsonObject, { gathered, networks }: Pick<World, "gathered" | "networks">, { rest, others, server }: Zones): JsonObject {
  const own = gathered.zones.map((zone) => ({ zone, params: zoneParams(zone, { networks, records: rest.get(zone.zone), server }) }));
  const written = others.map((zone) => ({ zone, params: zoneParams(zone, { networks: [], records: writtenOut(zone), server }) }));
  const all = [...own, ...written];
  const { zones, views, extra, ...params } = told;
  const within = (view: string | undefined, foreign: Json | undefined): JsonObject => ({
    ...(isRecord(foreign) ? (foreign as JsonObject) : {}),
    ...Object.fromEntries(all.filter(({ zone }) => zone.view === view).map(({ zone, params: made }) => [zone.zone, made])),
  });
  if (!isRecord(views)) return some({ ...params, extra, zones: within(undefined, zones) });
  const filled = Object.entries(views as Readonly<Record<string, JsonObject>>).map(([name, view]): [string, Json] => [
    name,
    { ...view, zones: within(name, view["zones"]) },
  ]);
  return some({ ...params, extra, views: Object.fromEntries(filled) });
}

interface Around {
  readonly networks: readonly ImportedNetwork[];
  readonly records: Records | undefined;
  readonly server: string | undefined;
}

function zoneParams(zone: ZoneFile, { networks, records, server }: Around): JsonObject {
  const serves = ({ cidr, domain }: ImportedNetwork): boolean => (isReverse(zone) ? domain !== undefined && overlaps(zone.zone, cidr) : domain === zone.zone);
  const from = networks.filter(serves).map(({ name }) => name);
  return some({
    from: from.length === 1 ? from[0] : from,
    ...zone.told,
    ttl: zone.ttl,
    soa: zone.soa && soaParams(zone.soa.data, server),
    ns: serversOf(zone, server),
    records,
  });
}

// Left out where it is what the role does by itself.
function serversOf({ zone, records }: ZoneFile, server: string | undefined): readonly string[] | undefined {
  const servers = records.flatMap(({ name, type, data }) => (type === "NS" && name === zone ? [data] : []));
  if (servers.length === 0 || (servers.length === 1 && servers[0] === `${server}.`)) return undefined;
  return servers.map((name) => (name.endsWith(`.${zone}.`) ? name.slice(0, -zone.length - 2) : name));
}

function soaParams(data: string, server: string | undefined): JsonObject {
  const [primary = "", mailbox = "", , ...times] = data.split(" ");
  const [refresh = 0, retry = 0, expire = 0, minimum = 0] = times.map(Number);
  const mname = primary.replace(/\.$/, "");
  return some({ mname: mname === server ? undefined : mname, contact: mailbox.replace(/\.$/, ""), refresh, retry, expire, minimum });
}

function overlaps(zone: string, cidr: string): boolean {
  return reverseZones(cidr).some((one) => isWithin(one, zone) || isWithin(zone, one));
}

function dhcpParams(dhcp: JsonObject, networks: readonly ImportedNetwork[]): JsonObject {
  const served = networks.filter(({ subnet }) => subnet !== undefined);
  const ranges = Math.max(0, ...served.map(({ subnet }) => subnet?.pools.length ?? 0));
  const ids = served.flatMap(({ name, subnet }): [string, number][] => (subnet?.id === undefined ? [] : [[name, subnet.id]]));
  const { ddns, ...params } = dhcp;
  return some({
    ...params,
    ddns: isRecord(ddns) ? withZones(ddns as JsonObject, served) : undefined,
    networks: served.map(({ name }) => name),
    ranges: ranges > 1 ? Array.from({ length: ranges }, (_, index) => (index === 0 ? "dhcp" : `dhcp${index + 1}`)) : undefined,
    ids: ids.length === 0 ? undefined : Object.fromEntries(ids),
  });
}

function withZones({ zone, ...ddns }: JsonObject, networks: readonly ImportedNetwork[]): JsonObject {
  return { ...ddns, zones: Object.fromEntries(networks.map(({ name }) => [name, zone ?? ""])) };
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
