// Reads an inventory: a file, a folder, several of them, or a list of hosts.
import { readFileSync, statSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { didYouMean } from "../lib/suggest.ts";
import { namesBeside, why } from "../lib/why.ts";
import { decodeUtf8 } from "../model/documents/utf8.ts";
import type { Inventory } from "../model/host.ts";
import { ProblemError } from "../model/problem.ts";
import { type AnsibleOptions, loadAnsible } from "./ansible/load.ts";
import type { LoadOptions } from "./load.ts";
import { selectHosts } from "./patterns.ts";
import { inventorySources } from "./sources.ts";

export type ReadOptions = Omit<AnsibleOptions, "readFile"> & Pick<LoadOptions, "live">;

/**
 * The inventory at a path: a file, a folder that holds inventory.yaml, or whatever Ansible takes for `-i`. Several paths, a folder without inventory.yaml
 * and a list of hosts ("a,b,") are Ansible's. Relative paths are relative to `cwd`. Throws ProblemError.
 */
export async function readInventory(path: string | readonly string[], options: ReadOptions): Promise<Inventory> {
  const paths = [path].flat();
  const loading = { ...options, readFile: (name: string) => patternFile(name, options.cwd) };
  const [only = "inventory.yaml"] = paths;
  const file = paths.length > 1 ? undefined : fileAt(resolve(options.cwd, only), only);
  if (file === undefined) return loadAnsible(paths, loading);
  const text = textOf(file, only);
  const source = inventorySources.find((each) => each.recognises(file, text));
  if (source === undefined) throw new ProblemError({ code: "input", message: `${only} is in no format that hlx knows` });
  return source.load({ file, text, ...loading });
}

/** What a pattern means, as Ansible lists it: nothing is an answer too. Throws ProblemError for a pattern that is empty or malformed, and for an unknown name. */
export function listHosts({ hosts, groups }: Inventory, pattern: string, cwd: string): readonly string[] {
  return selectHosts(pattern, { hosts: [...hosts.keys()], groups }, { readFile: (name) => patternFile(name, cwd), listing: true });
}

// Undefined for what only Ansible has: a folder of inventories, a list of hosts.
function fileAt(absolute: string, shown: string): string | undefined {
  const status = trying(shown, () => statSync(absolute, { throwIfNoEntry: false }));
  if (status?.isFile()) return absolute;
  if (status?.isDirectory()) return ownFileIn(absolute);
  if (status !== undefined || shown.includes(",")) return undefined;
  const hint = didYouMean(basename(absolute), namesBeside(absolute)) ?? "write a first one with: hlx init";
  throw new ProblemError({ code: "input", message: `there is no inventory at ${shown}`, hint });
}

const mostBytes = 64 * 1024 * 1024;

function textOf(file: string, shown: string): string {
  const bytes = trying(shown, () => (statSync(file).size > mostBytes ? undefined : readFileSync(file)));
  if (bytes !== undefined) return decodeUtf8(file, bytes);
  throw new ProblemError({ code: "input", message: `${shown} is larger than 64 MiB`, hint: "is it an inventory?" });
}

function trying<Result>(shown: string, work: () => Result): Result {
  try {
    return work();
  } catch (cause) {
    throw new ProblemError({ code: "input", message: `cannot read the inventory ${shown}: ${why(cause)}`, cause });
  }
}

function ownFileIn(folder: string): string | undefined {
  const file = join(folder, "inventory.yaml");
  if (statSync(file, { throwIfNoEntry: false })?.isFile() !== true) return undefined;
  const text = textOf(file, file);
  return inventorySources.find((each) => each.recognises(file, text))?.name === "hlx" ? file : undefined;
}

function patternFile(name: string, cwd: string): string {
  try {
    return decodeUtf8(name, readFileSync(resolve(cwd, name)));
  } catch (cause) {
    if (cause instanceof ProblemError) throw cause;
    throw new ProblemError({ code: "usage", message: `cannot read the file of the pattern @${name}: ${why(cause)}`, cause });
  }
}
