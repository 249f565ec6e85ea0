// From a playbook file to assignments: parse, load its roles, assign.
import { readFile } from "node:fs/promises";
import { basename, relative } from "node:path";
import { didYouMean } from "../lib/suggest.ts";
import { isMissing, namesBeside, why } from "../lib/why.ts";
import { byPlace } from "../model/documents/order.ts";
import { decodeUtf8, parseYaml } from "../model/documents/parse.ts";
import type { Inventory } from "../model/host.ts";
import { ProblemError, refuseAll } from "../model/problem.ts";
import type { Assignment } from "../model/role.ts";
import { assign, type Use } from "./assign.ts";
import { wantedMakers, withMakers } from "./makers.ts";
import { readPlays } from "./plays.ts";
import { type RoleFolder, roleFolders } from "./roles/find.ts";
import { type LoadedRole, tryRoles } from "./roles/load.ts";
import type { Runner } from "./roles/trust.ts";

export interface LoadPlaybook {
  /** The playbook's path, as it is named in problems. */
  readonly file: string;
  readonly inventory: Inventory;
  readonly runner?: Runner | undefined;
  /** Paths in problems are relative to it. */
  readonly cwd?: string;
  /** Where roles are looked for; beside the inventory and in hlx when left out. */
  readonly folders?: readonly RoleFolder[];
  /** How a role's module is loaded; `import()` unless a test says otherwise. */
  readonly load?: (url: string) => Promise<unknown>;
}

export interface LoadedPlaybook {
  readonly assignments: readonly Assignment[];
  readonly roles: ReadonlyMap<string, LoadedRole>;
  readonly uses: readonly Use[];
}

/** Throws ProblemError with everything that is wrong with the playbook's form, its roles, its hosts and its params. */
export async function loadPlaybook({ file, inventory, folders = roleFolders(inventory.folder), ...options }: LoadPlaybook): Promise<LoadedPlaybook> {
  const source = await readSource(file, options.cwd);
  const { plays, problems } = readPlays(parseYaml(file, source), source);
  const asked = plays.flatMap(({ uses }) => uses.map(({ role, at }) => ({ name: role, at })));
  const { roles, problems: wrongRoles } = await tryRoles([...asked, ...wantedMakers(inventory, folders)], { folders, ...options });
  const assigned = withMakers(assign(plays, { inventory, roles, incomplete: problems.length > 0 }), { inventory, roles });
  refuseAll(byPlace([...problems, ...wrongRoles, ...assigned.problems]));
  return { assignments: assigned.assignments, uses: assigned.uses, roles };
}

async function readSource(file: string, cwd = ""): Promise<string> {
  try {
    return decodeUtf8(file, await readFile(file));
  } catch (cause) {
    if (cause instanceof ProblemError) throw cause;
    const near = isMissing(cause) ? didYouMean(basename(file), namesBeside(file)) : undefined;
    const hint = near ?? "the inventory names one with playbook: FILE, the command line with -p FILE";
    throw new ProblemError({ code: "input", message: `cannot read the playbook ${relative(cwd, file) || "."}: ${why(cause)}`, hint, cause });
  }
}
