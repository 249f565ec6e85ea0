// Who may have written what hlx reads: a role's code and what an inventory names run with the operator's rights.
import { type Dirent, existsSync, lstatSync, readdirSync, type Stats } from "node:fs";
import { dirname, join, relative } from "node:path";
import { quote } from "../../lib/quote.ts";
import type { Problem } from "../../model/problem.ts";

/** The user that runs hlx; undefined where there are no such numbers (Windows): then nothing is checked. */
export interface Runner {
  readonly uid: number;
  readonly gid: number;
}

/** What is wrong with the owner or mode of a role's folder, its code, and the folders it is found in (after CVE-2018-10874 and 2018-10875). */
export function untrusted(folder: string, runner: Runner | undefined, cwd?: string): readonly Problem[] {
  if (runner === undefined) return [];
  const roles = dirname(folder);
  return refusals("loading roles from", [dirname(roles), roles, folder, ...codeIn(folder)], { runner, ...(cwd === undefined ? {} : { cwd }) });
}

/**
 * What is wrong with the owner or mode of an inventory or a playbook and of the folder it is in: it names programs that secrets come from, roles,
 * and ways to hosts, and files beside it are read with it. What is not there is no problem of this.
 */
export function untrustedFiles(files: readonly string[], given: { readonly runner: Runner | undefined; readonly cwd: string }): readonly Problem[] {
  const { runner, cwd } = given;
  const paths = files.filter((file) => existsSync(file)).flatMap((file) => [dirname(file), file]);
  return runner === undefined ? [] : refusals("reading", [...new Set(paths)], { runner, cwd });
}

function refusals(doing: string, paths: readonly string[], { runner, cwd }: { readonly runner: Runner; readonly cwd?: string }): readonly Problem[] {
  const wrong = paths.flatMap((path) => wrongOwner(path, lstatSync(path), runner));
  return [...Map.groupBy(wrong, ({ because }) => because).values()].map((all) => refusal(doing, all, cwd));
}

interface Wrong {
  readonly path: string;
  readonly because: string;
  /** The command that mends it, without the path. */
  readonly mend: string;
}

function codeIn(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isDirectory() || isCode(entry))
    .map((entry) => join(entry.parentPath, entry.name));
}

function isCode(entry: Dirent): boolean {
  return /\.[cm]?[jt]s$/.test(entry.name);
}

function wrongOwner(path: string, { uid, gid, mode }: Stats, runner: Runner): readonly Wrong[] {
  const owned = uid === 0 || uid === runner.uid;
  if (!owned) return [{ path, because: `it belongs to user ${uid}, not to user ${runner.uid} who runs hlx`, mend: `chown ${runner.uid}` }];
  // A link's own mode says nothing; what it points to is beneath a folder that is checked, or was put there by its owner.
  if ((mode & 0o170000) === 0o120000) return [];
  if ((mode & 0o002) !== 0) return [{ path, because: "everybody may write to it", mend: "chmod o-w" }];
  // Debian's useradd gives each user a group of their own with the same number: nobody else is in it.
  const privateGroup = gid === uid || gid === 0;
  return (mode & 0o020) !== 0 && !privateGroup ? [{ path, because: `group ${gid} may write to it`, mend: "chmod g-w" }] : [];
}

// The first is the topmost.
function refusal(doing: string, [first, ...below]: readonly Wrong[], cwd: string | undefined): Problem {
  const { path = "", because = "", mend = "" } = first ?? {};
  const shown = cwd === undefined ? path : relative(cwd, path) || ".";
  const more = below.length > 0 ? `, and so it is with ${below.length} more below` : "";
  return {
    code: "input",
    message: `not ${doing} ${shown}: ${because}${more}`,
    hint: `${below.length > 0 ? mend.replace(" ", " -R ") : mend} ${quote(shown)}; where that cannot be, HLX_ANY_OWNER=1 trusts it`,
  };
}
