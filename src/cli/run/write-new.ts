// Writes files that must not be there yet.
import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { why } from "../../lib/why.ts";
import { ProblemError } from "../../model/problem.ts";

export interface WriteNew {
  readonly cwd: string;
  /** As it was given; relative to `cwd`. */
  readonly folder: string;
  /** What to do when one of them is there. */
  readonly hint: string;
}

/** The paths as people see them. Throws ProblemError (usage) when one of the files is there already: then nothing is written. */
export async function writeNew(files: ReadonlyMap<string, string>, { cwd, folder, hint }: WriteNew): Promise<readonly string[]> {
  const paths = [...files].map(([path, content]) => ({ file: resolve(cwd, folder, path), shown: join(folder, path), content }));
  const there = paths.filter(({ file }) => existsSync(file)).map(({ shown }) => shown);
  if (there.length > 0) throw new ProblemError({ code: "usage", message: `not writing over ${there.join(", ")}`, hint });
  for (const path of paths) await write(path);
  return paths.map(({ shown }) => shown);
}

async function write({ file, shown, content }: { readonly file: string; readonly shown: string; readonly content: string }): Promise<void> {
  try {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, content, { flag: "wx" });
  } catch (cause) {
    throw new ProblemError({ code: "usage", message: `cannot write ${shown}: ${why(cause)}`, cause });
  }
}
