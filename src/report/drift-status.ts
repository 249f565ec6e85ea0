// What the last checks saw, kept between runs: since when something drifted, and whether that is news.
import { sha256 } from "../lib/hash.ts";
import { canonical, isRecord, parsedJson } from "../lib/json.ts";
import type { DriftItem, DriftReport } from "../model/drift.ts";
import { isDrifted } from "../plan/drift.ts";

export interface DriftMemory {
  readonly format: 1;
  /** By address: when it was last seen as recorded (ISO 8601, UTC). */
  readonly clean: Readonly<Record<string, string>>;
  /** By address: since when it is not. */
  readonly drifted: Readonly<Record<string, { readonly after: string; readonly before: string }>>;
  /** Hash of what was last told; empty when nothing was. */
  readonly told: string;
}

export const noMemory: DriftMemory = { format: 1, clean: {}, drifted: {}, told: "" };

/** The memory in a text; none for what is not ours: it is only a memory. */
export function readMemory(text: string): DriftMemory {
  const value = parsedJson(text);
  const known = isRecord(value) && value["format"] === 1 && isRecord(value["clean"]) && isRecord(value["drifted"]) && typeof value["told"] === "string";
  return known ? (value as unknown as DriftMemory) : noMemory;
}

/** The report with `since` for what drifted: between the last time it was seen as recorded and the first time it was not. */
export function withSince(report: DriftReport, memory: DriftMemory): DriftReport {
  return { ...report, items: report.items.map((item) => ({ ...item, ...sinceOf(item, memory, report.created) })) };
}

/** What to remember after this report. Addresses that it did not look at stay as they were. */
export function remember({ items, created }: DriftReport, memory: DriftMemory): DriftMemory {
  const looked = new Set(items.filter(({ status }) => status !== "unknown").map(({ address }) => address));
  const others = <Value>(from: Readonly<Record<string, Value>>): readonly (readonly [string, Value])[] =>
    Object.entries(from).filter(([address]) => !looked.has(address));
  return {
    format: 1,
    clean: Object.fromEntries([...others(memory.clean), ...items.filter(isClean).map(({ address }) => [address, created] as const)]),
    drifted: Object.fromEntries([
      ...others(memory.drifted),
      ...items.flatMap((item) => (item.since === undefined || isHealed(item) ? [] : [[item.address, item.since] as const])),
    ]),
    told: memory.told,
  };
}

/** Equal for two reports that say the same: which resources have which status, which hosts could not be reached. Clean is the empty text, and so is what was healed. */
export function newsOf({ items, unreachable }: DriftReport): string {
  const said = items.filter((item) => item.status !== "converged" && !isHealed(item)).map(({ address, status }) => `${address} ${status}`);
  const all = [...said, ...unreachable.map(({ host }) => `${host} unreachable`)].sort();
  return all.length === 0 ? "" : sha256(canonical(all));
}

/** True when it is as recorded, or is so again. */
function isClean({ status, mend }: DriftItem): boolean {
  return status === "converged" || status === "pending" || mend?.mend === "healed";
}

function isHealed({ mend }: DriftItem): boolean {
  return mend?.mend === "healed";
}

function sinceOf(item: DriftItem, memory: DriftMemory, now: string): Pick<DriftItem, "since"> {
  const { address, recordedAt } = item;
  if (!isDrifted(item) || recordedAt === undefined) return {};
  const known = memory.drifted[address];
  // Recorded anew in between: what is known is of an older drift.
  if (known !== undefined && known.before > recordedAt) return { since: known };
  const [after = recordedAt] = [memory.clean[address] ?? "", recordedAt].sort().reverse();
  return { since: { after, before: now } };
}

/** True when this report tells of something that was healed: that is told once, whatever was told before. */
export function hasHealed({ items }: DriftReport): boolean {
  return items.some(isHealed);
}
