// Drift in words, as all reports say it.
import type { DriftItem } from "../model/drift.ts";
import type { Shown } from "../model/kind.ts";

/** What is not as it should be: everything but the converged. */
export function notable(items: readonly DriftItem[]): readonly DriftItem[] {
  return items.filter(({ status }) => status !== "converged");
}

/** `2026-11-21 12:00 UTC` from ISO 8601. */
export function minute(at: string): string {
  return `${at.slice(0, 16).replace("T", " ")} UTC`;
}

/** Between which checks it began, and who may have done it; empty when nobody knows. */
export function sinceWords({ since, by }: Pick<DriftItem, "since" | "by">): string {
  const when = since === undefined ? "" : `between ${minute(since.after)} and ${minute(since.before)}`;
  const who = by === undefined || by.length === 0 ? "" : `perhaps by ${by.join("; ")}`;
  return [when, who].filter((words) => words !== "").join(", ");
}

/** One line a property: `mode: recorded "0644", actual "0666"`. */
export function propertyWords({ properties }: Pick<DriftItem, "properties">): readonly string[] {
  return properties.map(({ property, recorded, actual }) => `${property}: recorded ${valueWords(recorded)}, actual ${valueWords(actual)}`);
}

/** A shown value; nothing that is hidden. */
export function valueWords(shown: Shown): string {
  return "value" in shown ? (JSON.stringify(shown.value) ?? "nothing") : shown.hidden === "sensitive" ? "(sensitive)" : "(known after apply)";
}

/** What healing did: empty where nobody asked for it. */
export function mendWords({ mend }: Pick<DriftItem, "mend">): string {
  if (mend === undefined) return "";
  if (mend.mend === "healed") return `healed in run ${mend.run}`;
  return mend.mend === "left" ? `left: ${mend.because}` : `healing failed in run ${mend.run}: ${mend.problem.message}`;
}

/** The status, or that it is healed. */
export function statusWord({ status, mend }: Pick<DriftItem, "status" | "mend">): DriftItem["status"] | "healed" {
  return mend?.mend === "healed" ? "healed" : status;
}
