// Names: who has which, and what may not stand beside what.
import type { Finding } from "../../model/finding.ts";
import type { Known, PlacedRecord } from "./findings.ts";

/** Names that are an alias and something else (RFC 1034 §3.6.2: servers refuse the zone), and names of two hosts. */
export function ownershipFindings({ records }: Known): readonly Finding[] {
  return [...Map.groupBy(records, ({ name }) => name).values()].flatMap((same) => [...aliasBesides(same), ...twoOwners(same)]);
}

function aliasBesides(same: readonly PlacedRecord[]): readonly Finding[] {
  const alias = same.find(({ type }) => type === "CNAME");
  const other = same.find(({ type, data }) => type !== "CNAME" || data !== alias?.data);
  if (alias === undefined || other === undefined) return [];
  const message = `the name ${alias.name} is an alias for ${alias.data.replace(/\.$/, "")} and ${other.type === "CNAME" ? `for ${other.data.replace(/\.$/, "")}` : `has an ${other.type} record`}: an alias can be nothing else`;
  return [{ level: "error", message, ...placed(alias, other), hint: "remove one of them, or rename it" }];
}

function twoOwners(same: readonly PlacedRecord[]): readonly Finding[] {
  const [first, ...rest] = same.filter(({ type, of, from }) => (type === "A" || type === "AAAA") && (of !== undefined || from === "inventory"));
  const other = rest.find(({ of }) => of !== first?.of);
  if (first === undefined || other === undefined) return [];
  const message = `the name ${first.name} is ${owner(first)} and ${owner(other)}: whoever asks gets one or the other`;
  return [{ level: "warning", message, ...placed(other, first), hint: "rename one of them, or remove the record" }];
}

function owner({ of, data }: PlacedRecord): string {
  return of === undefined ? data : `"${of}" (${data})`;
}

/** The places of two records that contradict each other: the first is to blame. */
export function placed(blamed: PlacedRecord, other: PlacedRecord): Pick<Finding, "at" | "also"> {
  return {
    ...(blamed.at !== undefined && { at: blamed.at }),
    ...(other.at !== undefined && { also: [{ at: other.at, note: `${other.name} ${other.type} ${other.data} is here` }] }),
  };
}
