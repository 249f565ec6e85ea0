// The contract of a kind: how one type of resource is looked at, compared and changed.
import type { PortName, Readers } from "./ports/index.ts";
import type { Problem } from "./problem.ts";
import type { Capability } from "./resource.ts";
import type { JsonSchema } from "./schema.ts";
import type { Step } from "./step.ts";
import type { Taking } from "./taking.ts";
import type { Text } from "./text.ts";

/** What a change may cost, from nothing to data. `risks` lists them in rising order. */
export type Risk = "none" | "reload" | "restart" | "reboot" | "replace" | "connectivity" | "data-loss";
export const risks: readonly Risk[] = ["none", "reload", "restart", "reboot", "replace", "connectivity", "data-loss"];

/** The kind of value a change shows: JSON, or one of the two things that are never shown. */
export type Shown = { readonly value: unknown } | { readonly hidden: "sensitive" } | { readonly hidden: "known-later" };

/** desired ≠ actual in one property. `property` also names the target where a resource has several: "package:nginx". */
export interface Change {
  readonly property: string;
  readonly before: Shown;
  readonly after: Shown;
  readonly risk: Risk;
  /** How the values read best: as one line, or as a unified diff of two texts. */
  readonly view: "value" | "text";
  /** One remark for people: "recreates 1 of 6 containers". */
  readonly note?: string;
}

/** Something odd that is no change: shown with every plan, never acted upon. What hosts say in it is hostile data. */
export interface Notice {
  readonly because: string;
  readonly hint?: string;
}

/** Shown beside the plan; never compared or recorded: the old file's text, a version that would be installed. */
export type Evidence = Readonly<Record<string, unknown>> & {
  readonly notices?: readonly Notice[];
  readonly takes?: readonly Taking[];
  readonly lacks?: readonly Lack[];
  /** Of what makes a host: nobody answers there, because it is switched off, or was switched on so lately that it may still be starting. */
  readonly away?: "off" | "starting";
};

/** What is not there and has to be before anything is changed: an error of the plan, unless something planned before provides it, on whichever host. */
export interface Lack {
  readonly needs: Capability;
  readonly because: Problem;
  /** The member of the desired state that is to blame. */
  readonly about?: string;
}

/** A container image by the name that stands in a file, and what that name stands for: digests (`sha256:…`), undefined where there is none. */
export interface NamedImage {
  readonly image: string;
  /** In hlx.lock. */
  readonly locked?: string;
  /** In the registry now; undefined also when it does not answer. */
  readonly offered?: string;
  /** Why the registry does not say: the login that it lacks. */
  readonly refused?: string;
}

export type Found<Actual> =
  | { readonly found: "present"; readonly actual: Actual; readonly evidence?: Evidence }
  /** Evidence of what is absent: what was found of that which it is made from. */
  | { readonly found: "absent"; readonly evidence?: Evidence }
  /** There is nothing to look with yet: no engine, no user, no unit, no host. */
  | { readonly found: "blocked"; readonly needs: Capability; readonly because: string }
  /** Could not look: an error of the plan, never "create". `about`: the member of the desired state that is to blame. */
  | { readonly found: "unknown"; readonly because: Problem; readonly about?: string };

export type Known<Actual> = Extract<Found<Actual>, { found: "present" | "absent" }>;

/** What a diff may know of the rest of the plan. */
export interface Ahead {
  /** `kind:identity` of the resources on this host that will change before this one. */
  readonly changing: ReadonlySet<string>;
  /** SHA-256 (hexadecimal) of a text with its secrets and refs filled in; undefined while a ref is known only later. */
  digest(content: Text): string | undefined;
}

/** What was there before a run, by path: what `restore` may desire again. The content is read from the host's undo folder. */
export type PreImages = ReadonlyMap<string, { readonly sha256: string; readonly content: string }>;

/** What the maker of a host knows of the keys that it will show. */
export type HostKeys =
  /** Lines as in a `.pub` file: type and key. */
  | { readonly known: "keys"; readonly keys: readonly string[] }
  | { readonly known: "not yet"; readonly waitsFor: string }
  /** Nobody can tell. */
  | { readonly known: "never"; readonly because: string };

/** Why nothing can bring back what was there. */
export interface Irreversible {
  readonly irreversible: string;
  /** It could be brought back with a copy of this path, and there is none. */
  readonly copyOf?: string;
}

/** A set of things as one desired state: packages, keys. What hlx made of it and what is still wanted of it is told member by member. */
export interface Members<Desired> {
  /** Each member as a desired state of its own, by a name that is unique within the kind on one host. */
  of(desired: Desired): ReadonlyMap<string, Desired>;
  /** One desired state of several members of the same resource, at least one. */
  join(members: readonly [Desired, ...Desired[]]): Desired;
}

/** One thing on a host of which `hlx drift --unmanaged` tells that no role names it. Of a key the name is the account and the key itself (`ops AAAA…`), of cron the file. */
export interface OnHost {
  readonly sort: "package" | "unit" | "port" | "key" | "cron";
  readonly name: string;
}

/** What the inventory would have to say of a host for a thing to stay as it is: `vm.cores`, 4. null: nothing. */
export interface Word {
  readonly path: readonly string[];
  readonly value: unknown;
}

/** For kinds that leave alone what is somebody else's. Taking it over changes whose it is, and nothing else. */
export interface Adoption<Desired, Actual> {
  /** The same of a thing that may be somebody else's: `probe` looks at it all the same. */
  willing(desired: Desired): Desired;
  /** What to desire so that it becomes hlx's and stays as it was found by the willing one; or whose it is already, who must let go of it first. */
  taking(desired: Desired, actual: Actual): { readonly desired: Desired } | { readonly refused: Problem };
  /** What would have to be said so that the change is none; empty where there is no word for it. */
  words(desired: Desired, change: Change): readonly Word[];
}

/**
 * One type of resource. `probe` reads and never writes; `diff` and `steps` are pure.
 * Rules that the contract suite holds over every kind:
 * an actual holds nothing volatile; converged means an empty diff; steps, probe, diff gives empty; each change has a step;
 * what `diff` says of an absent resource names at least every property that a later diff of a half-present one can name, with risks no lower.
 */
export interface Kind<Desired, Actual, Via extends PortName> {
  readonly kind: string;
  /** One sentence for the reference page. */
  readonly summary: string;
  /** Draft 2020-12; unknown keys are refused with a suggestion. */
  readonly schema: JsonSchema;
  readonly via: readonly Via[];
  /** The member of a desired state that says how its API is reached: a secret in it is in nothing that is found, so that what is found may be written down. */
  readonly wayIn?: string;
  /** True where what is found may hold secrets though none is desired by its name: nothing of it is written down as it is. */
  mayHoldSecrets?(desired: Desired): boolean;
  /**
   * It is reached without the host, so that it can be looked at, taken back and removed whether anybody can log in or not, also when the host is not in the inventory any more.
   * machine: it is the host itself. beside: it belongs to one.
   */
  readonly outside?: "machine" | "beside";
  identity(desired: Desired): string;
  probe(desired: Desired, on: Pick<Readers, Via>): Promise<Found<Actual>>;
  diff(desired: Desired, found: Known<Actual>, ahead: Ahead): readonly Change[];
  steps(desired: Desired, found: Known<Actual>, plan: { readonly changes: readonly Change[]; readonly now: Date }): readonly Step[];
  /** What a probe would find were it not there, where more is to be known of what it would be made from. Asked when it is to be made anew. */
  anew?(desired: Desired, on: Pick<Readers, Via>): Promise<Found<Actual>>;
  /** For kinds that make hosts from outside: the keys by which the host is recognised, over a way that is trusted. */
  hostKeys?(desired: Desired, on: Pick<Readers, Via>): Promise<HostKeys>;
  /** Other hosts that its steps may run on (`elsewhere`): a plan knows how to log in to them. */
  peers?(desired: Desired): readonly string[];
  /** For `hlx adopt`. Kinds without it take whatever is there for what they mean. */
  readonly adoption?: Adoption<Desired, Actual>;
  /** What to desire to be rid of it: prune, destroy. */
  absent?(desired: Desired): Desired;
  /**
   * What it is wherever it is reached from, for kinds of which one thing may stand behind several hosts (an object of a cluster):
   * what another host of the plan desires is not pruned here.
   */
  beyond?(desired: Desired): string;
  /** For kinds whose desired state is a set. Without it the whole is one member, named by its identity. */
  readonly members?: Members<Desired>;
  /** What to desire once more after resources (`kind:identity`) are removed that it watched before and does not any more; undefined when it watched none. */
  rewatch?(desired: Desired, before: Desired, removed: ReadonlySet<string>): Desired | undefined;
  /** What of a host's packages, units, keys and crontabs it stands for, as far as `hlx drift --unmanaged` lists them. Default: nothing. */
  accountsFor?(desired: Desired): readonly OnHost[];
  /** The images that it runs, for `hlx images`. Those that are named by digest or built are left out. */
  images?(desired: Desired, on: Pick<Readers, Via>): Promise<readonly NamedImage[]>;
  /** What to desire to get back to what was found before. Asked without pre-images when it is planned: only what lacks nothing but a copy (`copyOf`) can be undone later. */
  restore?(desired: Desired, before: Found<Actual>, pre: PreImages): Desired | Irreversible;
}

/** Any kind, as registries and the engine hold it. */
export type AnyKind = Kind<unknown, unknown, PortName>;

export function present<Actual>(actual: Actual, evidence?: Evidence): Found<Actual> {
  return evidence === undefined ? { found: "present", actual } : { found: "present", actual, evidence };
}

export const absent = { found: "absent" } as const;

export function blocked(needs: Capability, because: string): Extract<Found<never>, { found: "blocked" }> {
  return { found: "blocked", needs, because };
}

/** A change of one property, shown as a value; no risk unless one is given. */
export function change(property: string, from: { readonly before: unknown; readonly after: unknown; readonly risk?: Risk; readonly note?: string }): Change {
  const noted = from.note === undefined ? {} : { note: from.note };
  return { property, before: { value: from.before }, after: { value: from.after }, risk: from.risk ?? "none", view: "value", ...noted };
}

/** The highest risk among the changes. */
export function highestRisk(changes: readonly Change[]): Risk {
  return changes.reduce<Risk>((highest, { risk }) => (risks.indexOf(risk) > risks.indexOf(highest) ? risk : highest), "none");
}
