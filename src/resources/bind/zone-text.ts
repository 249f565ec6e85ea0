// What BIND prints of a zone, read: a transfer by dig, or a file by named-compilezone. Hostile data.
import { canonicalData } from "./rdata.ts";
import { collected, type RrSets } from "./rrsets.ts";

/** Start of authority without its serial: names absolute with their last dot, times in seconds. */
export interface Soa {
  readonly mname: string;
  readonly rname: string;
  readonly refresh: number;
  readonly retry: number;
  readonly expire: number;
  readonly minimum: number;
}

/** A zone as it is served or stands in a file. */
export interface ZoneData {
  readonly serial: number;
  readonly soa: Soa;
  readonly records: RrSets;
  /** Names with a DHCID: they belong to a DHCP server (RFC 4701). */
  readonly dhcp: readonly string[];
}

interface Line {
  readonly name: string;
  readonly ttl: number;
  readonly type: string;
  readonly data: string;
}

/** BIND makes these itself (TYPE65534 is the state of its signing), or a DHCP server does: never compared, never written. */
const foreign: ReadonlySet<string> = new Set(["SOA", "RRSIG", "NSEC", "NSEC3", "NSEC3PARAM", "DNSKEY", "CDS", "CDNSKEY", "TYPE65534", "DHCID"]);

/** Lines such as `NAME TTL IN TYPE DATA`; undefined without a start of authority of this zone. */
export function parseZone(lines: readonly string[], zone: string): ZoneData | undefined {
  const all = lines.flatMap(lineOf);
  const start = all.find(({ name, type }) => name === zone && type === "SOA");
  const authority = start === undefined ? undefined : soaOf(start.data);
  if (authority === undefined) return undefined;
  const kept = all.filter(({ type }) => !foreign.has(type));
  const records = collected(
    kept.map((line) => ({ ...line, data: canonicalData(line.type, line.data, "") ?? line.data })),
    zone,
  );
  const dhcp = collected(
    all.filter(({ type }) => type === "DHCID"),
    zone,
  );
  return { ...authority, records, dhcp: Object.keys(dhcp).map((key) => key.slice(0, key.lastIndexOf(" "))) };
}

function lineOf(line: string): readonly Line[] {
  const [, name = "", ttl = "", type = "", data = ""] = /^([^\s;]\S*)\.\s+(\d{1,10})\s+IN\s+([A-Z0-9-]+)\s+(.*)$/.exec(line) ?? [];
  return name === "" ? [] : [{ name: name.toLowerCase(), ttl: Number(ttl), type, data: data.trim() }];
}

function soaOf(data: string): Pick<ZoneData, "serial" | "soa"> | undefined {
  const [mname = "", rname = "", ...texts] = data.toLowerCase().split(/\s+/);
  if (texts.length !== 5 || !texts.every((text) => /^\d{1,10}$/.test(text))) return undefined;
  const [serial = 0, refresh = 0, retry = 0, expire = 0, minimum = 0] = texts.map(Number);
  return { serial, soa: { mname, rname, refresh, retry, expire, minimum } };
}
