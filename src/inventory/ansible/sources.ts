// Where an inventory comes from: a file, a folder of files, or a list of hosts on the command line.
import { readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import type { Vault } from "../../lib/ansible-vault.ts";
import { decodeUtf8 } from "../../model/documents/utf8.ts";
import { ProblemError } from "../../model/problem.ts";
import { readIni } from "./ini.ts";
import { splitPort } from "./ranges.ts";
import { formatOf, isNative } from "./recognise.ts";
import { problemsOf } from "./unreadable.ts";
import { addGroup, addHosts, type World } from "./world.ts";

export interface Source {
  /** As given, for messages. */
  readonly shown: string;
  readonly kind: "file" | "folder" | "list";
  /** Absolute; for a list the folder hlx runs in. */
  readonly path: string;
}

/** What `-i` means: what exists is a file or a folder; else text with a comma is a list of hosts. Throws ProblemError. */
export function sourceOf(shown: string, cwd: string): Source {
  const path = resolve(cwd, shown);
  const status = statSync(path, { throwIfNoEntry: false });
  if (status?.isDirectory()) return { shown, kind: "folder", path };
  if (status !== undefined) return { shown, kind: "file", path };
  if (shown.includes(",")) return { shown, kind: "list", path: cwd };
  throw new ProblemError({ code: "input", message: `there is no inventory at ${shown}`, hint: 'a list of hosts has a comma: -i "a,b,"' });
}

/** The folder whose group_vars and host_vars belong to a source. */
export function folderOf({ kind, path }: Source): string | undefined {
  if (kind === "list") return undefined;
  return kind === "folder" ? path : dirname(path);
}

/** Reads a source into the world; what is wrong is reported there. */
export async function readSource(world: World, source: Source, vault: Vault): Promise<void> {
  if (source.kind === "list") return readList(world, source);
  const files = source.kind === "folder" ? filesIn(source.path, 0) : [source.path];
  if (files.length === 0) world.problems.push({ code: "input", message: `there is no inventory in the folder ${source.shown}` });
  for (const file of files) await readFile(world, file, vault);
}

async function readFile(world: World, file: string, vault: Vault): Promise<void> {
  try {
    const text = decodeUtf8(file, readFileSync(file));
    if (text.startsWith("#!/")) refuseScript(world, file);
    else if (isNative(file, text)) refuseNative(world, file);
    else if (formatOf(file, text) === "yaml") (await import("./yaml-groups.ts")).readYamlGroups(world, { file, text, vault });
    else readIni(world, file, text.replace(/^\uFEFF/, ""));
  } catch (thrown) {
    world.problems.push(...problemsOf(thrown, file));
  }
}

function refuseNative(world: World, file: string): void {
  const at = { file, line: 1, column: 1 };
  world.problems.push({ code: "input", message: "an inventory in hlx's own format is read alone, not among others", at, hint: "give only this one with -i" });
}

function refuseScript(world: World, file: string): undefined {
  const hint = "let Ansible write down what it finds: ansible-inventory -i FILE --list --yaml > hosts.yml";
  world.problems.push({ code: "input", message: "this inventory is a script, which hlx does not run", at: { file, line: 1, column: 1 }, hint });
}

const deepest = 16;

/** Not read in a folder: Ansible's INVENTORY_IGNORE_EXTS with its default, hidden files, and the folders of variables. */
const ignored = /^\.|^(?:host_vars|group_vars|vars_plugins)$|(?:\.pyc|\.pyo|\.swp|\.bak|~|\.rpm|\.md|\.txt|\.rst|\.orig|\.cfg|\.retry)$/;

function filesIn(folder: string, depth: number): readonly string[] {
  if (depth > deepest) return [];
  const names = readdirSync(folder).filter((name) => !ignored.test(name));
  return names
    .toSorted((a, b) => (a < b ? -1 : 1))
    .flatMap((name) => {
      const path = join(folder, name);
      return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true ? filesIn(path, depth + 1) : [path];
    });
}

// A list is names and ports only: Ansible's host_list expands no ranges, and would make a host of the text.
function readList(world: World, { shown }: Source): undefined {
  const at = () => ({ file: "-i", line: 1, column: 1 });
  const written = shown
    .split(",")
    .map((one) => one.trim())
    .filter((one) => one !== "");
  for (const one of written) {
    const { name, port } = splitPort(one);
    if (/[[\]\s]/.test(name))
      world.problems.push({ code: "usage", message: `-i ${shown}: ${JSON.stringify(one)} is no host name`, hint: "a list has no ranges: name each host" });
    else addHosts(world, addGroup(world, "ungrouped"), { names: [name], given: [], at, ...(port !== undefined && { port }) });
  }
}
