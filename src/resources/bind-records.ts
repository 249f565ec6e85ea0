// Records in a dynamic zone of BIND, beside those that DHCP servers and other clients put there.
import { type Change, change, type Found, type Irreversible, type Kind, type Known } from "../model/kind.ts";
import type { Resource, ResourceOptions } from "../model/resource.ts";
import { type BindRecords, ownedBy, schema } from "./bind/records-desired.ts";
import { type BindRecordsActual, ownedDiffers, probe } from "./bind/records-probe.ts";
import { steps } from "./bind/records-steps.ts";
import { rrSets, type ZoneRecord } from "./bind/rrsets.ts";
import { localKeyFile, zoneFile, zoneId } from "./bind/zone-desired.ts";
import { setChanges } from "./bind/zone-diff.ts";
import { given, resourceOf } from "./make.ts";

export const bindRecordsKind: Kind<BindRecords, BindRecordsActual, "shell"> = {
  kind: "bind.records",
  summary: "Records in a dynamic zone of BIND, sent as updates; what others put there stays.",
  schema,
  via: ["shell"],
  identity: zoneId,
  probe,
  diff,
  steps,
  absent: (desired) => ({ ...desired, records: {}, purge: "owned", absent: true }),
  restore,
};

export interface BindRecordsOptions extends ResourceOptions {
  /** Without a last dot. */
  readonly zone: string;
  readonly view?: string;
  readonly records: readonly ZoneRecord[];
  /** Seconds; default 3600. */
  readonly ttl?: number;
  /** What else is removed. Default "owned": what hlx has put there before. */
  readonly purge?: BindRecords["purge"];
}

/** Records in a zone that takes updates. Throws ProblemError (input) on records that no zone can have. */
export function bindRecords(options: BindRecordsOptions): Resource<BindRecords> {
  const { zone: name, view, records, ttl = 3600, purge = "owned", ...brings } = options;
  const zone = name.toLowerCase().replace(/\.$/, "");
  const named = { zone, ...given({ view }) };
  const file = zoneFile({ ...named, written: "by named" });
  return resourceOf(bindRecordsKind, { ...named, file, key: localKeyFile(view), ttl, records: rrSets(records, { zone, ttl }), purge }, brings);
}

function diff(desired: BindRecords, found: Known<BindRecordsActual>): readonly Change[] {
  const actual = found.found === "present" ? found.actual : { records: {}, owned: [] };
  if (desired.absent === true && found.found === "absent") return [];
  const noted = found.found === "absent" || ownedDiffers(desired, actual.owned);
  const count = (keys: readonly string[]): string => `${keys.length} of hlx`;
  const owned = noted ? [change("owned", { before: found.found === "absent" ? null : count(actual.owned), after: count(ownedBy(desired)) })] : [];
  return [...setChanges(desired.records, actual.records, desired.ttl), ...owned];
}

function restore(desired: BindRecords, before: Found<BindRecordsActual>): BindRecords | Irreversible {
  const { absent: _, owned: __, ...there } = desired;
  if (before.found === "absent") return { ...there, records: {}, purge: "owned", absent: true };
  if (before.found !== "present") return { irreversible: `the zone ${zoneId(desired)} was not known before` };
  return { ...there, records: before.actual.records, owned: before.actual.owned };
}
