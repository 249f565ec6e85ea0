// Where a role is: the first of some folders that has `NAME/role.ts`, or `role.js` where hlx is installed as a package.
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { didYouMean } from "../../lib/suggest.ts";
import type { Position, Problem } from "../../model/problem.ts";
import { roleNamePattern } from "../schema.ts";

/** A folder of role folders; `title` is how it is named to people. */
export interface RoleFolder {
  readonly path: string;
  readonly title: string;
}

/** A role that is asked for, and where. */
export interface WantedRole {
  readonly name: string;
  readonly at?: Position;
}

/** Where roles are looked for: beside the inventory, then those that come with hlx. */
export function roleFolders(inventoryFolder: string): readonly RoleFolder[] {
  const shipped = fileURLToPath(new URL("../../../roles", import.meta.url));
  return [
    { path: join(inventoryFolder, "roles"), title: "roles/ beside the inventory" },
    ...(shipped === join(inventoryFolder, "roles") ? [] : [{ path: shipped, title: "the roles of hlx" }]),
  ];
}

/** The names of all roles in these folders, sorted, each once. */
export function availableRoles(folders: readonly RoleFolder[]): readonly string[] {
  return [...new Set(folders.flatMap(({ path }) => namesIn(path)))].sort();
}

/** The role's own folder, or what to say when there is none. */
export function findRole({ name, at }: WantedRole, folders: readonly RoleFolder[]): string | Problem {
  const where = folders.find(({ path }) => isRoleName(name) && moduleOf(join(path, name)) !== undefined);
  if (where !== undefined) return join(where.path, name);
  const near = didYouMean(name, availableRoles(folders));
  const searched = `searched ${folders.map(({ title }) => title).join(", then ")}`;
  return { code: "input", message: `no role "${name}"`, hint: near === undefined ? searched : `${near} ${searched}`, ...(at === undefined ? {} : { at }) };
}

/** The file name of the module in a role's folder: Node runs no TypeScript beneath node_modules, so the roles of an installed hlx are compiled. */
export function moduleOf(folder: string): string | undefined {
  return ["role.ts", "role.js"].find((name) => existsSync(join(folder, name)));
}

function namesIn(path: string): readonly string[] {
  if (!existsSync(path)) return [];
  return readdirSync(path).filter((name) => isRoleName(name) && moduleOf(join(path, name)) !== undefined);
}

function isRoleName(name: string): boolean {
  return new RegExp(roleNamePattern).test(name);
}
