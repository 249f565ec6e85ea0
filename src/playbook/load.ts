// From a playbook file to assignments: parse, load its roles, assign.
import { readFile } from "node:fs/promises";
import { decodeUtf8, parseYaml } from "../model/documents/parse.ts";
import type { Inventory } from "../model/host.ts";
import { ProblemError } from "../model/problem.ts";
import type { Assignment } from "../model/role.ts";
import { assign } from "./assign.ts";
import { readPlays } from "./plays.ts";
import { type RoleFolder, roleFolders } from "./roles/find.ts";
import { type LoadedRole, loadRoles } from "./roles/load.ts";
import type { Runner } from "./roles/trust.ts";

export interface LoadPlaybook {
  /** The playbook's path, as it is named in problems. */
  readonly file: string;
  readonly inventory: Inventory;
  readonly runner?: Runner | undefined;
  /** Where roles are looked for; beside the inventory and in hlx when left out. */
  readonly folders?: readonly RoleFolder[];
  /** How a role's module is loaded; `import()` unless a test says otherwise. */
  readonly load?: (url: string) => Promise<unknown>;
}

export interface LoadedPlaybook {
  readonly assignments: readonly Assignment[];
  readonly roles: ReadonlyMap<string, LoadedRole>;
}

/** Throws ProblemError with everything that is wrong with the playbook's form, else its roles, else its hosts and params. */
export async function loadPlaybook({ file, inventory, runner, folders = roleFolders(inventory.folder), load }: LoadPlaybook): Promise<LoadedPlaybook> {
  const source = await readSource(file);
  const plays = readPlays(parseYaml(file, source), source);
  const wanted = plays.flatMap(({ uses }) => uses.map(({ role, at }) => ({ name: role, at })));
  const roles = await loadRoles(wanted, { folders, runner, ...(load === undefined ? {} : { load }) });
  return { assignments: assign(plays, { inventory, roles }), roles };
}

async function readSource(file: string): Promise<string> {
  try {
    return decodeUtf8(file, await readFile(file));
  } catch (cause) {
    if (cause instanceof ProblemError) throw cause;
    const because = cause instanceof Error && "code" in cause && cause.code === "ENOENT" ? "there is no such file" : String(cause);
    throw new ProblemError({ code: "input", message: `reading the playbook ${file}: ${because}`, cause });
  }
}
