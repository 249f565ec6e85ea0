// What hlx's part of a dynamic zone should be, as data and as a schema.
import type { JsonSchema } from "../../model/schema.ts";
import { pathPattern } from "../make.ts";
import type { RrSets } from "./rrsets.ts";
import { rrSetsSchema, viewName, zoneName } from "./zone-desired.ts";

/** Record sets in a zone that others update, too. */
export interface BindRecords {
  readonly zone: string;
  readonly view?: string;
  readonly file: string;
  readonly key: string;
  readonly ttl: number;
  readonly records: RrSets;
  readonly purge: "owned" | "none" | "all";
  /** `NAME TYPE` of the sets that hlx may remove later; all of `records` where it is left out. */
  readonly owned?: readonly string[];
  readonly absent?: boolean;
}

export const schema: JsonSchema = {
  type: "object",
  additionalProperties: false,
  required: ["zone", "file", "key", "ttl", "records", "purge"],
  properties: {
    zone: zoneName,
    view: viewName,
    file: { type: "string", pattern: pathPattern, description: "The file that the server keeps the zone in; looked at while the server is down." },
    key: { type: "string", pattern: pathPattern, description: "A file with the TSIG key that may transfer and update the zone over the loopback." },
    ttl: { type: "integer", minimum: 0, maximum: 2_147_483_647, description: "Seconds that records are kept in caches, where a record says nothing else." },
    records: { ...rrSetsSchema, description: "The record sets that must be in the zone, by name and type." },
    purge: {
      enum: ["owned", "none", "all"],
      description:
        "What else is removed: what hlx put there before (owned), nothing, or all. Never names that a DHCP server owns (with a DHCID), nor _acme-challenge.",
    },
    owned: { type: "array", items: { type: "string" }, description: "What of it hlx may remove later; all of it where it is left out." },
    absent: { type: "boolean", description: "Remove what hlx put into the zone. Its NS records stay." },
  },
};

/** What hlx may remove later. */
export function ownedBy({ records, owned, absent }: BindRecords): readonly string[] {
  return absent === true ? [] : (owned ?? Object.keys(records).sort());
}
