// Resource record sets: what a zone is compared by.
import { didYouMean } from "../../lib/suggest.ts";
import { fqdn, isWithin } from "../../model/fqdn.ts";
import { type Problem, refuseAll } from "../../model/problem.ts";
import { recordTypes } from "../../model/record-data.ts";
import { canonicalData, namePattern } from "./rdata.ts";

/** One record as people write it. A name without a last dot that does not end in the zone's name is relative to the zone; "@" is the zone itself. */
export interface ZoneRecord {
  readonly name: string;
  readonly type: string;
  readonly data: string;
  /** Seconds; the zone's own where it is left out. */
  readonly ttl?: number;
}

/** All records of one name and type. Data are sorted, each once, in BIND's spelling. */
export interface RrSet {
  readonly ttl: number;
  readonly data: readonly string[];
}

/** By `NAME TYPE`, the name relative to the zone: "ocean A", "@ NS". */
export type RrSets = Readonly<Record<string, RrSet>>;

interface Line {
  /** Without a last dot, lower case. */
  readonly name: string;
  readonly type: string;
  readonly ttl: number;
  readonly data: string;
}

/** The sets of these records. Throws ProblemError (input) with everything that is wrong. */
export function rrSets(records: readonly ZoneRecord[], { zone, ttl }: { readonly zone: string; readonly ttl: number }): RrSets {
  refuseAll(records.flatMap((record) => wrongIn(record, zone)));
  const lines = records.map((record): Line => {
    const type = record.type.toUpperCase();
    return { name: fqdn(record.name, zone), type, ttl: record.ttl ?? ttl, data: canonicalData(type, record.data, zone) ?? "" };
  });
  const sets = collected(lines, zone);
  refuseAll(lonelyAliases(sets, zone));
  return sets;
}

function wrongIn({ name, type, data }: ZoneRecord, zone: string): readonly Problem[] {
  const about = `the record ${name} ${type} ${JSON.stringify(data)} of zone ${zone}`;
  const [upper, owner] = [type.toUpperCase(), fqdn(name, zone)];
  if (!recordTypes.includes(upper)) return [{ code: "input", message: `${about}: no type "${type}"`, hint: didYouMean(upper, recordTypes) ?? typesHint }];
  if (!new RegExp(namePattern).test(`${owner}.`)) return [{ code: "input", message: `${about}: "${name}" is no name of DNS` }];
  if (!isWithin(owner, zone)) return [{ code: "input", message: `${about}: ${owner} is outside of the zone` }];
  return canonicalData(upper, data, zone) === undefined ? [{ code: "input", message: `${about}: no data of type ${upper}` }] : [];
}

const typesHint = `one of ${recordTypes.join(", ")}; SOA is the zone's own, DNSSEC's are made by signing`;

// RFC 1034, 3.6.2: a name with a CNAME has nothing else. BIND refuses such a zone as a whole.
function lonelyAliases(sets: RrSets, zone: string): readonly Problem[] {
  const byName = Map.groupBy(Object.keys(sets), nameOf);
  return [...byName].flatMap(([name, keys]): readonly Problem[] => {
    const alias = sets[`${name} CNAME`];
    if (alias === undefined) return [];
    const others = keys.map(typeOf).filter((type) => type !== "CNAME");
    if (others.length > 0) return [{ code: "input", message: `zone ${zone}: ${name} is a CNAME and has ${others.join(", ")}, too: a CNAME is alone` }];
    return alias.data.length > 1 ? [{ code: "input", message: `zone ${zone}: ${name} is a CNAME of ${alias.data.join(" and ")}: one is allowed` }] : [];
  });
}

/** The name part of a key. */
export function nameOf(key: string): string {
  return key.slice(0, key.lastIndexOf(" "));
}

/** The type part of a key. */
export function typeOf(key: string): string {
  return key.slice(key.lastIndexOf(" ") + 1);
}

/** The records of these lines by name and type; what is outside of the zone does not count. A set has the TTL of its first record. */
export function collected(lines: readonly Line[], zone: string): RrSets {
  const sets = new Map<string, { readonly ttl: number; readonly data: Set<string> }>();
  for (const { name, type, ttl, data } of lines) {
    if (!isWithin(name, zone)) continue;
    const key = `${name === zone ? "@" : name.slice(0, -zone.length - 1)} ${type}`;
    const set = sets.get(key) ?? { ttl, data: new Set() };
    sets.set(key, set);
    set.data.add(data);
  }
  const sorted = [...sets].sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(sorted.map(([key, { ttl, data }]) => [key, { ttl, data: [...data].sort() }]));
}

/** True when both are the same set, or none. */
export function sameSet(a: RrSet | undefined, b: RrSet | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return a.ttl === b.ttl && a.data.length === b.data.length && a.data.every((one, index) => one === b.data[index]);
}

/** True when both have the same sets. */
export function sameSets(a: RrSets, b: RrSets): boolean {
  const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...keys].every((key) => sameSet(a[key], b[key]));
}
