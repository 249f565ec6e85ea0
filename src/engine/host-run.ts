// What one host's work in an apply shares: its session, its writer, what is still to change, what is known.
import type { Checked } from "../model/check.ts";
import type { Outcome } from "../model/event.ts";
import type { Ahead, AnyKind, Found } from "../model/kind.ts";
import type { Entry } from "../model/plan.ts";
import type { ShellWriter } from "../model/ports/shell.ts";
import type { JournalRecord, State } from "../model/ports/state.ts";
import type { Problem } from "../model/problem.ts";
import type { Address } from "../model/resource.ts";
import type { StepResult } from "../model/step.ts";
import { aheadOf } from "../plan/assemble.ts";
import { actualKey } from "../plan/texts.ts";
import type { Lease, Leases } from "./leases.ts";
import type { HostSession, World } from "./world.ts";

/** Leave for one resource, just before it. */
export type Approve = (entry: Entry) => Promise<boolean>;

/** Shared by all hosts of a run. */
export interface Run {
  readonly world: World;
  readonly state: State;
  readonly run: number;
  readonly planId: string;
  readonly secrets: ReadonlyMap<string, string>;
  readonly key: Uint8Array;
  /** `host/kind:identity` of what this run has still to change. */
  readonly changing: Set<string>;
  /** Actuals by `host/kind:identity`, of what is done or was converged: for refs. */
  readonly actuals: Map<string, unknown>;
  readonly approve?: Approve;
  readonly outcomes: Map<Address, Outcome>;
  /** machine-id of the hosts that came into being, as they showed it. */
  readonly machines: Map<string, string>;
  /** Health checks that ended, in that order. */
  readonly checks: Checked[];
  /** What the last look at each resource found. */
  readonly found: Map<Address, Found<unknown>>;
  /** A share of the lock of a host that the plan knows. Throws ProblemError. */
  readonly elsewhere: (host: string) => Promise<Lease>;
  readonly leases: Leases;
  readonly locks: (name: string) => { with<Result>(work: () => Promise<Result>): Promise<Result> };
}

export interface HostRun extends Run {
  readonly host: string;
  readonly session: HostSession;
  readonly writer: ShellWriter;
  /** Whether this run may still change the host: asked before what does not go through the writer. */
  held(): Promise<StepResult>;
}

export function kindFor({ kind }: Pick<Entry, "kind">, { world }: Pick<Run, "world">): AnyKind {
  const found = world.kinds.get(kind);
  if (found === undefined) throw new Error(`no kind ${kind}`);
  return found;
}

/** What a diff on this host may know at this moment of the run. */
export function aheadOn(on: Pick<HostRun, "host" | "changing" | "actuals" | "secrets">): Ahead {
  return aheadOf(on.host, on);
}

export interface Concluded {
  readonly entry: Entry;
  readonly outcome: Outcome;
}

/** Writes down what became of entries, in one transaction, and tells it. What had nothing to do needs no record. */
export async function conclude(
  ended: readonly Concluded[],
  { on, since, records = [] }: { readonly on: HostRun; readonly since: number; readonly records?: readonly JournalRecord[] },
): Promise<void> {
  const outcomes = ended.filter(({ outcome }) => outcome.outcome !== "ok").map(({ entry, outcome }) => recordOf(entry, outcome));
  if (records.length + outcomes.length > 0) await on.state.journal(on.run, [...records, ...outcomes]);
  const tookMs = on.world.monotonicMs() - since;
  for (const { entry, outcome } of ended) {
    note(entry, outcome, on);
    on.world.emit({ event: "ended", host: entry.host, address: entry.address, entry, outcome, tookMs });
  }
}

/** Remembers an outcome for the result; what is done is no longer about to change. */
export function note(entry: Entry, outcome: Outcome, run: Run): void {
  run.outcomes.set(entry.address, outcome);
  if (outcome.outcome === "ok" || outcome.outcome === "changed") run.changing.delete(actualKey(entry.host, entry.id));
}

function recordOf({ address }: Entry, outcome: Outcome): JournalRecord {
  return { record: "outcome", address, outcome: outcome.outcome, ...detailOf(outcome) };
}

function detailOf(outcome: Outcome): { readonly detail?: string } {
  if (outcome.outcome === "skipped") return { detail: outcome.because };
  return "problem" in outcome ? { detail: messageOf(outcome.problem) } : {};
}

function messageOf({ code, message }: Problem): string {
  return `${code}: ${message}`;
}
