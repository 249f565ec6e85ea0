// Which inventory, and which of its hosts, the command line means.
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { readInventory } from "../../inventory/read.ts";
import type { Host, Inventory, Login } from "../../model/host.ts";
import { ProblemError } from "../../model/problem.ts";
import { looksLike } from "../../playbook/looks-like.ts";
import type { Context } from "../command.ts";

export interface Project {
  readonly inventory: Inventory;
  /** The first source, absolute. */
  readonly file: string;
}

/** Reads the inventory: the positional argument, -i, or inventory.yaml. Throws ProblemError with everything that is wrong with it. */
export async function openProject(context: Context): Promise<Project> {
  const { given, io } = context;
  const files = inventoryFiles(given.args[0], given.texts("inventory")).map((file) => resolve(io.cwd, file));
  const [file = ""] = files;
  await Promise.all(files.map((one) => refuseOthers(one, context)));
  const inventory = await readInventory(files, { cwd: io.cwd, extraVars: given.texts("extraVars") });
  return { inventory: withLogin(inventory, loginOf(context)), file };
}

/** The chosen hosts, in inventory order: a pattern of the command's own, or --limit, or all. */
export function hostsOf(inventory: Inventory, { given }: Context, pattern?: string): readonly Host[] {
  const names = inventory.select(pattern ?? given.text("limit") ?? "all");
  return names.flatMap((name) => inventory.hosts.get(name) ?? []);
}

/** Sources of the inventory in order; the positional argument comes first. */
export function inventoryFiles(positional: string | undefined, options: readonly string[]): readonly string[] {
  const all = [...(positional === undefined ? [] : [positional]), ...options];
  return all.length === 0 ? ["inventory.yaml"] : all;
}

// A playbook or a plan given where an inventory belongs is named as what it is.
async function refuseOthers(file: string, { words, io }: Context): Promise<void> {
  const shown = file.startsWith(`${io.cwd}/`) ? file.slice(io.cwd.length + 1) : file;
  const looks = looksLike(await readFile(file, "utf8").catch(() => ""));
  if (looks === "playbook") throw new ProblemError({ code: "usage", message: `${shown} is a playbook, not an inventory`, hint: `hlx ${words[0] ?? "plan"} -p ${shown}` });
  if (looks === "plan") throw new ProblemError({ code: "usage", message: `${shown} is a saved plan, not an inventory`, hint: `hlx show ${shown}, or hlx apply ${shown}` });
}

function loginOf({ given, io }: Context): Partial<Login> {
  const [user, key] = [given.text("user"), given.text("privateKey")];
  return { ...(user === undefined ? {} : { user }), ...(key === undefined ? {} : { keyFile: resolve(io.cwd, key) }) };
}

// What is given on the command line is stronger than what the inventory says.
function withLogin(inventory: Inventory, login: Partial<Login>): Inventory {
  if (Object.keys(login).length === 0) return inventory;
  const hosts = [...inventory.hosts].map(([name, host]): readonly [string, Host] => [name, { ...host, login: { ...host.login, ...login } }]);
  return { ...inventory, hosts: new Map(hosts) };
}
