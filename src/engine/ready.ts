// Entries become ready: freshness of what was shown exactly, and the second look at what was predicted.
import { same } from "../lib/json.ts";
import type { Change, Found, Known } from "../model/kind.ts";
import type { Entry, Exact, Predicted } from "../model/plan.ts";
import type { Problem } from "../model/problem.ts";
import type { Step } from "../model/step.ts";
import { unapproved } from "../plan/approve.ts";
import { fingerprint } from "../plan/seal.ts";
import { aheadOn, type HostRun, kindFor } from "./host-run.ts";

/** An entry with the steps that will run for it; no steps means that there is nothing to do. */
export interface Ready {
  readonly entry: Entry;
  readonly found: Found<unknown>;
  readonly changes: readonly Change[];
  readonly steps: readonly Step[];
}

export type Readiness = { readonly ready: true; readonly work: Ready } | { readonly ready: false; readonly problem: Problem };

/** An exact entry goes on as it was shown when what is there is still what was found, or is by now as desired. */
export function readyExact(entry: Exact, found: Found<unknown>, on: HostRun): Readiness {
  if (found.found === "unknown") return { ready: false, problem: found.because };
  if (found.found === "blocked") return moved(entry, found.because);
  if (asPlanned(entry, found, on)) return { ready: true, work: { entry, found, changes: entry.changes, steps: entry.steps } };
  if (diffNow(entry, found, on).length === 0) return { ready: true, work: { entry, found, changes: [], steps: [] } };
  return moved(entry, `${entry.address} is no longer as it was when the plan was made`);
}

/** What is there is what was found when the plan was made. */
export function asPlanned(entry: Exact, found: Found<unknown>, on: HostRun): boolean {
  return (found.found === "present" || found.found === "absent") && fingerprint(found, entry.desired, on.key) === entry.fingerprint;
}

/** A predicted entry goes on when every change that is needed now is among those that were approved. */
export function readyPredicted(entry: Predicted | Exact, found: Found<unknown>, on: HostRun): Readiness {
  if (found.found === "unknown") return { ready: false, problem: found.because };
  if (found.found === "blocked")
    return { ready: false, problem: { code: "missing", message: `${entry.address}: ${found.because}`, hint: `${found.needs} is still not there` } };
  const changes = diffNow(entry, found, on);
  const surprising = unapproved(changes, entry.changes);
  if (surprising.length > 0)
    return moved(
      entry,
      `${entry.address} needs changes that the plan did not show: ${surprising.map(({ property, risk }) => `${property} (risk ${risk})`).join(", ")}`,
    );
  const steps = changes.length === 0 ? [] : kindFor(entry, on).steps(entry.desired, found, { changes, now: on.world.now() });
  return { ready: true, work: { entry, found, changes, steps } };
}

/** What would have to change now. */
export function diffNow({ desired, kind }: Entry, found: Known<unknown>, on: HostRun): readonly Change[] {
  return kindFor({ kind }, on).diff(desired, found, aheadOn(on));
}

/** True when all steps fit into one request with their neighbours. */
export function isShort({ steps }: Ready): boolean {
  return steps.every((step) => step.do === "write" || step.do === "run" || step.do === "guarded");
}

/** True when a step of it restarts the machine. */
export function reboots({ steps }: Ready): boolean {
  return steps.some((step) => same(step.do, "reboot"));
}

function moved(entry: Entry, message: string): Readiness {
  return {
    ready: false,
    problem: {
      code: "stale",
      message: message.startsWith(entry.address) ? message : `${entry.address}: ${message}`,
      hint: "plan again and look at what it shows",
    },
  };
}
