// Files that are inputs: where a path leads, into the role's folder or the inventory's and never out of it, and their text.
import { existsSync, realpathSync } from "node:fs";
import { isAbsolute, join, relative, sep } from "node:path";
import { ProblemError } from "../../model/problem.ts";
import type { LookingUp } from "./source.ts";

/** How a sort of input is called in problems: "the input file", "file", "the file itself". */
export interface Called {
  readonly reading: string;
  readonly sort: string;
  readonly itself: string;
}

export interface Place {
  /** The folder that the path is relative to, as it is written. */
  readonly base: string;
  /** Absolute, links followed. */
  readonly real: string;
}

/** Looks in the role's folder, then beside the inventory. Throws ProblemError (input) where nothing is there, or where it leads outside. */
export function placeOf(path: string, { roleFolder, inventoryFolder }: LookingUp, called: Called): Place {
  const { sort, itself } = called;
  if (isAbsolute(path) || path.includes("\0") || path.split(/[\\/]/).includes(".."))
    throw refused(path, called, { because: "it must be a path inside the role's folder or the inventory's", hint: "use a relative path without .." });
  const base = [roleFolder, inventoryFolder].find((one) => existsSync(join(one, path)));
  if (base === undefined)
    throw refused(path, called, { because: `there is no such ${sort}`, hint: "it is looked for in the role's folder, then beside the inventory" });
  const real = realpathSync(join(base, path));
  if (isOutside(real, realpathSync(base)))
    throw refused(path, called, { because: "it is a link to a place outside of its folder", hint: `put ${itself} there` });
  return { base, real };
}

/** True for a path that is not in a folder and not the folder; both absolute, links followed. */
export function isOutside(real: string, folder: string): boolean {
  const below = relative(folder, real);
  return below === ".." || below.startsWith(`..${sep}`) || isAbsolute(below);
}

/** The problem of an input that cannot be had. */
export function refused(path: string, { reading }: Pick<Called, "reading">, { because, hint }: { readonly because: string; readonly hint?: string }) {
  return new ProblemError({ code: "input", message: `reading ${reading} ${path}: ${because}`, ...(hint === undefined ? {} : { hint }) });
}

/** The text of a file. Throws ProblemError (input) for what is not UTF-8. */
export function decoded(path: string, bytes: Uint8Array): string {
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
