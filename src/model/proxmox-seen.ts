// A Proxmox cluster as somebody finds it: its nodes, its guests, and what of a guest the inventory's words can say.
import type { JsonObject } from "../lib/json.ts";
import type { GuestSeen } from "./ports/proxmox.ts";

export interface NodeSeen {
  readonly name: string;
  readonly address?: string;
  /** The one that answered. */
  readonly here: boolean;
  /** SHA-256 of its certificate. */
  readonly fingerprint?: string;
  /** Its devices that mappings name: PCI addresses by the mapping's name. */
  readonly pci: Readonly<Record<string, string>>;
}

export type GuestThere = Extract<GuestSeen, { guest: "here" }> & {
  readonly id: number;
  /** As its agent tells. */
  readonly address?: string;
};

/** What the login may see of a cluster. */
export interface ClusterSeen {
  readonly nodes: readonly NodeSeen[];
  readonly guests: readonly GuestThere[];
}

/** A network card with its address, where the inventory can say both. */
export interface CardSaid {
  readonly bridge: string;
  readonly vlan?: number;
  /** `192.168.1.57/24`. */
  readonly address: string;
  readonly gateway?: string;
  readonly dns: readonly string[];
  readonly search?: string;
}

/** A guest in the inventory's words. */
export interface GuestSaid {
  /** What goes under `vm:`, without number and node. */
  readonly vm: JsonObject;
  readonly mac?: string;
  readonly user?: string;
  readonly card?: CardSaid;
  /** Where to connect to, where there is no card. */
  readonly address?: string;
  /** Names of its settings for which there is no word. */
  readonly kept: readonly string[];
  /** Names of its settings that wait for its next start. */
  readonly waiting: readonly string[];
}

/** Why a guest cannot be said at all. */
export interface Unsaid {
  readonly unsaid: string;
}
