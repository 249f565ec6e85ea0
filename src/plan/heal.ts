// What of a drift may be mended by itself: which entries, and why the others are left. Pure.
import { same } from "../lib/json.ts";
import type { DriftItem } from "../model/drift.ts";
import { type Change, highestRisk, type Risk } from "../model/kind.ts";
import type { Entry } from "../model/plan.ts";
import type { Address } from "../model/resource.ts";
import { type Assembling, aheadOf, assemble, type Looked } from "./assemble.ts";
import type { Seen } from "./drift.ts";
import { actualKey } from "./texts.ts";

/** One resource as it was compared. */
export interface Compared extends Seen {
  readonly item: DriftItem;
}

export interface Healing {
  /** What is mended with what must be loaded after it, among what is converged (action "none"); in dependency order. */
  readonly entries: readonly Entry[];
  /** What drifted and is left, with why. */
  readonly left: ReadonlyMap<Address, string>;
}

/** Risks that are taken without being named. */
export const healedAnyway: readonly Risk[] = ["none", "reload"];

/**
 * Chooses what only drifted, never what is pending. The cost of a mend is its own and that of what must be loaded after it:
 * where that was not allowed, or where what must be loaded after it is left itself, it is left.
 */
export function healing(compared: readonly Compared[], allow: readonly Risk[], assembling: Assembling): Healing {
  const left = new Map<Address, string>(compared.flatMap(({ item, entry }) => (item.status === "both" ? [[entry.address, bothWays] as const] : [])));
  for (;;) {
    const taken = compared.filter(({ item, entry }) => ["converged", "drifted"].includes(item.status) && !left.has(entry.address));
    const entries = assemble(taken.map(lookedOf), assembling);
    const refused = taken.flatMap((one, index): readonly (readonly [Address, string])[] => {
      const because =
        one.item.status === "drifted" ? refusal(entries[index], one, { compared, left, allow: [...healedAnyway, ...allow], assembling }) : undefined;
      return because === undefined ? [] : [[one.entry.address, because]];
    });
    if (refused.length === 0) return { entries, left };
    for (const [address, because] of refused) left.set(address, because);
  }
}

interface Judging {
  readonly compared: readonly Compared[];
  readonly left: ReadonlyMap<Address, string>;
  readonly allow: readonly Risk[];
  readonly assembling: Assembling;
}

function refusal(entry: Entry | undefined, one: Compared, judging: Judging): string | undefined {
  if (entry === undefined || entry.entry === "blocked") return entry?.because.message;
  if (entry.entry === "exact" && entry.action === "none") return "as the roles want it: nothing to mend, hlx apply records it as it is";
  const risk = highestRisk(entry.changes);
  if (!judging.allow.includes(risk)) return `mending it has risk ${risk}: --allow ${risk}`;
  return judging.compared.map((after) => refusalAfter(after, one, judging)).find((because) => because !== undefined);
}

// A file is mended to be loaded: where the unit that watches it may not be touched, it is not mended behind its back.
function refusalAfter(after: Compared, mended: Compared, { left, allow, assembling }: Judging): string | undefined {
  const extra = after.entry.host === mended.entry.host && after !== mended ? followedBy(mended, after, assembling) : [];
  if (extra.length === 0) return undefined;
  const risk = highestRisk(extra);
  const { address } = after.entry;
  if (!allow.includes(risk)) return `${address} comes after it with risk ${risk}: --allow ${risk}`;
  const able = ["converged", "drifted"].includes(after.item.status) && !left.has(address);
  return able ? undefined : `${address} must be loaded after it, and is left itself`;
}

// What the one would need if only the other changed, seen from what was recorded: then it had loaded everything.
function followedBy(mended: Compared, after: Compared, { kinds, secrets }: Assembling): readonly Change[] {
  const { recorded, entry } = after;
  if (recorded === undefined || recorded.sealed || recorded.actual === null) return [];
  const kind = kinds.get(entry.kind);
  const diffWith = (changing: ReadonlySet<string>): readonly Change[] =>
    kind?.diff(entry.desired, { found: "present", actual: recorded.actual }, aheadOf(entry.host, { changing, actuals: new Map(), secrets })) ?? [];
  const anyway = diffWith(new Set());
  return diffWith(new Set([actualKey(mended.entry.host, mended.entry.id)])).filter((change) => !anyway.some((one) => same(one, change)));
}

function lookedOf({ entry, found }: Compared): Looked {
  const { host, role, kind, id, desired, provides, traces, exclusive } = entry;
  return { host, role, resource: { kind, id, desired, provides, traces, ...(exclusive === undefined ? {} : { exclusive }) }, found };
}

const bothWays = "what is desired has changed, too: hlx apply does both";
