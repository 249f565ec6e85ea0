// Looks at what a Pi-hole filters by: what is desired, what hlx made, and all of what is to be exactly as desired.
import { didYouMean } from "../../lib/suggest.ts";
import { blocked, type Found, present } from "../../model/kind.ts";
import type { Readers } from "../../model/ports/index.ts";
import { type PiholeEntry, piholeKey, type PiholeFilters as Seen } from "../../model/ports/pihole.ts";
import type { Problem } from "../../model/problem.ts";
import { ftlUnit } from "./door.ts";
import { isGone, isSurplus, type PiholeFilters } from "./filters-desired.ts";

export interface PiholeFiltersActual {
  readonly entries: Readonly<Record<string, PiholeEntry>>;
  /** The desired lists that gravity has not fetched. */
  readonly waiting: readonly string[];
}

export async function probe(desired: PiholeFilters, on: Pick<Readers, "pihole">): Promise<Found<PiholeFiltersActual>> {
  const answer = await on.pihole.filters(desired.door);
  if (answer.answer === "nothing") return blocked(ftlUnit, `nothing answers HTTP on port ${desired.door.port ?? 80} of this host: ${answer.because}`);
  const because = missingGroup(desired, answer.is);
  if (because !== undefined) return { found: "unknown", because };
  return present({
    entries: Object.fromEntries(Object.entries(answer.is.entries).filter(([key, entry]) => matters(key, entry, desired))),
    waiting: answer.is.waiting.filter((key) => Object.hasOwn(desired.entries, key) && !isGone(desired.entries[key] ?? {})),
  });
}

function matters(key: string, entry: PiholeEntry, desired: PiholeFilters): boolean {
  return key !== "group:Default" && piholeKey(key) !== undefined && (Object.hasOwn(desired.entries, key) || isSurplus(key, entry, desired));
}

function missingGroup({ entries }: PiholeFilters, { entries: there }: Seen): Problem | undefined {
  const desired = Object.keys(entries).filter((key) => !isGone(entries[key] ?? {}));
  const groups = [...Object.keys(there), ...desired].flatMap((key) => groupIn(key) ?? []);
  const asked = desired.flatMap((key) => ((entries[key] as Partial<PiholeEntry>).groups ?? []).map((group) => ({ key, group })));
  const missing = asked.find(({ group }) => !groups.includes(group));
  if (missing === undefined) return undefined;
  const { key, group } = missing;
  return { code: "input", message: `${key} should be in the group "${group}", which there is not`, hint: didYouMean(group, groups) ?? "make the group, too" };
}

function groupIn(key: string): string | undefined {
  const parts = piholeKey(key);
  return parts?.table === "groups" ? parts.item : undefined;
}
