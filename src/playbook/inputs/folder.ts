// All text files of a folder of the role or of the project.
import { existsSync, realpathSync } from "node:fs";
import { readdir, readFile, stat } from "node:fs/promises";
import { isAbsolute, join, relative, sep } from "node:path";
import { ProblemError } from "../../model/problem.ts";
import type { Input } from "../../model/role.ts";
import type { InputSource, LookingUp } from "./source.ts";

type FolderInput = Extract<Input, { input: "folder" }>;
const maxBytes = 8 * 1024 * 1024;
const maxFiles = 1000;

/** Looked for in the role's folder, then beside the inventory, and only beneath them; UTF-8, at most 8 MiB and 1000 files together. */
export const folderSource: InputSource<FolderInput> = { input: "folder", lockedAs: () => undefined, resolve };

async function resolve({ path }: FolderInput, { roleFolder, inventoryFolder }: LookingUp): Promise<string> {
  if (isAbsolute(path) || path.includes("\0") || path.split(/[\\/]/).includes(".."))
    throw refused(path, "it must be a path inside the role's folder or the inventory's", "use a relative path without ..");
  const base = [roleFolder, inventoryFolder].find((one) => existsSync(join(one, path)));
  if (base === undefined) throw refused(path, "there is no such folder", "it is looked for in the role's folder, then beside the inventory");
  const folder = realpathSync(join(base, path));
  const below = relative(realpathSync(base), folder);
  if (below.startsWith("..") || isAbsolute(below)) throw refused(path, "it is a link to a place outside of its folder", "put the folder itself there");
  return JSON.stringify({ folder: join(base, path), files: await filesIn(folder, path) });
}

async function filesIn(folder: string, path: string): Promise<Readonly<Record<string, string>>> {
  const found = await readdir(folder, { recursive: true, withFileTypes: true });
  const names = found
    .map((entry) => ({ entry, name: relative(folder, join(entry.parentPath, entry.name)).split(sep).join("/") }))
    .filter(({ name }) => isWanted(name));
  const odd = names.find(({ entry }) => !entry.isFile() && !entry.isDirectory());
  if (odd !== undefined) throw refused(`${path}/${odd.name}`, "it is a link or no regular file", "put the file itself there");
  const files = names.filter(({ entry }) => entry.isFile()).map(({ name }) => name);
  if (files.length > maxFiles) throw refused(path, `it has ${files.length} files, more than ${maxFiles}`);
  const sizes = await Promise.all(files.map(async (name) => (await stat(join(folder, name))).size));
  const total = sizes.reduce((sum, size) => sum + size, 0);
  if (total > maxBytes) throw refused(path, `it has ${total} bytes, more than 8 MiB`);
  const texts = await Promise.all(files.map(async (name) => [name, decoded(`${path}/${name}`, await readFile(join(folder, name)))] as const));
  return Object.fromEntries(texts.toSorted(([one], [other]) => (one < other ? -1 : 1)));
}

function isWanted(name: string): boolean {
  return name.split("/").every((part) => !part.startsWith(".") || part === ".env");
}

function decoded(path: string, bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new ProblemError({
      code: "input",
      message: `reading the input file ${path}: it is not UTF-8 text`,
      hint: "put what is no text on the host by other means",
      cause,
    });
  }
}

function refused(path: string, because: string, hint?: string): ProblemError {
  return new ProblemError({ code: "input", message: `reading the input folder ${path}: ${because}`, ...(hint === undefined ? {} : { hint }) });
}
