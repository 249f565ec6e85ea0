// Who may have written a role: its code runs with the operator's rights.
import { type Dirent, lstatSync, readdirSync, type Stats } from "node:fs";
import { dirname, join } from "node:path";
import type { Problem } from "../../model/problem.ts";

/** The user that runs hlx; undefined where there are no such numbers (Windows): then nothing is checked. */
export interface Runner {
  readonly uid: number;
  readonly gid: number;
}

/** What is wrong with the owner or mode of a role's folder, its code, and the folders it is found in (after CVE-2018-10874 and 2018-10875). */
export function untrusted(folder: string, runner: Runner | undefined): readonly Problem[] {
  if (runner === undefined) return [];
  const roles = dirname(folder);
  return [dirname(roles), roles, folder, ...codeIn(folder)].flatMap((path) => wrongOwner(path, lstatSync(path), runner));
}

function codeIn(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isDirectory() || isCode(entry))
    .map((entry) => join(entry.parentPath, entry.name));
}

function isCode(entry: Dirent): boolean {
  return /\.[cm]?[jt]s$/.test(entry.name);
}

function wrongOwner(path: string, { uid, gid, mode }: Stats, runner: Runner): readonly Problem[] {
  const owned = uid === 0 || uid === runner.uid;
  if (!owned) return [refusal(path, `it belongs to user ${uid}`, `chown it to the user that runs hlx, or run hlx as that user`)];
  // A link's own mode says nothing; what it points to is beneath a folder that is checked, or was put there by its owner.
  if ((mode & 0o170000) === 0o120000) return [];
  if ((mode & 0o002) !== 0) return [refusal(path, "everybody may write to it", `chmod o-w ${path}`)];
  // Debian's useradd gives each user a group of their own with the same number: nobody else is in it.
  const privateGroup = gid === uid || gid === 0;
  return (mode & 0o020) !== 0 && !privateGroup ? [refusal(path, `group ${gid} may write to it`, `chmod g-w ${path}`)] : [];
}

function refusal(path: string, because: string, hint: string): Problem {
  return { code: "trust", message: `not loading roles from ${path}: ${because}`, hint };
}
