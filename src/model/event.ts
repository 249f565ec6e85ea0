// What happens during a run, as data: engine emits, views draw. `ms` is milliseconds since the run began.
import type { Checked } from "./check.ts";
import type { Entry, Plan } from "./plan.ts";
import type { Problem } from "./problem.ts";
import type { Address } from "./resource.ts";

/** What became of one resource in an apply. */
export type Outcome =
  | { readonly outcome: "ok" } // nothing to do
  | { readonly outcome: "changed" } // done and verified
  | { readonly outcome: "failed"; readonly problem: Problem }
  | { readonly outcome: "skipped"; readonly because: string } // something it depends on failed, or it was not approved
  | { readonly outcome: "unknown"; readonly problem: Problem }; // nobody knows how it ended; probed again next time

export type Event = { readonly ms: number } & (
  | { readonly event: "phase"; readonly phase: "connect" | "facts" | "probe" | "plan" | "lock" | "apply" | "record"; readonly hosts: number }
  | { readonly event: "connected"; readonly host: string }
  | { readonly event: "gathered"; readonly host: string }
  | { readonly event: "probed"; readonly host: string; readonly resources: number; readonly roundTrips: number }
  | { readonly event: "unreachable"; readonly host: string; readonly problem: Problem }
  | { readonly event: "planned"; readonly plan: Plan }
  | { readonly event: "waiting"; readonly host: string; readonly address: Address; readonly for: string }
  | { readonly event: "started"; readonly host: string; readonly address: Address; readonly title: string }
  | { readonly event: "output"; readonly host: string; readonly address: Address; readonly line: string }
  | { readonly event: "ended"; readonly host: string; readonly address: Address; readonly entry: Entry; readonly outcome: Outcome; readonly tookMs: number }
  | { readonly event: "checked"; readonly host: string; readonly checked: Checked }
  | { readonly event: "notice"; readonly message: string; readonly host?: string }
);

export type Emit = (event: Event extends infer E ? (E extends Event ? Omit<E, "ms"> : never) : never) => void;

export interface RunResult {
  readonly run: number;
  readonly outcomes: ReadonlyMap<Address, Outcome>;
  readonly unreachable: ReadonlyMap<string, Problem>;
  /** Hosts that could not be changed at all: locked by somebody else, or a saved plan used twice. */
  readonly refused: ReadonlyMap<string, Problem>;
  /** Health checks, in the order in which they ended. */
  readonly checks: readonly Checked[];
  /** How many resources were probed again after the work, and how many of those were as desired. */
  readonly verified: { readonly probed: number; readonly asDesired: number };
  readonly interrupted: boolean;
}
