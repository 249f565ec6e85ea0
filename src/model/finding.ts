// What can be known wrong before anything connects: findings, and what roles say of themselves so that they can be made.
import type { Path } from "./documents/document.ts";
import type { Position, Problem } from "./problem.ts";

/** An error refuses the work; a warning is shown. */
export interface Finding extends Pick<Problem, "message" | "at" | "hint" | "also"> {
  readonly level: "error" | "warning";
}

/** A guest's share of the host that it is on. */
export interface Takes {
  /** The host that has it to give. */
  readonly of: string;
  readonly guest: string;
  readonly cores: number;
  /** MiB. */
  readonly memory: number;
  /** GiB by storage. */
  readonly disks: Readonly<Record<string, number>>;
  readonly runs: boolean;
}

/** What a role does with names, addresses and ports on one host. `path` is the param that says so; `at` a place in one of its files instead. */
export type Claim = { readonly path: Path; readonly at?: Position } & (
  | { readonly claim: "record"; readonly name: string; readonly type: string; readonly data: string }
  | { readonly claim: "zone"; readonly zone: string }
  | { readonly claim: "reservation"; readonly name?: string; readonly mac: string; readonly address?: string }
  | { readonly claim: "pool"; readonly from: string; readonly to: string }
  | { readonly claim: "port"; readonly port: number; readonly last?: number; readonly protocol: "tcp" | "udp"; readonly address?: string; readonly by: string }
  /** What it serves follows from the hosts of this network: their names, their reservations. */
  | { readonly claim: "tells"; readonly network: string }
  /** What a guest needs of a node: cores and MiB where it runs, and GiB by storage. */
  | ({ readonly claim: "takes" } & Takes)
  | { readonly claim: "provides" | "needs"; readonly what: string; readonly by: string }
  | { readonly claim: "finding"; readonly level: Finding["level"]; readonly message: string; readonly hint?: string; readonly also?: Finding["also"] }
);

/** A claim with who made it, and which role call of the playbook from 0: `record` and `zone` names are absolute and without a last dot, data as in a zone file with absolute names. */
export type Claimed = Claim & { readonly host: string; readonly role: string; readonly at: Position; readonly order: number };

/** Text that somebody wrote beside the address plan: a variable, a param, a line of a file that a param points to. */
export interface Written {
  readonly in: "variable" | "param" | "file";
  /** The last name before the text, or "". */
  readonly key: string;
  readonly text: string;
  readonly at: Position;
}

/** What the playbook adds to what the inventory says. */
export interface Contributions {
  readonly claims: readonly Claimed[];
  readonly written: readonly Written[];
}
