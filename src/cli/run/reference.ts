// The reference at run time: shipped pages as they are, commands and roles of the project as they describe themselves.
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { didYouMean } from "../../lib/suggest.ts";
import { ProblemError } from "../../model/problem.ts";
import { availableRoles, type RoleFolder, roleFolders } from "../../playbook/roles/find.ts";
import { loadRoles } from "../../playbook/roles/load.ts";
import type { Runner } from "../../playbook/roles/trust.ts";
import { commandPage, listPage, rolePage, withoutMarker } from "../../report/reference.ts";
import { kinds } from "../../resources/registry.ts";
import { commands, describeCommands } from "../commands.ts";

/** Everything that has a page, as Markdown. `folder` is where roles/ is. */
export async function listTopics(folder: string, runner: Runner | undefined): Promise<string> {
  const own = await loadRoles(
    ownRoles(folder).map((name) => ({ name })),
    { folders: ownFolders(folder), runner },
  );
  const yours = [...own.values()].map(({ role }) => role);
  const lists = [
    withoutMarker(listPage("Commands", commands)),
    await page("kinds/README.md"),
    await page("roles/README.md"),
    ...(yours.length === 0 ? [] : [withoutMarker(listPage("Your roles", yours))]),
  ];
  // Its links would lead nowhere: a page is asked for by name.
  return lists.join("\n").replace(/\[([^\]]+)\]\([^)]+\)/g, "$1");
}

/** The pages of a name: a command, a kind and a role may share it. Throws ProblemError (usage) when nothing has it. */
export async function findPages(name: string, folder: string, runner: Runner | undefined): Promise<readonly string[]> {
  const command = commands.some((one) => one.name === name) ? (await describeCommands()).find((one) => one.name === name) : undefined;
  const kind = kinds.some((one) => one.kind === name) ? [await page(`kinds/${name}.md`)] : [];
  const found = [...(command === undefined ? [] : [commandPage(command)]), ...kind, ...(await rolePages(name, folder, runner))];
  if (found.length === 0) throw noPage(name, folder);
  return found;
}

// A role of the project hides one of hlx's own by the same name, as it does for a playbook.
async function rolePages(name: string, folder: string, runner: Runner | undefined): Promise<readonly string[]> {
  if (ownRoles(folder).includes(name)) {
    const loaded = await loadRoles([{ name }], { folders: ownFolders(folder), runner });
    return [...loaded.values()].map(({ role }) => withoutMarker(rolePage(role)));
  }
  return availableRoles(roleFolders(folder)).includes(name) ? [await page(`roles/${name}.md`)] : [];
}

function noPage(name: string, folder: string): ProblemError {
  const known = [...commands.map((one) => one.name), ...kinds.map(({ kind }) => kind), ...availableRoles(roleFolders(folder))];
  const hint = didYouMean(name, known) ?? "hlx doc lists what there is";
  return new ProblemError({ code: "usage", message: `no role, kind or command called "${name}"`, hint });
}

const shippedRoles = fileURLToPath(new URL("../../../roles", import.meta.url));

function ownFolders(folder: string): readonly RoleFolder[] {
  return roleFolders(folder).filter(({ path }) => path !== shippedRoles);
}

function ownRoles(folder: string): readonly string[] {
  return availableRoles(ownFolders(folder));
}

async function page(path: string): Promise<string> {
  return withoutMarker(await readFile(new URL(`../../../docs/reference/${path}`, import.meta.url), "utf8"));
}
