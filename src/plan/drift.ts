// Three-way drift of one resource: recorded, actual, desired. Pure.
import { canonical, isRecord, type Json, same } from "../lib/json.ts";
import type { DriftedProperty, DriftItem, DriftStatus } from "../model/drift.ts";
import type { AnyKind, Found, Shown } from "../model/kind.ts";
import type { Entry } from "../model/plan.ts";
import type { Recorded } from "../model/ports/state.ts";
import { aheadOf } from "./assemble.ts";
import { hashOfDesired, seal } from "./seal.ts";

export interface Comparing {
  readonly kinds: ReadonlyMap<string, AnyKind>;
  readonly key: Uint8Array;
  readonly secrets: ReadonlyMap<string, string>;
}

/** One resource as drift sees it: what the plan made of it, what was found, what the last apply recorded. */
export interface Seen {
  readonly entry: Entry;
  readonly found: Found<unknown>;
  readonly recorded: Recorded | undefined;
}

export function driftOf(seen: Seen, comparing: Comparing): DriftItem {
  const { entry, found, recorded } = seen;
  const base = { address: entry.address, host: entry.host, properties: [] };
  if (couldNotLook(seen)) return { ...base, status: "unknown", ...(entry.entry === "blocked" ? { because: entry.because } : {}) };
  if (recorded === undefined) return { ...base, status: entry.action === "none" && entry.entry === "exact" ? "converged" : "new" };
  const properties = driftedProperties(recorded, found, comparing.key);
  const status = statusOf(properties.length > 0, isPending(seen, recorded, comparing));
  const inOurWords = status === "drifted" && !recorded.sealed;
  return { ...base, status, properties: inOurWords ? inWords(entry, properties) : properties, recordedAt: recorded.at };
}

function couldNotLook({ entry, found }: Seen): boolean {
  return found.found === "unknown" || (entry.entry === "blocked" && found.found !== "blocked");
}

// Where desired is still what was recorded, the way back is known in words and texts: read backwards it is what was done.
function inWords({ changes }: Entry, properties: readonly DriftedProperty[]): readonly DriftedProperty[] {
  return changes.length === 0 ? properties : changes.map(({ property, before, after }) => ({ property, recorded: after, actual: before }));
}

function statusOf(drifted: boolean, pending: boolean): DriftStatus {
  if (drifted) return pending ? "both" : "drifted";
  return pending ? "pending" : "converged";
}

// Desired against recorded: would the last apply's result satisfy the roles of today?
function isPending({ entry }: Seen, recorded: Recorded, { kinds, key, secrets }: Comparing): boolean {
  if (recorded.desired === hashOfDesired(entry.desired, key)) return false;
  if (recorded.sealed) return true;
  const before = recorded.actual === null ? ({ found: "absent" } as const) : ({ found: "present", actual: recorded.actual } as const);
  const ahead = aheadOf(entry.host, { changing: new Set(), actuals: new Map(), secrets });
  return (kinds.get(entry.kind)?.diff(entry.desired, before, ahead) ?? []).length > 0;
}

function driftedProperties(recorded: Recorded, found: Found<unknown>, key: Uint8Array): readonly DriftedProperty[] {
  const actual = actualAsRecorded(found, recorded.sealed, key);
  if (same(actual, recorded.actual)) return [];
  const show = (value: unknown): Shown => (recorded.sealed ? { hidden: "sensitive" } : { value });
  return leaves(recorded.actual, actual).map(({ property, before, after }) => ({ property, recorded: show(before), actual: show(after) }));
}

/** Somebody else changed it, and it is still so. */
export function isDrifted({ status, mend }: Pick<DriftItem, "status" | "mend">): boolean {
  return (status === "drifted" || status === "both") && mend?.mend !== "healed";
}

/** What would be recorded for this: null stands for absence. */
export function actualAsRecorded(found: Found<unknown>, sealed: boolean, key: Uint8Array): Json {
  if (found.found !== "present") return null;
  return sealed ? seal(found.actual, key) : (JSON.parse(canonical(found.actual)) as Json);
}

function leaves(before: unknown, after: unknown, path: readonly string[] = []): readonly { property: string; before: unknown; after: unknown }[] {
  if (same(before, after)) return [];
  if (!isRecord(before) || !isRecord(after)) return [{ property: path.join(".") || "exists", before: shown(before, path), after: shown(after, path) }];
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].sort().flatMap((name) => leaves(before[name], after[name], [...path, name]));
}

function shown(value: unknown, path: readonly string[]): unknown {
  return path.length === 0 ? value !== null : value;
}
