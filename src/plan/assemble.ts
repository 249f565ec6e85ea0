// From what was found to a plan's entries: exact, predicted or blocked. Pure.

import { sha256 } from "../lib/hash.ts";
import { type Json, same } from "../lib/json.ts";
import { type Ahead, type AnyKind, type Found, highestRisk, type Known, type Lack } from "../model/kind.ts";
import type { Blocked, Entry, EntryCommon, Exact } from "../model/plan.ts";
import { type Problem, ProblemError } from "../model/problem.ts";
import { type Address, addressOf, type Capability, covers, type Resource } from "../model/resource.ts";
import { fingerprint } from "./seal.ts";
import { matchesAny } from "./target.ts";
import { actualKey, fill } from "./texts.ts";
import { actionOf } from "./totals.ts";
import { lasting } from "./way-back.ts";

/** One resource with what its probe found. */
export interface Looked {
  readonly host: string;
  /** The assignment's `as`. */
  readonly role: string;
  readonly resource: Resource;
  readonly found: Found<unknown>;
  /** What would be found were it not there, where it is to be made anew. */
  readonly anew?: Found<unknown>;
}

export interface Assembling {
  readonly kinds: ReadonlyMap<string, AnyKind>;
  readonly secrets: ReadonlyMap<string, string>;
  /** For fingerprints of what holds secrets. */
  readonly key: Uint8Array;
  readonly now: Date;
  /** Units (`host/role`) that cannot be done, with the reason: their entries and their dependants' are blocked. */
  readonly stuck: ReadonlyMap<string, Problem>;
  /** Globs over addresses of what is to be made anew. */
  readonly replace: readonly string[];
}

/** What is known while walking the resources in order. */
interface Walk {
  readonly entries: Entry[];
  /** `host/kind:identity` of what will change. */
  readonly changing: Set<string>;
  /** Actuals of what is converged, for refs. */
  readonly actuals: Map<string, unknown>;
  readonly provided: { readonly host: string; readonly capability: Capability; readonly by: Address }[];
}

/** The entries of the plan, in the order of the resources. */
export function assemble(looked: readonly Looked[], assembling: Assembling): readonly Entry[] {
  const walk: Walk = { entries: [], changing: new Set(), actuals: new Map(), provided: [] };
  for (const one of looked) add(entryOf(one, walk, assembling), one, walk);
  return walk.entries;
}

/** What a diff on this host may know of the rest. */
export function aheadOf(
  host: string,
  known: { readonly changing: ReadonlySet<string>; readonly actuals: ReadonlyMap<string, unknown>; readonly secrets: ReadonlyMap<string, string> },
): Ahead {
  const prefix = actualKey(host, "");
  const pieces = { secret: (name: string) => known.secrets.get(name), actual: (key: string) => known.actuals.get(key) };
  return {
    changing: new Set([...known.changing].filter((key) => key.startsWith(prefix)).map((key) => key.slice(prefix.length))),
    digest: (content) => {
      const filled = fill(content, pieces, host);
      return filled === undefined ? undefined : sha256(filled);
    },
  };
}

function entryOf(looked: Looked, walk: Walk, assembling: Assembling): Entry {
  const common = commonOf(looked);
  const stuck = assembling.stuck.get(`${looked.host}/${looked.role}`);
  if (stuck !== undefined) return { ...common, entry: "blocked", because: stuck };
  switch (looked.found.found) {
    case "unknown":
      return { ...common, entry: "blocked", because: about(common.address, looked.found.because) };
    case "blocked":
      return predicted(common, looked, { walk, assembling, blocked: looked.found });
    default:
      return exact(common, looked, { walk, assembling, found: looked.found });
  }
}

function commonOf({ host, role, resource }: Looked): EntryCommon {
  const { kind, id, desired, provides, traces, exclusive } = resource;
  const lock = exclusive === undefined ? {} : { exclusive };
  return { address: addressOf(host, role, id), host, role, kind, id, action: "none", changes: [], desired: desired as Json, provides, traces, ...lock };
}

function exact(
  common: EntryCommon,
  { resource, host, anew: nothing = { found: "absent" } }: Looked,
  { walk, assembling, found }: { walk: Walk; assembling: Assembling; found: Known<unknown> },
): Entry {
  if (nothing.found === "unknown") return { ...common, entry: "blocked", because: about(common.address, nothing.because) };
  const empty: Known<unknown> = nothing.found === "absent" ? nothing : { found: "absent" };
  const kind = kindOf(resource, assembling);
  const ahead = aheadOf(host, { ...walk, secrets: assembling.secrets });
  const anew = found.found === "present" && matchesAny(common.address, assembling.replace);
  const { changes, steps } = (anew ? madeAnew : mended)(kind, resource.desired, { found, empty, ahead, now: assembling.now });
  const lack = changes.length === 0 ? undefined : lackIn(found, walk);
  if (lack !== undefined) return { ...common, entry: "blocked", because: about(common.address, lack.because) };
  return {
    ...common,
    entry: "exact",
    action: anew && changes.length > 0 ? "replace" : actionOf(changes, found.found, isGone(resource)),
    changes,
    steps,
    fingerprint: fingerprint(found, resource.desired, assembling.key),
    ...lastingOf(kind, resource, { changes, found }),
  };
}

function lackIn({ evidence }: Known<unknown>, { provided }: Walk): Lack | undefined {
  return evidence?.lacks?.find(({ needs }) => !provided.some(({ capability }) => covers(capability, needs)));
}

function lastingOf(
  kind: AnyKind,
  { desired }: Resource,
  { changes, found }: { readonly changes: Exact["changes"]; readonly found: Known<unknown> },
): Pick<EntryCommon, "irreversible"> {
  const because = changes.length === 0 ? undefined : lasting(kind, desired, found);
  return because === undefined ? {} : { irreversible: because };
}

interface Mending {
  readonly found: Known<unknown>;
  /** What is found where it is not there. */
  readonly empty: Known<unknown>;
  readonly ahead: Ahead;
  readonly now: Date;
}

function mended(kind: AnyKind, desired: unknown, { found, ahead, now }: Omit<Mending, "empty">): Pick<Exact, "changes" | "steps"> {
  const changes = kind.diff(desired, found, ahead);
  return { changes, steps: changes.length === 0 ? [] : kind.steps(desired, found, { changes, now }) };
}

// Removed, then created: the changes are those of a creation, and each has the risk of a replacement, or of what the removal costs.
function madeAnew(kind: AnyKind, desired: unknown, { found, empty, ahead, now }: Mending): Pick<Exact, "changes" | "steps"> {
  if (kind.absent === undefined)
    throw new ProblemError({
      code: "usage",
      message: `a ${kind.kind} cannot be made anew: nothing is known that removes it`,
      hint: "leave it out of --replace",
    });
  const gone = mended(kind, kind.absent(desired), { found, ahead, now });
  const made = mended(kind, desired, { found: empty, ahead, now });
  return {
    changes: made.changes.map((change) => ({ ...change, risk: highestRisk([change, { ...change, risk: "replace" }, ...gone.changes]) })),
    steps: [...gone.steps, ...made.steps],
  };
}

function predicted(
  common: EntryCommon,
  { resource, host }: Looked,
  { walk, assembling, blocked }: { walk: Walk; assembling: Assembling; blocked: Extract<Found<unknown>, { found: "blocked" }> },
): Entry {
  const provider = walk.provided.find((one) => one.host === host && covers(one.capability, blocked.needs));
  if (provider === undefined) return { ...common, entry: "blocked", because: nothingProvides(common.address, blocked) };
  const kind = kindOf(resource, assembling);
  const found = { found: "absent" } as const;
  const changes = kind.diff(resource.desired, found, aheadOf(host, { ...walk, secrets: assembling.secrets }));
  const action = actionOf(changes, "absent", isGone(resource));
  return { ...common, entry: "predicted", action, changes, needs: blocked.needs, by: provider.by, ...lastingOf(kind, resource, { changes, found }) };
}

function nothingProvides(address: Address, { needs, because }: { readonly needs: Capability; readonly because: string }): Blocked["because"] {
  return { code: "missing", message: `${address}: ${because}`, hint: `nothing planned before it provides ${needs}` };
}

function about(address: Address, problem: Problem): Problem {
  return problem.message.startsWith(address) ? problem : { ...problem, message: `${address}: ${problem.message}` };
}

function add(entry: Entry, { host, resource, found }: Looked, walk: Walk): void {
  walk.entries.push(entry);
  const key = actualKey(host, resource.id);
  const provided = entry.provides.map((capability) => ({ host, capability, by: entry.address }));
  if (entry.entry === "exact" && entry.action === "none") {
    if (found.found === "present") walk.actuals.set(key, found.actual);
    // What it makes is on its way already.
    if (found.found === "present" && found.evidence?.away === "starting") walk.provided.push(...provided);
    return;
  }
  walk.changing.add(key);
  if (entry.entry !== "blocked" && entry.action !== "remove") walk.provided.push(...provided);
}

function kindOf(resource: Resource, { kinds }: Assembling): AnyKind {
  const kind = kinds.get(resource.kind);
  if (kind === undefined) throw new Error(`no kind ${resource.kind}`);
  return kind;
}

/** True when the resource is desired not to be there. */
export function isGone({ desired }: Pick<Resource, "desired">): boolean {
  return typeof desired === "object" && desired !== null && same((desired as Record<string, unknown>)["absent"], true);
}
