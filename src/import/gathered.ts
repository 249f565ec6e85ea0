// What sources say, in one shape: networks, names, MACs, and how servers are set. Files become this, this becomes an inventory and a playbook.
import type { Json, JsonObject } from "../lib/json.ts";
import type { Position } from "../model/problem.ts";
import type { ZoneFile } from "./zone/parse.ts";

export interface Note {
  readonly message: string;
  readonly at?: Position;
}

export interface GatheredSubnet {
  readonly cidr: string;
  readonly gateway?: string;
  readonly domain?: string;
  readonly dns: readonly string[];
  readonly pools: readonly (readonly [from: string, to: string])[];
  /** Kea's. */
  readonly id?: number;
  readonly at: Position;
}

export interface GatheredHost {
  /** As the server calls it. */
  readonly name: string;
  readonly mac: string;
  /** An address, or a name that a zone has. */
  readonly address?: string;
  readonly at: Position;
}

/** A name with an address that no zone file says: /etc/hosts style lists. */
export interface GatheredName {
  readonly name: string;
  /** The domain of names without dots. */
  readonly zone?: string;
  readonly address: string;
  readonly at: Position;
}

export interface Gathered {
  readonly zones: readonly ZoneFile[];
  readonly subnets: readonly GatheredSubnet[];
  readonly hosts: readonly GatheredHost[];
  readonly names: readonly GatheredName[];
  readonly aliases: readonly { readonly name: string; readonly target: string; readonly ttl?: number; readonly at: Position }[];
  /** Params of roles by the role's name, as far as the source says them. */
  readonly params: Readonly<Record<string, JsonObject>>;
  /** What is not taken over, or not as it stands there. */
  readonly notes: readonly Note[];
}

export const nothing: Gathered = { zones: [], subnets: [], hosts: [], names: [], aliases: [], params: {}, notes: [] };

/** Both together; params of one role are joined, the later one wins. */
export function joined(all: readonly Gathered[]): Gathered {
  return all.reduce(
    (one, other) => ({
      zones: [...one.zones, ...other.zones],
      subnets: [...one.subnets, ...other.subnets],
      hosts: [...one.hosts, ...other.hosts],
      names: [...one.names, ...other.names],
      aliases: [...one.aliases, ...other.aliases],
      params: joinedParams(one.params, other.params),
      notes: [...one.notes, ...other.notes],
    }),
    nothing,
  );
}

function joinedParams(one: Gathered["params"], other: Gathered["params"]): Gathered["params"] {
  const roles = new Set([...Object.keys(one), ...Object.keys(other)]);
  return Object.fromEntries([...roles].map((role) => [role, { ...one[role], ...other[role] } as JsonObject]));
}

/** Members that are there: undefined and empty ones are left out. */
export function some(members: Readonly<Record<string, Json | undefined>>): JsonObject {
  const kept = Object.entries(members).filter(([, value]) => value !== undefined && !(Array.isArray(value) && value.length === 0));
  return Object.fromEntries(kept) as JsonObject;
}
