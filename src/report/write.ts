// Writing a report so that nobody ever reads half of one.
import { renameSync, rmSync, writeFileSync } from "node:fs";
import { why } from "../lib/why.ts";
import { ProblemError } from "../model/problem.ts";

/** Replaces the file at once. Throws ProblemError (usage) with the option when it cannot; `random` makes the staged name nobody's else. */
export function writeReport(
  path: string,
  text: string,
  { option, mode, random }: { readonly option: string; readonly mode: number; readonly random: string },
): void {
  const staged = `${path}.${random}.tmp`;
  try {
    writeFileSync(staged, text, { flag: "wx", mode });
    renameSync(staged, path);
  } catch (cause) {
    rmSync(staged, { force: true });
    throw new ProblemError({ code: "usage", message: `${option} ${path}: cannot write it: ${why(cause)}`, cause });
  }
}
