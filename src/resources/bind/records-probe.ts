// Looks at hlx's part of a dynamic zone: what it desires and what it has put there before.
import { absent, blocked, type Found, present } from "../../model/kind.ts";
import type { Readers } from "../../model/ports/index.ts";
import { type BindRecords, ownedBy } from "./records-desired.ts";
import { nameOf, type RrSets } from "./rrsets.ts";
import { bindTools, zoneId, zoneServed } from "./zone-desired.ts";
import type { ZoneData } from "./zone-text.ts";
import { type ZoneSeen, zonesRead } from "./zones-read.ts";

/** Foreign records are not in it: they come and go. */
export interface BindRecordsActual {
  readonly records: RrSets;
  readonly owned: readonly string[];
}

export async function probe(desired: BindRecords, on: Pick<Readers, "shell">): Promise<Found<BindRecordsActual>> {
  const { zone, view, file, key } = desired;
  const seen = await on.shell.ask(zonesRead, { zone, file, key, ...(view !== undefined && { view }) });
  if (seen === undefined) return blocked(bindTools, "no BIND on this host");
  const data = sourceOf(seen);
  if (desired.absent === true && (data === undefined || (seen.owned ?? []).length === 0)) return absent;
  if (data === undefined) return blocked(zoneServed(desired), `the server has no zone ${zoneId(desired)}`);
  const taken = Object.keys(desired.records).filter((one) => data.dhcp.includes(nameOf(one)));
  if (taken.length > 0) return ownedByDhcp(desired, taken);
  const owned = seen.owned ?? [];
  const from = seen.live === undefined ? "the file and its journal" : "the live zone";
  return present({ records: managed(desired, data, owned), owned }, { serial: data.serial, from });
}

// The server writes its journal into the file when it likes: only together they are the zone.
function sourceOf({ status, live, file, other }: ZoneSeen): ZoneData | undefined {
  if (live !== undefined) return live;
  if (status.status === "none" || status.status === "unloaded") return undefined;
  return (file.seen === "there" ? file.data : undefined) ?? other;
}

function managed(desired: BindRecords, { records, dhcp }: ZoneData, owned: readonly string[]): RrSets {
  const untouchable = (key: string): boolean => key === "@ NS" || dhcp.includes(nameOf(key)) || nameOf(key).startsWith("_acme-challenge");
  const purged = desired.purge === "all" ? Object.keys(records) : desired.purge === "owned" ? owned : [];
  const removable = new Set(purged.filter((key) => !untouchable(key)));
  return Object.fromEntries(Object.entries(records).filter(([key]) => Object.hasOwn(desired.records, key) || removable.has(key)));
}

function ownedByDhcp(desired: BindRecords, taken: readonly string[]): Found<never> {
  return {
    found: "unknown",
    because: {
      code: "unknown",
      message: `looking at the zone ${zoneId(desired)}: ${taken.join(", ")} should be set, but a DHCP server owns ${taken.length === 1 ? "that name" : "these names"} (they have a DHCID)`,
      hint: "give the pool's clients a zone of their own, or remove the name there",
    },
  };
}

/** True when `owned` must be noted anew. */
export function ownedDiffers(desired: BindRecords, owned: readonly string[]): boolean {
  return ownedBy(desired).join("\n") !== owned.join("\n");
}
