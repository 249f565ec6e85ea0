// Everything about names and addresses that contradicts itself, over the inventory and what the playbook adds to it.
import { byPlace } from "../../model/documents/order.ts";
import type { Contributions, Finding } from "../../model/finding.ts";
import type { Inventory } from "../../model/host.ts";
import { type DnsRecord, recordsOf } from "../../model/names.ts";
import type { Position } from "../../model/problem.ts";
import { clearSecrets } from "./clear.ts";
import { guestFindings } from "./guests.ts";
import { dependencies } from "./needs.ts";
import { networkFindings } from "./networks.ts";
import { ownershipFindings } from "./ownership.ts";
import { placementFindings } from "./placement.ts";
import { portFindings } from "./ports.ts";
import { reservationFindings } from "./reservations.ts";
import { reverseFindings } from "./reverse.ts";
import { staleAddresses } from "./stale.ts";
import { unknownNames } from "./unknown-names.ts";
import { variablesOf } from "./variables.ts";

/** A record with where it stands and whether the inventory or a role's params say it. */
export interface PlacedRecord extends Pick<DnsRecord, "name" | "type" | "data" | "of"> {
  readonly at?: Position;
  readonly from: "inventory" | "params";
}

/** What every check is given. */
export interface Known extends Contributions {
  readonly inventory: Inventory;
  /** Of the inventory and of roles' params. */
  readonly records: readonly PlacedRecord[];
}

/** In the order of the files; errors and warnings. An inventory of Ansible's has no address plan: only claims are compared. */
export function findingsOf(inventory: Inventory, contributions: Contributions = { claims: [], written: [] }): readonly Finding[] {
  const known: Known = {
    inventory,
    claims: contributions.claims,
    written: [...variablesOf(inventory), ...contributions.written],
    records: [...recordsIn(inventory), ...recordsClaimed(contributions)],
  };
  const all = [...always, ...(inventory.networks.size > 0 ? planned : [])].flatMap((check) => check(known));
  const [errors, warnings] = (["error", "warning"] as const).map((level) => all.filter((finding) => finding.level === level));
  return [...sorted(errors ?? []), ...sorted(warnings ?? [])];
}

const always = [portFindings, dependencies, guestFindings, placementFindings, stated];
const planned = [networkFindings, ownershipFindings, reverseFindings, reservationFindings, staleAddresses, unknownNames, clearSecrets];

function sorted(findings: readonly Finding[]): readonly Finding[] {
  const unplaced = findings.map((finding) => ({ ...finding, code: "input" as const }));
  return byPlace(unplaced).map(({ code: _, ...finding }) => finding as Finding);
}

function recordsIn(inventory: Inventory): readonly PlacedRecord[] {
  return recordsOf(inventory).map((record) => {
    const at = inventory.at?.(record.path);
    return { ...record, from: "inventory", ...(at !== undefined && { at }) };
  });
}

function recordsClaimed({ claims }: Contributions): readonly PlacedRecord[] {
  return claims.flatMap((claim): readonly PlacedRecord[] =>
    claim.claim === "record" ? [{ name: claim.name, type: claim.type, data: claim.data, at: claim.at, from: "params" }] : [],
  );
}

function stated({ claims }: Known): readonly Finding[] {
  return claims.flatMap((claim) =>
    claim.claim === "finding"
      ? [
          {
            level: claim.level,
            message: claim.message,
            at: claim.at,
            ...(claim.hint !== undefined && { hint: claim.hint }),
            ...(claim.also && { also: claim.also }),
          },
        ]
      : [],
  );
}
