// One managed thing as a role declares it, and its names.
import type { Position } from "./problem.ts";

/** Something that must be there before a resource can be looked at or applied: "unit:nginx", "user:bob", "directory:/srv". In `provides`, a name of `*` stands for all. */
export type Capability = `${string}:${string}`;

/** What a role returns for one managed thing. Made by a kind's constructor (`file(…)`), never by hand. */
export interface Resource<Desired = unknown> {
  readonly kind: string;
  readonly desired: Desired;
  /** `kind:identity`: what it is on its host, apart from how it should be. */
  readonly id: string;
  /** Capabilities that exist once this resource is applied. */
  readonly provides: readonly Capability[];
  /** Paths whose ctime and content tell when this resource last changed; what a service that watches it compares with. */
  readonly traces: readonly string[];
  /** A lock over all hosts that is held while this resource changes. */
  readonly exclusive?: string;
  /** Where people wrote what a member of the desired state says, by its name. */
  readonly places?: Places;
}

/** By the name of a member; undefined where nobody knows. */
export type Places = Readonly<Record<string, Position | undefined>>;

/** Options that every kind's constructor takes beside its desired state. */
export interface ResourceOptions {
  readonly provides?: readonly Capability[];
  readonly exclusive?: string;
}

/** The display address: `host/role/kind:identity`. */
export type Address = string;

/** Puts an address together. `role` is the role's name, or `role@as` for a role used under another name. */
export function addressOf(host: string, role: string, id: string): Address {
  return `${host}/${role}/${id}`;
}

/** What an address is made of. */
export interface AddressParts {
  readonly host: string;
  /** `role`, or `role@as`. */
  readonly role: string;
  /** `kind:identity`. */
  readonly id: string;
  readonly kind: string;
  readonly identity: string;
}

/** Takes an address apart: the inverse of `addressOf`. Identities may have slashes and colons in them; what is missing is "". */
export function partsOf(address: Address): AddressParts {
  const [host = "", role = "", ...rest] = address.split("/");
  const id = rest.join("/");
  const [kind = "", ...identity] = id.split(":");
  return { host, role, id, kind, identity: identity.join(":") };
}

/** How it is shown beside its host: `role/kind:identity`. */
export function withinHost(address: Address): string {
  const { role, id } = partsOf(address);
  return `${role}/${id}`;
}

/** True when a provided capability covers a needed one. */
export function covers(provided: Capability, needed: Capability): boolean {
  return provided === needed || (provided.endsWith(":*") && needed.startsWith(provided.slice(0, -1)));
}
