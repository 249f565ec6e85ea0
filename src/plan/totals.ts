// Counting a plan, and telling what an entry does to its resource.
import { type Change, type Known, risks } from "../model/kind.ts";
import type { Action, Entry, Totals } from "../model/plan.ts";

/** The action that stands for these changes. `gone`: the resource is desired to be absent. */
export function actionOf(changes: readonly Change[], found: Known<unknown>["found"], gone: boolean): Action {
  if (changes.length === 0) return "none";
  if (gone) return "remove";
  if (found === "absent") return "create";
  return changes.some(({ risk }) => risk === "replace") ? "replace" : "update";
}

/** `Plan: 3 to add, 1 to change, 0 to remove.` A replace counts as one add and one remove. */
export function totalsOf(entries: readonly Entry[]): Totals {
  const count = (...actions: readonly Action[]): number => entries.filter(({ entry, action }) => entry !== "blocked" && actions.includes(action)).length;
  return { add: count("create", "replace"), change: count("update"), remove: count("remove", "replace") };
}

/** Risks that a plan must not take unless they are allowed by name. */
export const guardedRisks = risks.filter((risk) => ["reboot", "replace", "connectivity", "data-loss"].includes(risk));
