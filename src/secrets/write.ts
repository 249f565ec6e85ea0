// Writing files whole or not at all, readable by their owner only.
import { open, realpath, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { ProblemError } from "../model/problem.ts";

/** Replaces the file (mode 0600): staged beside it, synced, renamed. A link is followed. `unique` names the staged file. Throws ProblemError. */
export async function writeWhole(file: string, text: string, unique: string): Promise<void> {
  const target = await realpath(file).catch(() => file);
  const staged = `${target}.${unique}.tmp`;
  try {
    const handle = await open(staged, "wx", 0o600);
    try {
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(staged, target);
    await syncFolder(dirname(target));
  } catch (cause) {
    await rm(staged, { force: true });
    throw new ProblemError({ code: "input", message: `writing ${file}: ${(cause as Error).message}`, cause });
  }
}

/** Writes a file that must not be there yet (mode 0600). Throws ProblemError when it is. */
export async function writeNew(file: string, text: string): Promise<void> {
  try {
    const handle = await open(file, "wx", 0o600);
    try {
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (cause) {
    throw new ProblemError({ code: "input", message: `writing ${file}: ${(cause as Error).message}`, cause });
  }
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
