// The members of desired states: what is made, wanted and removed one by one. Pure.
import type { AnyKind, Found } from "../model/kind.ts";
import type { Entry } from "../model/plan.ts";
import { aheadOf, isGone } from "./assemble.ts";

/** Each member as a desired state of its own, by `kind:member`. */
export function membersOf(kind: AnyKind, desired: unknown): ReadonlyMap<string, unknown> {
  const named = kind.members?.of(desired) ?? new Map([[kind.identity(desired), desired]]);
  return new Map([...named].map(([name, member]) => [`${kind.kind}:${name}`, member]));
}

/** The members that were not there: desiring their absence would have changed nothing. Of a kind that cannot be removed, all. */
export function missingMembers(kind: AnyKind, { host, desired }: Pick<Entry, "host" | "desired">, found: Found<unknown>): ReadonlyMap<string, unknown> {
  const all = membersOf(kind, desired);
  if (kind.absent === undefined) return all;
  if (found.found !== "present" && found.found !== "absent") return new Map();
  const ahead = aheadOf(host, { changing: new Set(), actuals: new Map(), secrets: new Map() });
  const isMissing = (member: unknown): boolean => kind.diff(kind.absent?.(member), found, ahead).length === 0;
  return new Map([...all].filter(([, member]) => isMissing(member)));
}

/** True when the entry takes something away. */
export function removes({ desired, prune }: Entry): boolean {
  return prune === "removes" || prune === "unmakes" || isGone({ desired });
}
