// Which inventory, and which of its hosts, the command line means.
import { access, constants, readFile, stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { readInventory } from "../../inventory/read.ts";
import { why } from "../../lib/why.ts";
import type { Host, Inventory, Login } from "../../model/host.ts";
import type { Live } from "../../model/live.ts";
import { ProblemError, refuseAll } from "../../model/problem.ts";
import { looksLike } from "../../playbook/looks-like.ts";
import { untrustedFiles } from "../../playbook/roles/trust.ts";
import type { Context } from "../command.ts";
import { extraVars } from "./extra-vars.ts";
import { vaultPasswordsOf } from "./vault-passwords.ts";

export interface Project {
  readonly inventory: Inventory;
  /** The first source, absolute. */
  readonly file: string;
}

/** Reads the inventory: the positional argument, -i, or inventory.yaml, and asks the sources that it names. Throws ProblemError with everything that is wrong with it. */
export async function openProject(context: Context): Promise<Project> {
  return open(context, (inventory) => sourcesOf(inventory, context));
}

/** The same without asking anybody: what only sources know may be anything. */
export async function readProject(context: Context): Promise<Project> {
  return open(context, async () => undefined);
}

/**
 * For commands that run no roles: who names hosts of the file alone needs no source, which may be what is to be mended.
 * With a pattern of its own a command has no word left for an inventory: -i names one.
 */
export async function openHosts(context: Context, pattern?: string): Promise<Project> {
  const bare = pattern === undefined ? context : { ...context, given: { ...context.given, args: [] } };
  const meant = (pattern ?? context.given.text("limit") ?? "all").split(/[:,]/);
  return open(bare, async (inventory) => (meant.every((name) => inventory.hosts.has(name)) ? undefined : sourcesOf(inventory, context)));
}

async function sourcesOf(inventory: Inventory, context: Context): Promise<Live | undefined> {
  const { sources } = inventory;
  return sources === undefined ? undefined : (await import("./live.ts")).askSources(inventory, sources, context);
}

async function open(context: Context, ask: (inventory: Inventory) => Promise<Live | undefined>): Promise<Project> {
  const { given, io } = context;
  const [file = "inventory.yaml", ...more] = given.args[0] === undefined ? given.texts("inventory") : [given.args[0]];
  await refuseOthers(file, context);
  await refuseNoKey(context);
  refuseUntrusted([file, ...more], context);
  const [overrides, vaultPasswords] = await Promise.all([extraVars(given.texts("extraVars"), io.cwd), vaultPasswordsOf(context)]);
  const reading = { cwd: io.cwd, overrides, vaultPasswords, playbookFolder: playbookFolderOf(context) };
  const written = await readInventory([file, ...more], reading);
  const live = await ask(written);
  const inventory = live === undefined ? written : await readInventory([file, ...more], { ...reading, live });
  return { inventory: withLogin(inventory, loginOf(context)), file: resolve(io.cwd, file) };
}

/** Throws ProblemError when others may write to one of these files or the folder it is in. */
export function refuseUntrusted(files: readonly string[], { io }: Context): void {
  const paths = files.map((file) => resolve(io.cwd, file));
  refuseAll(untrustedFiles(paths, { runner: io.ids, cwd: io.cwd }));
}

/** The chosen hosts, in inventory order: a pattern of the command's own, or --limit, or all. */
export function hostsOf(inventory: Inventory, { given }: Context, pattern?: string): readonly Host[] {
  const meant = pattern ?? given.text("limit");
  const names = inventory.select(meant ?? "all");
  if (meant !== undefined && names.length === 0 && inventory.unasked !== true) throw nobody(meant, inventory);
  return names.flatMap((name) => inventory.hosts.get(name) ?? []);
}

// Where a source may know more, a playbook may mean nobody; who asks for hosts does not.
function nobody(pattern: string, { hosts }: Inventory): ProblemError {
  const message = `pattern ${JSON.stringify(pattern)} matches 0 of ${hosts.size} hosts`;
  return new ProblemError({ code: "usage", message, hint: "look with: hlx inventory --graph" });
}

// A playbook or a plan given where an inventory belongs is named as what it is.
async function refuseOthers(file: string, { words, io }: Context): Promise<void> {
  const looks = looksLike(await startOf(resolve(io.cwd, file)));
  if (looks === "playbook")
    throw new ProblemError({ code: "usage", message: `${file} is a playbook, not an inventory`, hint: `hlx ${words[0] ?? "plan"} -p ${file}` });
  if (looks === "plan")
    throw new ProblemError({ code: "usage", message: `${file} is a saved plan, not an inventory`, hint: `hlx show ${file}, or hlx apply ${file}` });
}

// What cannot be read is told when it is read as an inventory; a saved plan is JSON and is read whole.
async function startOf(file: string): Promise<string> {
  const size = await stat(file).then(
    (found) => found.size,
    () => 0,
  );
  return size > mostBytes ? "" : readFile(file, "utf8").catch(() => "");
}

const mostBytes = 64 * 1024 * 1024;

// A key that is asked for by name and is not there: said once, before any host is asked.
async function refuseNoKey({ given, io }: Context): Promise<void> {
  const key = given.text("privateKey");
  if (key === undefined) return;
  await access(resolve(io.cwd, key), constants.R_OK).catch((cause: unknown) => {
    throw new ProblemError({ code: "usage", message: `--private-key ${key}: ${why(cause)}`, cause });
  });
}

// Beside the playbook, as Ansible looks there; without one, what --playbook-dir says, or where hlx runs.
function playbookFolderOf({ given, io }: Context): string {
  const playbook = given.text("playbook");
  return playbook === undefined ? resolve(io.cwd, given.text("playbookDir") ?? ".") : dirname(resolve(io.cwd, playbook));
}

function loginOf({ given, io }: Context): Partial<Login> {
  const [user, key] = [given.text("user"), given.text("privateKey")];
  return {
    ...(user === undefined ? {} : { user }),
    ...(key === undefined ? {} : { keyFile: resolve(io.cwd, key) }),
    ...(given.flag("become") ? { become: true } : {}),
  };
}

// What is given on the command line is stronger than what the inventory says.
function withLogin(inventory: Inventory, login: Partial<Login>): Inventory {
  if (Object.keys(login).length === 0) return inventory;
  const hosts = [...inventory.hosts].map(([name, host]): readonly [string, Host] => [name, { ...host, login: { ...host.login, ...login } }]);
  return { ...inventory, hosts: new Map(hosts) };
}
