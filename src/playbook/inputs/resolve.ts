// What roles ask for before they run: looked up once, and the same for every host.

import { join } from "node:path";
import { canonical, isRecord } from "../../lib/json.ts";
import { kept } from "../../lib/kept.ts";
import { didYouMean } from "../../lib/suggest.ts";
import type { Inventory } from "../../model/host.ts";
import { type Problem, ProblemError, refuseAll } from "../../model/problem.ts";
import { type Assignment, type Input, viewOf } from "../../model/role.ts";
import type { LoadedRole } from "../roles/load.ts";
import { fileSource } from "./file.ts";
import { folderSource } from "./folder.ts";
import { githubKeysSource } from "./github-keys.ts";
import { imagesSource } from "./images.ts";
import { type InputLock, openLock } from "./lock.ts";
import { manifestsSource } from "./manifests.ts";
import type { Fetch, InputSource } from "./source.ts";

// A new source is a file beside this one and a line here.
const sources: ReadonlyMap<string, InputSource> = new Map<string, InputSource>([
  ["file", fileSource as InputSource],
  ["folder", folderSource as InputSource],
  ["github-keys", githubKeysSource as InputSource],
  ["images", imagesSource as InputSource],
  ["manifests", manifestsSource as InputSource],
]);

/** Looks inputs up, none of them twice. */
export interface Lookups {
  /** The answer for a role that asks. Rejects with ProblemError when it cannot be had. */
  of(asked: Input, role: LoadedRole): Promise<string>;
}

export interface LookingUpIn {
  readonly inventory: Inventory;
  readonly fetch: Fetch;
  /** Look up again what hlx.lock holds. */
  readonly refresh?: boolean;
}

export function lookupsIn(options: LookingUpIn): Lookups {
  const lookup: Lookup = { options, lock: once(() => openLock(join(options.inventory.folder, "hlx.lock"))), known: new Map() };
  return { of: async (asked, loaded) => lookUp(asked, { loaded, lookup }) };
}

interface Lookup {
  readonly options: LookingUpIn;
  readonly lock: () => InputLock;
  readonly known: Map<string, Promise<string>>;
}

export interface ResolveInputs {
  readonly assignments: readonly Assignment[];
  readonly roles: ReadonlyMap<string, LoadedRole>;
  readonly inventory: Inventory;
  readonly lookups: Lookups;
}

/** The inputs of one role call by the names the role gave them; nothing is looked up before it is asked for. */
export type InputsOf = (host: string, as: string) => Promise<Readonly<Record<string, string>>>;

/** Throws ProblemError, at the place of the playbook that uses the role, when an input cannot be had. */
export function resolveInputs(options: ResolveInputs): InputsOf {
  const byKey = new Map(options.assignments.map((assignment) => [`${assignment.host}/${assignment.as}`, assignment]));
  return async (host, as) => {
    const assignment = byKey.get(`${host}/${as}`);
    return assignment === undefined ? {} : inputsFor(assignment, options);
  };
}

/** What is wrong with files of the project that these role calls ask for, each told once; what comes over a network is not looked up. */
export async function problemsOfFiles(calls: readonly Assignment[], options: ResolveInputs): Promise<readonly Problem[]> {
  const isFile = (input: unknown): boolean => isRecord(input) && "path" in input;
  const told = await Promise.allSettled(calls.map((assignment) => inputsFor(assignment, options, isFile)));
  const problems = told.flatMap((one) => (one.status === "rejected" ? thrownProblems(one.reason) : []));
  return [...new Map(problems.map((problem) => [canonical([problem.at, problem.message]), problem])).values()];
}

function thrownProblems(thrown: unknown): readonly Problem[] {
  if (thrown instanceof ProblemError) return thrown.problems;
  throw thrown;
}

async function inputsFor(
  assignment: Assignment,
  options: ResolveInputs,
  isWanted: (input: unknown) => boolean = () => true,
): Promise<Readonly<Record<string, string>>> {
  const { roles, lookups } = options;
  const loaded = roles.get(assignment.role);
  if (loaded?.role.inputs === undefined) return {};
  const asked = Object.entries(askRole(assignment, loaded, options)).filter(([, input]) => isWanted(input));
  const settled = await Promise.allSettled(asked.map(([, input]) => lookups.of(input, loaded)));
  refuseAll(settled.flatMap((one) => (one.status === "rejected" ? problemsOf(one.reason, assignment) : [])));
  return Object.fromEntries(asked.flatMap(([name], index) => fulfilled(settled[index]).map((value) => [name, value])));
}

function askRole(assignment: Assignment, { role }: LoadedRole, { inventory, assignments }: ResolveInputs): Readonly<Record<string, Input>> {
  const host = inventory.hosts.get(assignment.host);
  if (host === undefined) throw new ProblemError({ code: "internal", message: `no host ${assignment.host} in the inventory` });
  try {
    return role.inputs?.({ params: assignment.params as never, host, inventory: viewOf(inventory, assignments) }) ?? {};
  } catch (cause) {
    const message = `role ${assignment.as} on ${assignment.host} failed while asking for its inputs: ${cause instanceof Error ? cause.message : String(cause)}`;
    throw new ProblemError({ code: "input", message, cause, ...placed(assignment) });
  }
}

function lookUp(asked: Input, { loaded, lookup }: { loaded: LoadedRole; lookup: Lookup }): Promise<string> {
  const source = isRecord(asked) ? sources.get(asked.input) : undefined;
  if (source === undefined) throw unknownSource(loaded, asked);
  const key = source.lockedAs(asked);
  const id = key === undefined ? `${loaded.folder}\n${canonical(asked)}` : `${source.input}:${key}`;
  const { inventory, fetch } = lookup.options;
  const resolve = (): Promise<string> => source.resolve(asked, { roleFolder: loaded.folder, inventoryFolder: inventory.folder, fetch });
  return kept(lookup.known, id, () => fromLockOr(key === undefined ? undefined : id, { lookup, resolve }));
}

async function fromLockOr(id: string | undefined, { lookup, resolve }: { lookup: Lookup; resolve: () => Promise<string> }): Promise<string> {
  if (id === undefined) return resolve();
  const locked = lookup.options.refresh === true ? undefined : lookup.lock().get(id);
  if (locked !== undefined) return locked;
  const value = await resolve();
  if (lookup.lock().get(id) !== value) lookup.lock().set(id, value);
  return value;
}

function unknownSource({ role }: LoadedRole, asked: unknown): ProblemError {
  const input = isRecord(asked) ? String(asked["input"]) : String(asked);
  const hint = didYouMean(input, sources.keys()) ?? `there are: ${[...sources.keys()].join(", ")}`;
  return new ProblemError({ code: "input", message: `role ${role.name} asks for an input of unknown sort "${input}"`, hint });
}

function problemsOf(thrown: unknown, assignment: Assignment): readonly Problem[] {
  return thrownProblems(thrown).map((problem) => ({ ...placed(assignment), ...problem, message: `role ${assignment.as}: ${problem.message}` }));
}

function fulfilled(settled: PromiseSettledResult<string> | undefined): readonly string[] {
  return settled?.status === "fulfilled" ? [settled.value] : [];
}

function placed({ at }: Assignment): Pick<Problem, "at"> {
  return at === undefined ? {} : { at };
}

function once<Value>(make: () => Value): () => Value {
  let made: { readonly value: Value } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
