// What is remembered: runs, the journal written ahead, and what the last apply recorded of each resource.
import type { Json } from "../../lib/json.ts";
import type { Outcome } from "../event.ts";
import type { Address } from "../resource.ts";
import type { Step, StepResult } from "../step.ts";

export interface RunStart {
  readonly command: string;
  readonly who: string;
  readonly where: string;
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly gitCommit?: string;
  /** The command line as given; `-e` values included, secrets never. */
  readonly argv: readonly string[];
  readonly planId?: string;
  /** The run that this one takes back. */
  readonly undoes?: number;
}

export interface RunSummary extends RunStart {
  readonly run: number;
  readonly ended?: string;
  readonly exitCode?: number;
  readonly counts?: Readonly<Record<string, number>>;
  /** The most that one host took, over its shell. */
  readonly roundTrips?: number;
  /** It never ended, and its process is gone. */
  readonly interrupted?: true;
}

/** Written before the fact ("intent", "started") and after it ("result", "outcome"). Step contents are left out; hashes stand for them. */
export type JournalRecord =
  | {
      readonly record: "intent";
      readonly address: Address;
      /** As the plan shows them: what is secret is hidden in it already. */
      readonly changes: Json;
      /** With references to secrets, never their values: what undo starts from. */
      readonly desired: Json;
      /** What was found, as it would be recorded: null for absence, keyed hashes when `sealed`. */
      readonly before: Json;
      readonly sealed: boolean;
    }
  | { readonly record: "started"; readonly address: Address; readonly steps: readonly string[]; readonly batch: string }
  | { readonly record: "result"; readonly address: Address; readonly step: number; readonly result: StepResult["result"] }
  | { readonly record: "outcome"; readonly address: Address; readonly outcome: Outcome["outcome"]; readonly detail?: string }
  /** A health check; `address` is `host/role`, or the host's name for its own. */
  | { readonly record: "check"; readonly address: Address; readonly check: string; readonly good: boolean; readonly detail?: string };

export interface ResourceKey {
  readonly host: string;
  /** `kind:identity`. */
  readonly id: string;
}

/** What the last apply saw after it was done. */
export interface Recorded extends ResourceKey {
  readonly address: Address;
  readonly kind: string;
  readonly run: number;
  readonly at: string;
  /** Hash of the canonical desired; keyed when secrets take part. */
  readonly desired: string;
  /** The canonical Actual; leaf strings are keyed hashes when secrets take part. */
  readonly actual: Json;
  readonly sealed: boolean;
  readonly machineId?: string;
  /** The desired state itself, with references to secrets, never their values. Left out by an hlx that did not keep it. */
  readonly wanted?: Json;
  /** Its host was one that a source listed. */
  readonly live?: true;
}

/** Something that hlx made: it was not there before. One row a member: one package of a list, one key of an account. `id` is `kind:member`. */
export interface Made extends ResourceKey {
  readonly kind: string;
  /** Of the resource that made it. */
  readonly address: Address;
  /** The member alone, with references to secrets, never their values: prune desires the absence of this. */
  readonly desired: Json;
  readonly run: number;
  /** Position among what its run made: prune goes backwards. */
  readonly order: number;
  /** The playbook that had it made, relative to the inventory's folder: another one cannot tell that nobody wants it. */
  readonly playbook?: string;
  /** Its host was one that a source listed. */
  readonly live?: true;
  /** The run that removed it: what a rollback of that run brings back is hlx's again. */
  readonly gone?: number;
}

/** What a run writes down of what hlx made, in the transaction of the journal. */
export type MadeChange = { readonly put: Made } | { readonly drop: ResourceKey };

/** The local lock is a courtesy: the one that counts is on each host. */
export type LocalLock =
  | { readonly lock: "held"; release(): Promise<void> }
  | { readonly lock: "refused"; readonly by: { readonly pid: number; readonly who: string; readonly since: string } };

export interface State {
  begin(start: RunStart): Promise<number>;
  end(
    run: number,
    end: { readonly at: string; readonly exitCode: number; readonly counts: Readonly<Record<string, number>>; readonly roundTrips?: number },
  ): Promise<void>;
  /** Written in one transaction and on disk before it resolves. */
  journal(run: number, records: readonly JournalRecord[], made?: readonly MadeChange[]): Promise<void>;
  runs(options?: { readonly last?: number }): Promise<readonly RunSummary[]>;
  journalOf(run: number): Promise<readonly (JournalRecord & { readonly at: string })[]>;
  recorded(hosts: readonly string[]): Promise<readonly Recorded[]>;
  record(entries: readonly Recorded[]): Promise<void>;
  /** What hlx made on these hosts, removed things of the last runs too (`gone`). */
  made(hosts: readonly string[]): Promise<readonly Made[]>;
  /** Every host of which something is remembered, sorted. */
  hosts(): Promise<readonly string[]>;
  /** Forgets resources by their `kind:identity`; what they made with them, when `made` says so. */
  forget(keys: readonly ResourceKey[], options?: { readonly made: boolean }): Promise<number>;
  lock(who: string): Promise<LocalLock>;
  close(): Promise<void>;
}

/** What a journal may say about a step: everything but contents and secrets. */
export type Titled = (step: Step) => string;
