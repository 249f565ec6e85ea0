// Roles, plays and assignments: which resources go to which hosts.
import type { Json, JsonObject } from "../lib/json.ts";
import type { Check } from "./check.ts";
import type { Path } from "./documents/document.ts";
import type { Facts, PromisedFacts } from "./facts.ts";
import type { Claim } from "./finding.ts";
import type { Device, Group, Host, Inventory, Network } from "./host.ts";
import type { Notice } from "./kind.ts";
import type { Position, Problem } from "./problem.ts";
import type { Resource } from "./resource.ts";
import type { FromSchema, JsonSchema } from "./schema.ts";

/** What a role may know of the inventory. */
export interface InventoryView {
  readonly hosts: ReadonlyMap<string, Host>;
  readonly groups: ReadonlyMap<string, Group>;
  readonly devices: ReadonlyMap<string, Device>;
  readonly networks: ReadonlyMap<string, Network>;
  /** Guest images by name, as written: template, url, sha256, sha512, storage, os. */
  readonly images?: ReadonlyMap<string, JsonObject>;
  select(pattern: string): readonly Host[];
  /** The hosts that the playbook gives a role, in its order. Empty as long as it is being read: in `requires`, and where a role says whether it makes a host unasked. */
  given?(role: string): readonly Given[];
  /** Where a path such as `["hosts", "ocean", "lan"]` stands, where that is known. */
  at?(path: Path): Position | undefined;
}

/** A host that has a role, with the params that it has it with. */
export interface Given {
  readonly host: string;
  readonly params: Json;
}

/** The inventory as roles see it, with what the playbook makes of it. */
export function viewOf(inventory: Inventory, calls: readonly Pick<Assignment, "role" | "host" | "params">[] = []): InventoryView {
  const { hosts, groups, devices, networks, images = new Map() } = inventory;
  const select = (pattern: string): readonly Host[] => inventory.select(pattern).flatMap((name) => hosts.get(name) ?? []);
  const given = (role: string): readonly Given[] => calls.flatMap((call) => (call.role === role ? [{ host: call.host, params: call.params }] : []));
  return { hosts, groups, devices, networks, images, select, given, at: (path) => inventory.at?.(path) };
}

/** Something that must be looked up before roles run. `file` is relative to the role's folder first, then the inventory's. */
export type Input =
  | { readonly input: "file"; readonly path: string }
  /** All text files below a folder, as JSON: `{ "folder": ABSOLUTE, "files": { PATH: TEXT } }`. Names that begin with a dot are left out, `.env` is not. */
  | { readonly input: "folder"; readonly path: string }
  /** The digests of images that hlx.lock has, as JSON: `{ IMAGE: "sha256:…" }`. */
  | { readonly input: "images" }
  | { readonly input: "github-keys"; readonly user: string }
  /** Manifests of Kubernetes: a file, a folder or a kustomization; read with `manifestsIn`. */
  | { readonly input: "manifests"; readonly path: string };

/** Another role that must be applied before: on the same host, or on all hosts of a pattern. */
export interface Requirement {
  readonly role: string;
  readonly hosts?: string;
  /** Only where a play gives one of those hosts that role. */
  readonly ifGiven?: true;
}

/** A requirement as it stands in the graph. */
export interface Waiting extends Requirement {
  /** Role calls of these plays (from 0) are not meant: the play that says `after`, and others that wait for the same. */
  readonly notInPlays?: readonly number[];
}

/** A constant script that is run as root on another host, or on the same one, and changes nothing there. */
export interface Look {
  readonly host: string;
  readonly script: string;
}

/** What became of a look. */
export type LookAnswer =
  | { readonly look: "answered"; readonly printed: string }
  /** It could not be reached, or the script did not end with status 0: nothing is known of it. */
  | { readonly look: "failed"; readonly because: Problem }
  /** It is not there yet, or nobody knows it by its key. */
  | { readonly look: "not asked"; readonly because: string };

export interface Declaring<Params> {
  readonly params: Params;
  readonly host: Host;
  readonly facts: Facts;
  readonly inventory: InventoryView;
  /** What `inputs` asked for, by the same names. */
  readonly inputs: Readonly<Record<string, string>>;
  /** What became of `looks`, by the same names. Left out before anything connects. */
  readonly seen?: Readonly<Record<string, LookAnswer>>;
}

/** What a role is, apart from the schema of its params. */
export interface RoleBehaviour<Params> {
  readonly name: string;
  /** One sentence for the reference page. */
  readonly summary: string;
  /** What must be done before; where it follows from params, a pure function of them. */
  readonly requires?: readonly Requirement[] | ((asking: Omit<Declaring<Params>, "facts" | "inputs" | "seen">) => readonly Requirement[]);
  /**
   * It makes the host itself, from outside (a virtual machine through its hypervisor's API): it runs before everything else on that host, before anything connects to it,
   * and its kinds may not ask the shell. What it declares `provides` "host:NAME". `facts` says what the host will be, as far as that is known:
   * the roles inside are declared with it until the host is there.
   */
  readonly outside?: {
    facts(asking: { readonly params: Params; readonly host: Host; readonly inventory: InventoryView }): PromisedFacts;
    /** Does it make this host although no play gives it to the host? Asked of hosts that say what they are made of. Default: no. */
    unasked?(asking: { readonly host: Host; readonly inventory: InventoryView }): boolean;
    /** Where to write what is not promised, by the fact's name: a role that asks for it is refused with this as the next move. */
    readonly hints?: Readonly<Record<string, string>>;
  };
  /** What it declares is not on its host but behind an API that is asked from here: a rehearsal leaves it out unless a double stands for that API, since the real one is not to be asked. */
  readonly beyond?: true;
  /** What it declares is about the machine below the system: its boot loader, its cards. A rehearsal leaves it out, since a twin is a container that has neither. */
  readonly metal?: true;
  inputs?(asking: { readonly params: Params; readonly host: Host; readonly inventory: InventoryView }): Readonly<Record<string, Input>>;
  /** What it must see of hosts before it declares, where their own probes come too late. Only hosts whose keys are known are asked, whatever `--limit` says. */
  looks?(asking: { readonly params: Params; readonly host: Host; readonly inventory: InventoryView }): Readonly<Record<string, Look>>;
  /** What it does with names, addresses and ports, so that contradictions are found before anything connects. Pure, as `declare` is; knows no facts, and of its inputs only files. */
  claims?(asking: Omit<Declaring<Params>, "facts" | "seen">): readonly Claim[];
  /**
   * Why nothing of it may be done on this host yet: what it had to know first could not be had. It is shown as what it would be, and stands still with all that requires it. Undefined: nothing holds it.
   * Pure, as `declare` is.
   */
  holds?(declaring: Declaring<Params>): Notice | undefined;
  /** What people should know beside the plan: what is left out on this host, and why. One line each; pure, as `declare` is. */
  notes?(declaring: Declaring<Params>): readonly string[];
  /** Pure: no I/O, no clock, no randomness. The order of the list is the order of the work. */
  declare(declaring: Declaring<Params>): readonly Resource[];
}

export interface RoleDefinition<Params = unknown> extends RoleBehaviour<Params> {
  /** JSON Schema of the params: an object schema; unknown keys are refused unless it says otherwise. */
  readonly params: JsonSchema;
}

export type Role = RoleDefinition<never>;

/**
 * Gives a role its params' type from its schema. The default export of every `role.ts`.
 * The type is a parameter with a default: written out in its place, the compiler works out the type of every schema there is.
 */
export function defineRole<const Schema extends JsonSchema, Params = FromSchema<Schema>>(
  role: RoleBehaviour<Params> & { readonly params: Schema },
): RoleDefinition<Params> {
  return role;
}

/** One role on one host, with its params: a node of the graph of work. */
export interface Assignment {
  readonly host: string;
  /** The role's name. */
  readonly role: string;
  /** How it is shown: the name, or `role@as`. Unique on its host. */
  readonly as: string;
  readonly params: Json;
  /** Which play of the playbook, from 0: earlier roles of one play are implicit requirements on the same host. */
  readonly play: number;
  /** Position in the playbook: plays first to last, roles first to last. */
  readonly order: number;
  readonly tags: readonly string[];
  /** Makes the host from outside; see RoleBehaviour. */
  readonly outside?: true;
  /** Asks an API beyond its host; see RoleBehaviour. */
  readonly beyond?: true;
  /** Is about the machine below the system; see RoleBehaviour. */
  readonly metal?: true;
  /** Does not wait for the roles before it on its host. */
  readonly independent: boolean;
  /** `serial` of its play: at most so many hosts at once; undefined is all. */
  readonly serial?: { readonly play: number; readonly slots: number };
  /** What must be good when it is done. */
  readonly checks?: readonly Check[];
  /** From the role's `requires` and the play's `after`. */
  readonly requires: readonly Waiting[];
  readonly at?: Position;
}
