// A plan: changes and steps in order, as data that can be shown, saved and applied.

import type { Json } from "../lib/json.ts";
import type { Check } from "./check.ts";
import type { PromisedFacts } from "./facts.ts";
import type { Login } from "./host.ts";
import type { Change } from "./kind.ts";
import type { SecretSources } from "./ports/secrets.ts";
import type { Problem } from "./problem.ts";
import type { Address, Capability } from "./resource.ts";
import type { Step } from "./step.ts";

export type Action = "none" | "create" | "update" | "replace" | "remove";

export interface EntryCommon {
  readonly address: Address;
  readonly host: string;
  /** The assignment's `as`. */
  readonly role: string;
  readonly kind: string;
  /** `kind:identity`. */
  readonly id: string;
  readonly action: Action;
  readonly changes: readonly Change[];
  /** With references to secrets, never their values. */
  readonly desired: Json;
  readonly provides: readonly Capability[];
  readonly traces: readonly string[];
  readonly exclusive?: string;
  /**
   * Done in its host's last unit. removes: hlx made it and nothing desires it any more. reloads: something that it watched is removed there.
   * unmakes: as removes, but it is the machine itself, which goes from outside, when nothing is left to be done in it.
   */
  readonly prune?: "removes" | "reloads" | "unmakes";
  /** Why nothing will bring back what is there now; left out where `hlx rollback` can. */
  readonly irreversible?: string;
}

/** What was found is known: these steps are what will run. */
export interface Exact extends EntryCommon {
  readonly entry: "exact";
  readonly steps: readonly Step[];
  /** Hash of the canonical Actual; keyed when secrets take part. */
  readonly fingerprint: string;
}

/** It can be looked at only once something planned earlier is there; apply probes then, and goes on if every change is among these. */
export interface Predicted extends EntryCommon {
  readonly entry: "predicted";
  readonly needs: Capability;
  readonly by: Address;
}

/** It cannot be planned: what it needs is nowhere, or nobody could look. */
export interface Blocked extends EntryCommon {
  readonly entry: "blocked";
  readonly because: Problem;
}

export type Entry = Exact | Predicted | Blocked;

export interface PlannedHost {
  readonly host: string;
  readonly login: Login;
  /** It is not there yet: what is planned inside it was declared with these facts, which must hold once it is there. */
  readonly unborn?: PromisedFacts;
  /** A source lists it, and may not list it the next time. */
  readonly live?: true;
  /** machine-id: a host of the same name with another identity is refused. */
  readonly machineId?: string;
  /** Why nothing could be planned for it. */
  readonly unreachable?: Problem;
  /** What must be good when all of its units are done. */
  readonly checks?: readonly Check[];
  /** How many resources were looked at. */
  readonly resources: number;
  readonly roundTrips: number;
}

/** One role on one host in the order of work; `after` are keys (`host/role`) of the units that must be done before. */
export interface Unit {
  readonly key: string;
  readonly host: string;
  readonly role: string;
  readonly after: readonly string[];
  /** Makes the host from outside: done before anything connects to it. */
  readonly outside?: true;
  readonly serial?: { readonly play: number; readonly slots: number };
  /** What must be good behind its last resource. */
  readonly checks?: readonly Check[];
}

/** Something that stays on its host though nothing desires it (any more), or that a probe found odd. Shown, never touched. */
export interface Staying {
  readonly host: string;
  /** Left out where it stands for all of a host. */
  readonly address?: Address;
  readonly because: string;
  readonly hint?: string;
}

export interface Plan {
  readonly format: 1;
  /** Random; consumed on the hosts when the saved plan is applied. */
  readonly id: string;
  readonly hlx: string;
  /** ISO 8601, UTC. */
  readonly created: string;
  /** Absolute paths as given; shown, and for finding the secrets source. */
  readonly inventory: string;
  readonly secrets?: SecretSources;
  readonly hosts: readonly PlannedHost[];
  /** Hosts beside these that steps may run on. */
  readonly peers?: readonly Pick<PlannedHost, "host" | "login">[];
  /** In dependency order. */
  readonly units: readonly Unit[];
  /** In dependency order; converged ones too (action "none"). */
  readonly entries: readonly Entry[];
  /** What the chosen hosts require on other hosts and what is not converged there: shown, never applied. */
  readonly elsewhere: readonly Entry[];
  readonly stays?: readonly Staying[];
  /** Resources (`kind:identity`) that are recorded and no longer desired: forgotten by an apply that leaves their host as desired. */
  readonly letGo?: readonly { readonly host: string; readonly id: string; readonly address: Address }[];
  /** The playbook that it was made from, relative to the inventory's folder. */
  readonly playbook?: string;
  /** Errors of the plan: every blocked entry's reason. What depends on one is not applied. */
  readonly problems: readonly Problem[];
}

/** `add`, `change`, `remove` as in `Plan: 3 to add, 1 to change, 0 to remove.` A replace counts as one add and one remove. */
export interface Totals {
  readonly add: number;
  readonly change: number;
  readonly remove: number;
}
