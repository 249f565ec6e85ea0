// All text files of a folder of the role or of the project.
import { readdir, readFile, stat } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import type { Input } from "../../model/role.ts";
import { decoded, placeOf, refused } from "./beneath.ts";
import type { InputSource, LookingUp } from "./source.ts";

type FolderInput = Extract<Input, { input: "folder" }>;
const maxBytes = 8 * 1024 * 1024;
const maxFiles = 1000;

/** Looked for in the role's folder, then beside the inventory, and only beneath them; UTF-8, at most 8 MiB and 1000 files together. */
export const folderSource: InputSource<FolderInput> = { input: "folder", lockedAs: () => undefined, resolve };

const called = { reading: "the input folder", sort: "folder", itself: "the folder itself" } as const;

async function resolve({ path }: FolderInput, looking: LookingUp): Promise<string> {
  const { base, real } = placeOf(path, looking, called);
  return JSON.stringify({ folder: join(base, path), files: await filesIn(real, path) } satisfies FolderText);
}

/** What the answer holds. */
export interface FolderText {
  /** Absolute, as it is written. */
  readonly folder: string;
  /** By path below the folder. */
  readonly files: Readonly<Record<string, string>>;
}

async function filesIn(folder: string, path: string): Promise<Readonly<Record<string, string>>> {
  const found = await readdir(folder, { recursive: true, withFileTypes: true });
  const names = found
    .map((entry) => ({ entry, name: relative(folder, join(entry.parentPath, entry.name)).split(sep).join("/") }))
    .filter(({ name }) => isWanted(name));
  const odd = names.find(({ entry }) => !entry.isFile() && !entry.isDirectory());
  if (odd !== undefined) throw refused(`${path}/${odd.name}`, called, { because: "it is a link or no regular file", hint: "put the file itself there" });
  const files = names.filter(({ entry }) => entry.isFile()).map(({ name }) => name);
  if (files.length > maxFiles) throw refused(path, called, { because: `it has ${files.length} files, more than ${maxFiles}` });
  const sizes = await Promise.all(files.map(async (name) => (await stat(join(folder, name))).size));
  const total = sizes.reduce((sum, size) => sum + size, 0);
  if (total > maxBytes) throw refused(path, called, { because: `it has ${total} bytes, more than 8 MiB` });
  const texts = await Promise.all(files.map(async (name) => [name, decoded(`${path}/${name}`, await readFile(join(folder, name)))] as const));
  return Object.fromEntries(texts.toSorted(([one], [other]) => (one < other ? -1 : 1)));
}

function isWanted(name: string): boolean {
  return name.split("/").every((part) => !part.startsWith(".") || part === ".env");
}
