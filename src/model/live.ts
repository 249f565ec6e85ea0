// Sources that an inventory names and that are asked at each run, and what they answer.
import type { Finding } from "./finding.ts";
import type { Position } from "./problem.ts";

/** A Proxmox cluster whose guests are hosts. */
export interface LiveSource {
  /** The inventory's host through which the cluster is asked. */
  readonly proxmox: string;
  /** A pattern over its guests and their groups: which of them are hosts. */
  readonly only: string;
  readonly at: Position;
}

/** A guest as its cluster tells of it: hostile data. */
export interface GuestListed {
  readonly id: number;
  readonly name?: string;
  readonly node: string;
  readonly running: boolean;
  readonly pool?: string;
  readonly tags: readonly string[];
  /** As cloud-init gave it, else as it tells itself. */
  readonly address?: string;
  /** The address is what somebody inside says. */
  readonly told?: true;
  /** The user that cloud-init makes. */
  readonly user?: string;
}

/** What is said of one host by a source. */
export interface LiveHost {
  /** `proxmox node005`. */
  readonly layer: string;
  readonly at: Position;
  readonly address?: string;
  readonly user?: string;
}

/** What sources add to an inventory file: hosts by name, the file's own among them where it is said more of them, and groups by name. */
export interface Live {
  readonly hosts: ReadonlyMap<string, LiveHost>;
  readonly groups: ReadonlyMap<string, { readonly hosts: readonly string[]; readonly at: Position }>;
  readonly warnings: readonly Omit<Finding, "level">[];
}
