// What may be asked of a Proxmox cluster: its guests as they are, whichever node they are on.
import type { HostKeys } from "../kind.ts";
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

/** The snapshots of a guest. */
export interface SnapshotsSeen {
  readonly node: string;
  readonly running: boolean;
  /** All of its disks are on storages that can. */
  readonly can: boolean;
  /** Oldest first; `at` in seconds since 1970. */
  readonly list: readonly { readonly name: string; readonly at: number; readonly description: string }[];
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
      /** Seconds since it was started. */
      readonly uptime?: number;
      readonly pool?: string;
      readonly ha?: HaSeen;
      /** "clone", "backup" …: somebody else works on it. */
      readonly lock?: string;
      /** Names of settings that a running guest gets at its next start. */
      readonly pending: readonly string[];
    };

/** Something that a guest uses by its name; what the login would not see, nobody can tell. */
export type NamedSeen = { readonly seen: "there" } | { readonly seen: "hidden" } | { readonly seen: "absent"; readonly others: readonly string[] };

/** A storage of a node. */
export interface StorageSeen {
  /** Sorts of content that it is configured for: iso, vztmpl, import, images, rootdir. */
  readonly content: readonly string[];
  /** Every node has the same content. */
  readonly shared: boolean;
  readonly volumes: readonly { readonly id: string; readonly bytes: number }[];
}

export interface PoolSeen {
  readonly comment: string;
  readonly guests: readonly number[];
  readonly storages: readonly string[];
}

export interface MappingSeen {
  readonly description: string;
  /** Property strings: `id=10de:2684,node=pve1,path=0000:01:00.0`. */
  readonly map: readonly string[];
  readonly mdev: boolean;
}

/** A PCI device of a node. */
export interface DeviceSeen {
  /** `0000:01:00.0`. */
  readonly path: string;
  /** `10de:2684`: vendor and device. */
  readonly id: string;
  readonly subsystem?: string;
  /** -1 where the node's IOMMU is off. */
  readonly iommuGroup: number;
}

export interface CephPoolSeen {
  readonly name: string;
  readonly size: number;
  readonly minSize: number;
  readonly placementGroups: number;
  readonly autoscale: string;
  readonly rule: string;
  readonly applications: readonly string[];
}

/** Ceph, where it is installed. */
export interface CephSeen {
  /** HEALTH_OK, HEALTH_WARN, HEALTH_ERR. */
  readonly health: string;
  /** What is not well, one line each. */
  readonly because: readonly string[];
  readonly pools: readonly CephPoolSeen[];
}

/** What the nodes of a cluster have, and who takes it. What nobody told is left out. */
export interface RoomSeen {
  /** Memory in MiB; `busy` is the part of its cores that works, 0 to 1. */
  readonly nodes: readonly { readonly node: string; readonly cores: number; readonly memory: number; readonly busy: number; readonly used: number }[];
  /** Without templates; memory in MiB. */
  readonly guests: readonly { readonly id: number; readonly node: string; readonly running: boolean; readonly cores: number; readonly memory: number }[];
  /** A shared one is listed for each node; in MiB. `type` is that of its plugin: lvmthin, lvm, dir, rbd. */
  readonly storages: readonly {
    readonly node: string;
    readonly storage: string;
    readonly type: string;
    readonly shared: boolean;
    readonly size: number;
    readonly used: number;
  }[];
}

/** Every answer is asked for anew; equal questions at the same moment are asked once. Throws ProblemError (trust, unreachable, privilege, failed). */
export interface ProxmoxReader {
  /** Two rounds: where it is, then what it is. */
  guest(cluster: ProxmoxCluster, id: number): Promise<GuestSeen>;
  /** The same once nobody makes it any more; a lock that is left then was left behind. */
  made(cluster: ProxmoxCluster, id: number): Promise<GuestSeen>;
  /** A storage with what is in it, as one node sees it; null where the node has no such storage (privilege: nobody can tell). What a file of this name is being downloaded into it is waited for. */
  storage(cluster: ProxmoxCluster, at: { readonly node: string; readonly storage: string; readonly filename?: string }): Promise<StorageSeen | null>;
  /** Null where there is none; throws (privilege) where the login would not see it. */
  pool(cluster: ProxmoxCluster, name: string): Promise<PoolSeen | null>;
  /** A mapping of PCI devices; null where there is none; throws (privilege) where the login would not see it. */
  mapping(cluster: ProxmoxCluster, name: string): Promise<MappingSeen | null>;
  /** A bridge of a node, or a vnet of the cluster's SDN. */
  bridge(cluster: ProxmoxCluster, at: { readonly node: string; readonly name: string }): Promise<NamedSeen>;
  /** A mapping of PCI devices that has one of this node. */
  mapped(cluster: ProxmoxCluster, at: { readonly node: string; readonly name: string }): Promise<NamedSeen>;
  /** The PCI devices of a node. */
  devices(cluster: ProxmoxCluster, node: string): Promise<readonly DeviceSeen[]>;
  /** Null where Ceph is not installed on the node. */
  ceph(cluster: ProxmoxCluster, node: string): Promise<CephSeen | null>;
  /** Its snapshots, and whether its storages can make any; null where there is no such guest; throws (privilege) where it is one that the login may not see. */
  snapshots(cluster: ProxmoxCluster, id: number): Promise<SnapshotsSeen | null>;
  /** What its nodes have and who takes it: one request. */
  room(cluster: ProxmoxCluster): Promise<RoomSeen>;
  /** The public keys of its SSH server, read by its guest agent. */
  hostKeys(cluster: ProxmoxCluster, id: number): Promise<HostKeys>;
}
