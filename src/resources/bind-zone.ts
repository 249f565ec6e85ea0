// A zone of BIND whose file is hlx's: every record in it, and a serial that grows only when something changed.
import type { Found, Irreversible, Kind } from "../model/kind.ts";
import { ProblemError } from "../model/problem.ts";
import type { Resource, ResourceOptions } from "../model/resource.ts";
import { rrSets, type ZoneRecord } from "./bind/rrsets.ts";
import { type BindZone, bindTools, localKeyFile, schema, zoneFile, zoneId } from "./bind/zone-desired.ts";
import { diff } from "./bind/zone-diff.ts";
import { type BindZoneActual, probe } from "./bind/zone-probe.ts";
import { steps } from "./bind/zone-steps.ts";
import type { Soa } from "./bind/zone-text.ts";
import { given, resourceOf } from "./make.ts";

export { bindTools, localKeyFile, type Soa, type ZoneRecord, zoneFile };

export const bindZoneKind: Kind<BindZone, BindZoneActual, "shell"> = {
  kind: "bind.zone",
  summary: "A zone of BIND whose file is hlx's: compared record by record with what is served, its serial raised only when something changed.",
  schema,
  via: ["shell"],
  identity: zoneId,
  probe,
  diff,
  steps,
  absent: (desired) => ({ ...desired, absent: true }),
  restore,
};

export interface BindZoneOptions extends ResourceOptions {
  /** Without a last dot. */
  readonly zone: string;
  readonly view?: string;
  /** NS records of the zone included; all else that is in the zone is removed. */
  readonly records: readonly ZoneRecord[];
  readonly soa: Soa;
  /** Seconds; default 3600. */
  readonly ttl?: number;
  /** Default "date": YYYYMMDD00, or one more than there was. */
  readonly serial?: BindZone["serial"];
  /** BIND signs it itself (dnssec-policy with inline-signing). Default false. */
  readonly signed?: boolean;
}

/** A zone with all its records. Throws ProblemError (input) on records that no zone can have. */
export function bindZone(options: BindZoneOptions): Resource<BindZone> {
  const { zone: name, view, records, soa, ttl = 3600, serial = "date", signed, ...brings } = options;
  const zone = name.toLowerCase().replace(/\.$/, "");
  const named = { zone, ...given({ view }) };
  const file = zoneFile({ ...named, written: signed === true ? "by named" : "by hlx" });
  const desired: BindZone = { ...named, file, key: localKeyFile(view), ttl, soa: absoluteSoa(soa), serial, records: rrSets(records, { zone, ttl }) };
  return resourceOf(bindZoneKind, signed === true ? { ...desired, signed } : desired, { ...brings, traces: [file] });
}

function absoluteSoa(soa: Soa): Soa {
  const [mname, rname] = [soa.mname, soa.rname].map((name) => `${name.toLowerCase().replace(/\.$/, "")}.`);
  if (mname === undefined || rname === undefined || rname.includes("@"))
    throw new ProblemError({ code: "input", message: `"${soa.rname}" is no mailbox of a zone`, hint: "write the @ as a dot: hostmaster.home" });
  return { ...soa, mname, rname };
}

function restore(desired: BindZone, before: Found<BindZoneActual>): BindZone | Irreversible {
  if (before.found === "absent") return { ...desired, absent: true };
  if (before.found !== "present") return { irreversible: `the zone ${zoneId(desired)} was not known before` };
  const { soa, records } = before.actual;
  const { absent: _, ...there } = desired;
  return soa === undefined ? { irreversible: `the old file of the zone ${zoneId(desired)} could not be read` } : { ...there, soa, records };
}
