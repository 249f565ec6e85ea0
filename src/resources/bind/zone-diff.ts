// What differs between a zone and what it should be, record set by record set.
import { type Change, change, type Known } from "../../model/kind.ts";
import { type RrSet, type RrSets, sameSet } from "./rrsets.ts";
import type { BindZone } from "./zone-desired.ts";
import { type BindZoneActual, sameSoa } from "./zone-probe.ts";
import type { Soa } from "./zone-text.ts";

/** Of a zone that is not there: every record set, the start of authority, the file, and the serial. Records that nobody desires go. */
export function diff(desired: BindZone, found: Known<BindZoneActual>): readonly Change[] {
  if (desired.absent === true)
    return found.found === "absent" ? [] : [change("file", { before: "there", after: null, note: "the zone's records are gone with it" })];
  const actual = found.found === "present" ? found.actual : undefined;
  const changes = [...setChanges(desired.records, actual?.records ?? {}, desired.ttl), ...soaChanges(desired.soa, actual?.soa), ...fileChange(actual)];
  return changes.length === 0 ? [] : [...changes, serialChange(found)];
}

/** One change a set: added, changed or removed. The time to live is shown where it is not the zone's. */
export function setChanges(desired: RrSets, actual: RrSets, ttl: number): readonly Change[] {
  const keys = [...new Set([...Object.keys(desired), ...Object.keys(actual)])].sort();
  return keys
    .filter((key) => !sameSet(actual[key], desired[key]))
    .map((key) => change(key, { before: shown(actual[key], ttl), after: shown(desired[key], ttl) }));
}

function shown(set: RrSet | undefined, ttl: number): string | null {
  if (set === undefined) return null;
  return `${set.data.join(", ")}${set.ttl === ttl ? "" : ` (ttl ${set.ttl})`}`;
}

function soaChanges(desired: Soa, actual: Soa | undefined): readonly Change[] {
  return sameSoa(actual, desired) ? [] : [change("SOA", { before: actual === undefined ? null : soaText(actual), after: soaText(desired) })];
}

function soaText({ mname, rname, refresh, retry, expire, minimum }: Soa): string {
  return `${mname} ${rname} refresh ${refresh} retry ${retry} expire ${expire} minimum ${minimum}`;
}

function fileChange(actual: BindZoneActual | undefined): readonly Change[] {
  return actual?.file === "current" ? [] : [change("file", { before: actual?.file ?? null, after: "current" })];
}

function serialChange(found: Known<BindZoneActual>): Change {
  const { serial = null, from } = (found.found === "present" ? found.evidence : undefined) ?? {};
  const note = typeof from === "string" && from !== "the live zone" ? { note: `compared with ${from}` } : {};
  return change("serial", { before: serial, after: "+1", risk: "reload", ...note });
}
