// Three-way drift: what the last apply recorded, what is there now, what the roles say now.
import type { OnHost, Shown } from "./kind.ts";
import type { Problem } from "./problem.ts";
import type { Address } from "./resource.ts";

/** drifted: actual ≠ recorded, somebody else changed it. pending: desired ≠ recorded, we changed our mind. new: never applied. */
export type DriftStatus = "converged" | "drifted" | "pending" | "both" | "new" | "unknown";

export interface DriftedProperty {
  readonly property: string;
  readonly recorded: Shown;
  readonly actual: Shown;
}

/** What `--heal` did about one that drifted. */
export type Mend =
  | { readonly mend: "healed"; readonly run: number }
  | { readonly mend: "left"; readonly because: string }
  | { readonly mend: "failed"; readonly run: number; readonly problem: Problem };

export interface DriftItem {
  readonly address: Address;
  readonly host: string;
  readonly status: DriftStatus;
  /** Where actual and recorded differ. */
  readonly properties: readonly DriftedProperty[];
  /** ISO 8601, UTC: when the last apply recorded it. */
  readonly recordedAt?: string;
  readonly because?: Problem;
  /** ISO 8601, UTC: it was still as recorded at `after`, and no longer at `before`. */
  readonly since?: { readonly after: string; readonly before: string };
  /** Who may have done it, by the host's own logs: hostile data. */
  readonly by?: readonly string[];
  /** Where healing was asked for. */
  readonly mend?: Mend;
}

/** One thing on a host that no role names; `name` is hostile data. */
export interface Unmanaged extends OnHost {
  readonly host: string;
}

export interface DriftReport {
  readonly format: 1;
  readonly created: string;
  readonly items: readonly DriftItem[];
  /** What is on hosts and in no role, where it was asked for. */
  readonly unmanaged?: readonly Unmanaged[];
  /** The run that healed, where there was something to heal; `after`: what had not drifted and was loaded anew after what was mended. */
  readonly healing?: { readonly run: number; readonly after: readonly Address[] };
  readonly unreachable: readonly { readonly host: string; readonly problem: Problem; readonly resources: number }[];
}
