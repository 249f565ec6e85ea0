// --target, --exclude and --replace: part of a plan, by globs over addresses.

import { globFor } from "../lib/glob.ts";
import { didYouMean } from "../lib/suggest.ts";
import type { Entry } from "../model/plan.ts";
import { ProblemError } from "../model/problem.ts";
import type { Address } from "../model/resource.ts";

/** Globs over addresses: `*` stands for anything but a slash, `**` for anything, `?` for one character. No target means all. */
export interface Targets {
  readonly target: readonly string[];
  readonly exclude: readonly string[];
  /** What is there is removed and made anew. */
  readonly replace?: readonly string[];
}

/** The entries that are meant, with the providers of what they wait for. Throws ProblemError for a target that matches nothing. */
export function targeted(entries: readonly Entry[], targets: Targets = { target: [], exclude: [], replace: [] }): readonly Entry[] {
  const { target, exclude, replace = [] } = targets;
  for (const glob of [...target, ...exclude, ...replace]) refuseUnmatched(glob, entries);
  const meant = entries.filter(({ address }) => (target.length === 0 || matchesAny(address, target)) && !matchesAny(address, exclude));
  return withProviders(meant, entries);
}

/** True when the glob stands for the address, or for a role or host that it belongs to. */
export function matches(address: Address, glob: string): boolean {
  return globFor(glob).test(address);
}

/** True when one of the globs stands for the address. */
export function matchesAny(address: Address, globs: readonly string[]): boolean {
  return globs.some((glob) => matches(address, glob));
}

/** Throws ProblemError (usage) for a glob that stands for none of these. */
export function refuseUnmatched(glob: string, entries: readonly Entry[]): void {
  if (entries.some(({ address }) => matches(address, glob))) return;
  const hint = didYouMean(glob, nameable(entries)) ?? "an address is host/role/kind:identity; hlx plan shows them";
  throw new ProblemError({ code: "usage", message: `target "${glob}" matches none of ${entries.length} resources`, hint });
}

// Addresses, and the hosts and roles that they belong to, as people write them.
function nameable(entries: readonly Entry[]): ReadonlySet<string> {
  const owners = entries.flatMap(({ host, role }) => [host, `${host}/${role}`]);
  return new Set([...entries.map(({ address }) => address), ...owners, ...owners.map((owner) => `${owner}/**`)]);
}

function withProviders(meant: readonly Entry[], all: readonly Entry[]): readonly Entry[] {
  const wanted = new Set(meant.map(({ address }) => address));
  for (const entry of [...all].reverse()) if (entry.entry === "predicted" && wanted.has(entry.address)) wanted.add(entry.by);
  return all.filter(({ address }) => wanted.has(address));
}
