// Loads roles: TypeScript modules whose default export was made by defineRole.
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { isRecord } from "../../lib/json.ts";
import { type Problem, ProblemError, refuseAll } from "../../model/problem.ts";
import type { Role } from "../../model/role.ts";
import { findRole, moduleOf, type RoleFolder, type WantedRole } from "./find.ts";
import { trustRoleFolder } from "./hook.ts";
import { loadProblem } from "./load-problem.ts";
import { type Runner, untrusted } from "./trust.ts";

/** A role and the folder it lives in, absolute: its `file` inputs are looked for there first. */
export interface LoadedRole {
  readonly role: Role;
  readonly folder: string;
}

export interface LoadRoles {
  readonly folders: readonly RoleFolder[];
  readonly runner?: Runner | undefined;
  /** Paths in problems are relative to it. */
  readonly cwd?: string;
  /** How a module is loaded: `import()` unless a test says otherwise. */
  readonly load?: (url: string) => Promise<unknown>;
}

/** The roles by name. Throws ProblemError with everything that is wrong with any of them. */
export async function loadRoles(wanted: readonly WantedRole[], options: LoadRoles): Promise<ReadonlyMap<string, LoadedRole>> {
  const { roles, problems } = await tryRoles(wanted, options);
  refuseAll(problems);
  return roles;
}

export interface TriedRoles {
  readonly roles: ReadonlyMap<string, LoadedRole>;
  readonly problems: readonly Problem[];
}

/** The roles that load, and what is wrong with the others. */
export async function tryRoles(wanted: readonly WantedRole[], options: LoadRoles): Promise<TriedRoles> {
  const once = [...new Map(wanted.toReversed().map((one) => [one.name, one])).values()].toReversed();
  const tried = await Promise.all(once.map((one) => tryToLoad(one, options)));
  return {
    roles: new Map(tried.flatMap((result) => ("role" in result ? [[result.role.name, result] as const] : []))),
    problems: tried.flatMap((result) => ("problems" in result ? result.problems : [])),
  };
}

async function tryToLoad(wanted: WantedRole, options: LoadRoles): Promise<LoadedRole | { readonly problems: readonly Problem[] }> {
  const folder = findRole(wanted, options.folders);
  if (typeof folder !== "string") return { problems: [folder] };
  try {
    const distrust = untrusted(folder, options.runner, options.cwd);
    return distrust.length > 0 ? { problems: distrust } : { role: await loadFrom(folder, wanted.name, options.load ?? native), folder };
  } catch (thrown) {
    if (thrown instanceof ProblemError) return { problems: thrown.problems };
    throw thrown;
  }
}

async function loadFrom(folder: string, name: string, load: (url: string) => Promise<unknown>): Promise<Role> {
  const base = `${pathToFileURL(folder).href}/`;
  trustRoleFolder(base);
  const file = moduleOf(folder) ?? "role.ts";
  const module = await load(`${base}${file}`).catch((thrown: unknown) => {
    throw new ProblemError(loadProblem(name, base, thrown));
  });
  const exported = isRecord(module) ? module["default"] : undefined;
  const wrong = notARole(exported, name);
  if (wrong !== undefined) throw new ProblemError({ code: "input", at: { file: join(folder, file), line: 1, column: 1 }, ...wrong });
  return exported as Role;
}

function notARole(exported: unknown, name: string): Pick<Problem, "message" | "hint"> | undefined {
  const hint = `export default defineRole({ name: "${name}", summary: "…", params: { type: "object", properties: {} }, declare() { return []; } });`;
  if (exported === undefined) return { message: `role ${name} has no default export`, hint };
  if (!isRecord(exported)) return { message: `role ${name}: its default export is a ${typeof exported}, not made by defineRole`, hint };
  const lacks = missingParts(exported);
  if (lacks.length > 0) return { message: `role ${name}: its default export was not made by defineRole: it lacks ${lacks.join(", ")}`, hint };
  if (exported["name"] === name) return undefined;
  return { message: `role ${name} calls itself "${String(exported["name"])}"`, hint: `a role has the name of its folder: name: "${name}"` };
}

function missingParts(role: Record<string, unknown>): readonly string[] {
  const parts: readonly (readonly [string, boolean])[] = [
    ["name", typeof role["name"] === "string"],
    ["summary", typeof role["summary"] === "string"],
    ["params", isRecord(role["params"])],
    ["declare", typeof role["declare"] === "function"],
  ];
  return parts.filter(([, there]) => !there).map(([part]) => part);
}

function native(url: string): Promise<unknown> {
  return import(url);
}
