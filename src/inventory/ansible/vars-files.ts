// group_vars and host_vars: which files belong to a name, and what they give.
import { readdirSync, readFileSync, statSync } from "node:fs";
import { basename, extname, join } from "node:path";
import type { Vault } from "../../lib/ansible-vault.ts";
import { isRecord, type Json } from "../../lib/json.ts";
import { decodeUtf8 } from "../../model/documents/utf8.ts";
import type { VarsFiles } from "./layers.ts";
import { warnOfNotes } from "./notes.ts";
import { problemsOf } from "./unreadable.ts";
import { type Assigned, report, type World, warn } from "./world.ts";
import { readAnsibleYaml } from "./yaml.ts";

/** Reads files as they are asked for; what is wrong is reported in the world. */
export function makeVarsFiles(world: World, vault: Vault): VarsFiles {
  const listings = new Map<string, ReadonlySet<string>>();
  const known = new Map<string, readonly Assigned[]>();
  const listing = (folder: string): ReadonlySet<string> => {
    const names = listings.get(folder) ?? new Set(namesIn(folder));
    listings.set(folder, names);
    return names;
  };
  return {
    given: ({ folder, prefix }, kind, name) => {
      const at = join(folder, kind);
      const key = `${prefix}${at}\0${name}`;
      const found = known.get(key) ?? filesFor(at, name, listing(at)).flatMap((file) => readVars(file, `${prefix}${kind}/${name}`, { world, vault }));
      known.set(key, found);
      return found;
    },
  };
}

function namesIn(folder: string): readonly string[] {
  return isFolder(folder) ? readdirSync(folder) : [];
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

const extensions = ["", ".yml", ".yaml", ".json"] as const;

// The first of name, name.yml, name.yaml, name.json counts, as in Ansible; a name that is a path is none of a file here.
function filesFor(folder: string, name: string, listing: ReadonlySet<string>): readonly string[] {
  if (/[/\0]/.test(name) || name === "." || name === "..") return [];
  const extension = extensions.find((each) => listing.has(`${name}${each}`));
  if (extension === undefined) return [];
  const path = join(folder, `${name}${extension}`);
  return isFolder(path) ? filesBelow(path, 0) : [path];
}

const deepest = 16;

// By name; hidden files, backups and other extensions are left out.
function filesBelow(folder: string, depth: number): readonly string[] {
  if (depth > deepest) return [];
  const names = readdirSync(folder)
    .filter((name) => !name.startsWith(".") && !name.endsWith("~"))
    .toSorted(byCodePoint);
  return names.flatMap((name) => {
    const path = join(folder, name);
    if (isFolder(path)) return extname(name) === "" ? filesBelow(path, depth + 1) : [];
    return extensions.some((each) => each === extname(name)) ? [path] : [];
  });
}

function byCodePoint(a: string, b: string): number {
  return a < b ? -1 : 1;
}

function readVars(file: string, layer: string, { world, vault }: { readonly world: World; readonly vault: Vault }): readonly Assigned[] {
  try {
    const yaml = readAnsibleYaml(file, decodeUtf8(file, readFileSync(file)), vault);
    const value = yaml.value ?? {};
    if (!isRecord(value)) {
      report(world, () => yaml.at([]), { message: `${basename(file)} must be a map of variables` });
      return [];
    }
    warnOfNotes(world, yaml.notes);
    for (const note of yaml.notes.filter(({ what }) => what === "key")) warn(world, () => note.at, note.message);
    return Object.entries(value).map(([key, one]) => ({
      key,
      value: one as Json,
      layer,
      at: () => yaml.at([key], "key"),
      ...(yaml.isSecret(one) && { secret: true }),
    }));
  } catch (thrown) {
    world.problems.push(...problemsOf(thrown, file));
    return [];
  }
}
