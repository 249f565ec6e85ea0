// What may be asked of a Proxmox cluster: its guests as they are, whichever node they are on.
import type { SecretRef } from "../text.ts";

/** A node of a cluster, and what it is recognised by: the SHA-256 of its certificate, or the cluster's CA. */
export interface ProxmoxNode {
  /** `192.168.1.105:8006`. */
  readonly server: string;
  readonly fingerprint?: string;
}

/** How a cluster is reached: any of its nodes answers for all. Part of a desired state, so it holds no secret. */
export type ProxmoxCluster = ProxmoxNode & {
  /** The cluster's CA in PEM (/etc/pve/pve-root-ca.pem). */
  readonly ca?: string;
  /** Asked where the first does not answer. */
  readonly also?: readonly ProxmoxNode[];
} & (
    | {
        /** `USER@REALM!NAME=UUID`. */
        readonly token: SecretRef;
      }
    | {
        /** `root@pam`. */
        readonly user: string;
        readonly password: SecretRef;
      }
  );

/** A guest under the care of HA. */
export interface HaSeen {
  /** "started", "stopped", "disabled", "ignored". */
  readonly state: string;
  readonly restarts: number;
  readonly relocates: number;
}

export type GuestSeen =
  | { readonly guest: "absent" }
  /** The id is taken, but the token may not see by what. */
  | { readonly guest: "hidden" }
  | {
      readonly guest: "here";
      readonly node: string;
      readonly type: "qemu" | "lxc";
      /** As the server has it, numbers as text; what waits for a restart is in it. */
      readonly config: Readonly<Record<string, string>>;
      readonly running: boolean;
      readonly pool?: string;
      readonly ha?: HaSeen;
      /** "clone", "backup" …: somebody else works on it. */
      readonly lock?: string;
      /** Names of settings that a running guest gets at its next start. */
      readonly pending: readonly string[];
    };

/** Every answer is asked for anew; equal questions at the same moment are asked once. Throws ProblemError (trust, unreachable, privilege, failed). */
export interface ProxmoxReader {
  /** Two rounds: where it is, then what it is. */
  guest(cluster: ProxmoxCluster, id: number): Promise<GuestSeen>;
  /** The same once nobody makes it any more; a lock that is left then was left behind. */
  made(cluster: ProxmoxCluster, id: number): Promise<GuestSeen>;
}
