// A text file of the role or of the project.
import { existsSync, realpathSync } from "node:fs";
import { open } from "node:fs/promises";
import { isAbsolute, join, relative } from "node:path";
import { ProblemError } from "../../model/problem.ts";
import type { Input } from "../../model/role.ts";
import type { InputSource, LookingUp } from "./source.ts";

type FileInput = Extract<Input, { input: "file" }>;
const maxBytes = 1024 * 1024;

/** Looked for in the role's folder, then beside the inventory, and only beneath them; UTF-8, at most 1 MiB. */
export const fileSource: InputSource<FileInput> = { input: "file", lockedAs: () => undefined, resolve };

async function resolve({ path }: FileInput, { roleFolder, inventoryFolder }: LookingUp): Promise<string> {
  if (isAbsolute(path) || path.includes("\0") || path.split(/[\\/]/).includes("..")) {
    throw refused(path, "it must be a path inside the role's folder or the inventory's", "use a relative path without ..");
  }
  const folder = [roleFolder, inventoryFolder].find((one) => existsSync(join(one, path)));
  if (folder === undefined) throw refused(path, "there is no such file", "it is looked for in the role's folder, then beside the inventory");
  return readBeneath(folder, path);
}

async function readBeneath(folder: string, path: string): Promise<string> {
  const real = realpathSync(join(folder, path));
  const below = relative(realpathSync(folder), real);
  if (below.startsWith("..") || isAbsolute(below)) throw refused(path, "it is a link to a place outside of its folder", "put the file itself there");
  await using handle = await open(real, "r");
  const found = await handle.stat();
  if (!found.isFile()) throw refused(path, "it is not a regular file");
  if (found.size > maxBytes) throw refused(path, `it has ${found.size} bytes, more than 1 MiB`);
  return decoded(path, await handle.readFile());
}

function decoded(path: string, bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new ProblemError({ code: "input", message: `reading the input file ${path}: it is not UTF-8 text`, cause });
  }
}

function refused(path: string, because: string, hint?: string): ProblemError {
  return new ProblemError({ code: "input", message: `reading the input file ${path}: ${because}`, ...(hint === undefined ? {} : { hint }) });
}
