// What a zone should be, as data and as a schema.
import type { Capability } from "../../model/resource.ts";
import type { JsonSchema } from "../../model/schema.ts";
import { pathPattern } from "../make.ts";
import { namePattern } from "./rdata.ts";
import type { RrSets } from "./rrsets.ts";
import type { Soa } from "./zone-text.ts";

/** A zone whose file is hlx's. */
export interface BindZone {
  /** Lower case, without a last dot. */
  readonly zone: string;
  readonly view?: string;
  readonly file: string;
  readonly key: string;
  readonly ttl: number;
  readonly soa: Soa;
  readonly serial: "date" | "epoch" | "increment";
  readonly records: RrSets;
  readonly signed?: boolean;
  readonly absent?: boolean;
}

/** What the tools of BIND provide: rndc, dig, nsupdate and the zone compiler. */
export const bindTools: Capability = "program:bind";

/** That the running configuration has a zone. */
export function zoneServed({ zone, view }: { readonly zone: string; readonly view?: string }): Capability {
  return `bind-zone:${zoneId({ zone, ...(view !== undefined && { view }) })}`;
}

/** `home`, or `home IN inside` as rndc has it. */
export function zoneId({ zone, view }: { readonly zone: string; readonly view?: string }): string {
  return view === undefined ? zone : `${zone} IN ${view}`;
}

/** Where the zone's file is: static ones where only root writes, those that named itself writes to (journals, signatures) in its own folder. */
export function zoneFile({ zone, view, written }: { readonly zone: string; readonly view?: string; readonly written: "by hlx" | "by named" }): string {
  const name = `${view === undefined ? "" : `${view}_`}${zone.replaceAll("/", "_")}.zone`;
  return written === "by hlx" ? `/var/lib/bind/hlx/${name}` : `/var/lib/bind/${name}`;
}

/** The file with the key by which hlx itself reads (and updates) the zones of a view, over the loopback. */
export function localKeyFile(view?: string): string {
  return view === undefined ? "/etc/bind/hlx/local.key" : `/etc/bind/hlx/local-${view}.key`;
}

export const zoneName: JsonSchema = {
  type: "string",
  maxLength: 253,
  pattern: "^[a-z0-9_/-]{1,63}(\\.[a-z0-9_/-]{1,63})*$",
  description: "The zone's name, small letters, without a last dot.",
};

export const viewName: JsonSchema = { type: "string", pattern: "^[A-Za-z][A-Za-z0-9-]{0,62}$", description: "The view it is in." };

const seconds: JsonSchema = { type: "integer", minimum: 0, maximum: 2_147_483_647 };

/** Record sets as kinds take them: in BIND's spelling. */
export const rrSetsSchema: JsonSchema = {
  type: "object",
  propertyNames: { pattern: "^[a-z0-9_*@/+~=.-]{1,253} [A-Z0-9]{1,16}$" },
  additionalProperties: {
    type: "object",
    additionalProperties: false,
    required: ["ttl", "data"],
    properties: { ttl: seconds, data: { type: "array", minItems: 1, items: { type: "string", minLength: 1, pattern: "^[^\\u0000-\\u001f\\u007f]+$" } } },
  },
};

export const schema: JsonSchema = {
  type: "object",
  additionalProperties: false,
  required: ["zone", "file", "key", "ttl", "soa", "serial", "records"],
  properties: {
    zone: zoneName,
    view: viewName,
    file: { type: "string", pattern: pathPattern, description: "The zone's file." },
    key: { type: "string", pattern: pathPattern, description: "A file with the TSIG key that may transfer the zone over the loopback." },
    ttl: { ...seconds, description: "Seconds that records of the zone are kept in caches, where a record says nothing else." },
    soa: {
      type: "object",
      additionalProperties: false,
      required: ["mname", "rname", "refresh", "retry", "expire", "minimum"],
      properties: {
        mname: { type: "string", pattern: namePattern },
        rname: { type: "string", pattern: namePattern },
        ...{ refresh: seconds, retry: seconds, expire: seconds, minimum: seconds },
      },
      description: "Start of authority; the serial is not desired, it follows.",
    },
    serial: {
      enum: ["date", "epoch", "increment"],
      description: "How the serial grows when something changed: at least to YYYYMMDD00, to the seconds since 1970, or by one.",
    },
    records: { ...rrSetsSchema, description: "All records but SOA and those of DNSSEC, by name and type." },
    signed: { type: "boolean", description: "BIND signs the zone itself (dnssec-policy, inline)." },
    absent: { type: "boolean", description: "Remove the file and its journals; the configuration must not have the zone any more." },
  },
};
