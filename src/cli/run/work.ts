// From the command line to the engine's work: inventory, playbook, roles, tags, targets.
import { existsSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import type { Work } from "../../engine/world.ts";
import type { Inventory } from "../../model/host.ts";
import { ProblemError, refuseAll } from "../../model/problem.ts";
import { isProxmoxNode } from "../../model/proxmox-cluster.ts";
import type { Assignment } from "../../model/role.ts";
import type { Contributing } from "../../playbook/contributions.ts";
import { lookupsIn, problemsOfFiles, resolveInputs } from "../../playbook/inputs/resolve.ts";
import { loadPlaybook } from "../../playbook/load.ts";
import { selectTags } from "../../playbook/tags.ts";
import { tellersAmong } from "../../playbook/tellers.ts";
import type { Context } from "../command.ts";
import { hostsOf, openProject, type Project, readProject, refuseUntrusted } from "./project.ts";

export interface Opening {
  /** Files of the project that the chosen role calls ask for must be there. */
  readonly needs?: "files";
}

/** Reads everything that is read before hosts are connected to, and asks the sources that the inventory names. Throws ProblemError with all that is wrong. */
export async function openWork(context: Context, opening: Opening = {}): Promise<Work> {
  return workOf(await openProject(context), context, opening);
}

/** The same without asking the inventory's sources. */
export async function readWork(context: Context, opening: Opening = {}): Promise<Work> {
  return workOf(await readProject(context), context, opening);
}

/** The work over an inventory that is read already. */
export async function workOf({ inventory, file }: Project, context: Context, { needs }: Opening = {}): Promise<Work> {
  const { given, io } = context;
  const hosts = hostsOf(inventory, context).map(({ name }) => name);
  const playbook = playbookOf(inventory, context);
  refuseUntrusted([playbook], context);
  const { assignments, roles, uses } = await loadPlaybook({ file: playbook, inventory, runner: io.ids, cwd: io.cwd });
  const chosen = new Set(selectTags(assignments, { tags: listed(given.texts("tags")), skipTags: listed(given.texts("skipTags")) }));
  // Node loads its whole HTTP client where `fetch` is only named.
  const lookups = lookupsIn({ inventory, fetch: (input, init) => fetch(input, init) });
  const done = assignments.filter((one) => !leavesTwin(one, inventory));
  const examining = await examined({ inventory, uses, roles, lookups });
  const now = needs === undefined ? [] : done.filter((one) => chosen.has(one) && hosts.includes(one.host));
  refuseAll(await problemsOfFiles(now, { assignments, roles, inventory, lookups }));
  return {
    ...examining,
    inventoryFile: file,
    roles: new Map([...roles].map(([name, { role }]) => [name, role])),
    assignments: done,
    hosts,
    ...(chosen.size === assignments.length ? {} : { only: (assignment) => chosen.has(assignment) }),
    withRequired: given.flag("withRequired"),
    targets: { target: given.texts("target"), exclude: given.texts("exclude"), replace: given.texts("replace") },
    prunes: { playbook: relative(inventory.folder, playbook) },
    inputsOf: resolveInputs({ assignments, roles, inventory, lookups }),
    forks: given.number("forks") ?? 50,
  };
}

/** What makes a real host from outside, or asks an API beyond it, is for its twin only where a double of that API stands for the real one; nothing stands for a machine. */
export function leavesTwin({ outside, beyond, metal, host }: Assignment, { hosts }: Pick<Inventory, "hosts">): boolean {
  const known = hosts.get(host);
  if (known?.login.twin === undefined) return false;
  if (metal === true) return true;
  if (known.login.double === undefined) return outside === true || beyond === true;
  return beyond === true && !isProxmoxNode(known);
}

// Contradictions between the inventory and what roles make of it: errors refuse the work, the rest are warnings.
async function examined({ inventory, ...given }: Contributing): Promise<Pick<Work, "inventory" | "tellersOf">> {
  const [{ findingsOf }, { contributionsOf }] = await Promise.all([import("../../inventory/findings/findings.ts"), import("../../playbook/contributions.ts")]);
  const contributions = await contributionsOf({ inventory, ...given });
  const findings = findingsOf(inventory, contributions);
  const [errors, warnings] = (["error", "warning"] as const).map((wanted) => findings.flatMap(({ level, ...finding }) => (level === wanted ? [finding] : [])));
  refuseAll((errors ?? []).map((finding) => ({ code: "input", ...finding })));
  const tellersOf = (name: string): readonly string[] => tellersAmong(contributions.claims, inventory.hosts.get(name));
  return { inventory: { ...inventory, warnings: [...inventory.warnings, ...(warnings ?? [])] }, tellersOf };
}

function playbookOf(inventory: Inventory, { given, io }: Context): string {
  const named = given.text("playbook");
  if (named !== undefined) return resolve(io.cwd, named);
  const file = inventory.playbook ?? join(inventory.folder, "playbooks/site.yaml");
  if (inventory.playbook !== undefined || existsSync(file)) return file;
  const shown = relative(io.cwd, file);
  throw new ProblemError({
    code: "input",
    message: `no playbook: the inventory names none, and there is no ${shown}`,
    hint: "give one with -p, or write playbook: FILE in the inventory",
  });
}

function listed(given: readonly string[]): readonly string[] {
  return given
    .flatMap((one) => one.split(","))
    .map((one) => one.trim())
    .filter((one) => one !== "");
}
