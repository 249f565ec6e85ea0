// A folder of files for one test, and the inventory that Ansible's format makes of it.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { onTestFinished } from "vitest";
import { type AnsibleOptions, loadAnsible } from "../../../src/inventory/ansible/load.ts";
import type { Inventory } from "../../../src/model/host.ts";
import { ProblemError } from "../../../src/model/problem.ts";

export type Files = Readonly<Record<string, string>>;

/** Writes the files into a folder of their own, which goes when the test ends. */
export function folderOf(files: Files): string {
  const folder = mkdtempSync(join(tmpdir(), "hlx-ansible-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  return folder;
}

/** Reads an inventory of these files; the first file is the source unless others are named. */
export function load(files: Files, options: Partial<AnsibleOptions> & { readonly sources?: readonly string[] } = {}): Promise<Inventory> {
  const { sources = [Object.keys(files)[0] ?? ""], ...rest } = options;
  return loadAnsible(sources, { cwd: folderOf(files), ...rest });
}

/** Every problem as `file:line:column message | hint`; "nothing" when the inventory is fine. */
export async function said(files: Files, options: Partial<AnsibleOptions> & { readonly sources?: readonly string[] } = {}): Promise<string> {
  const cwd = folderOf(files);
  const { sources = [Object.keys(files)[0] ?? ""], ...rest } = options;
  try {
    await loadAnsible(sources, { cwd, ...rest });
    return "nothing";
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    return error.problems
      .map(({ at, message, hint }) => `${at === undefined ? "" : `${relative(cwd, at.file)}:${at.line}:${at.column} `}${message} | ${hint ?? ""}`)
      .join("\n");
  }
}

/** Variables of a host as a plain object. */
export function varsOf(inventory: Inventory, host: string): unknown {
  return JSON.parse(JSON.stringify(inventory.hosts.get(host)?.vars ?? null));
}
