// What can be wrong with a state file, as problems with the command that mends it.
import { statfsSync } from "node:fs";
import { quote } from "../lib/quote.ts";
import { ProblemError } from "../model/problem.ts";

/** Where the state of one project lies. */
export interface StateFiles {
  readonly folder: string;
  readonly database: string;
  readonly backups: string;
  /** The newest backup, absolute; asked when something is wrong. */
  latestBackup(): string | undefined;
}

/** The file is not what SQLite or hlx wrote. `said` is what the check found. */
export function damaged(files: StateFiles, said: string, cause?: unknown): ProblemError {
  return new ProblemError({ code: "input", message: `the state file ${files.database} is damaged: ${said}`, hint: restoreHint(files), cause });
}

/** The file was written by an hlx that knows more. */
export function newerVersion(files: StateFiles, versions: { readonly found: number; readonly known: number }): ProblemError {
  const message = `the state file ${files.database} has version ${versions.found}; this hlx knows versions up to ${versions.known}`;
  return new ProblemError({ code: "input", message, hint: `use the newer hlx that wrote it. If nobody has one, ${restoreHint(files)}` });
}

/** The error of SQLite or the file system as a problem that names the path; a ProblemError stays as it is. */
export function stateProblem(files: StateFiles, doing: string, thrown: unknown): ProblemError {
  if (thrown instanceof ProblemError) return thrown;
  const said = thrown instanceof Error ? thrown.message : String(thrown);
  const code = sqliteCode(thrown) ?? systemCode(thrown) ?? "";
  const known = code === ioError && isFull(files.folder) ? diskFull : knownErrors[code];
  if (known === "damaged") return damaged(files, said, thrown);
  const hint = known ?? "the path must be on a disk of this machine, and yours to write";
  return new ProblemError({ code: "input", message: `${doing} in the state ${files.database}: ${said}`, hint, cause: thrown });
}

const diskFull = "the disk is full: make room, then run hlx again; what was written before is safe";
const readOnly = "nothing can be written there: check the owner, the mode and whether the disk is mounted read-only";
const busy = "another hlx has been writing for several seconds: try again";

/** Primary result codes of SQLite (sqlite.org/rescode.html), and errno names. */
const knownErrors: Readonly<Record<string, string>> = {
  "5": busy,
  "8": readOnly,
  "11": "damaged",
  "13": diskFull,
  "14": readOnly,
  "26": "damaged",
  EACCES: readOnly,
  ENOSPC: diskFull,
  EPERM: readOnly,
  EROFS: readOnly,
};

/** SQLite's I/O error: what it says, too, when the file that its processes share finds no room. */
const ioError = "10";

function isFull(folder: string): boolean {
  try {
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize < 64 * 1024;
  } catch {
    return false;
  }
}

function sqliteCode(thrown: unknown): string | undefined {
  const { errcode } = Object(thrown) as { readonly errcode?: unknown };
  return typeof errcode === "number" ? String(errcode & 0xff) : undefined;
}

function systemCode(thrown: unknown): string | undefined {
  const { code } = Object(thrown) as { readonly code?: unknown };
  return typeof code === "string" ? code : undefined;
}

function restoreHint(files: StateFiles): string {
  const path = quote(files.database);
  const old = `${path} ${quote(`${files.database}-wal`)} ${quote(`${files.database}-shm`)}`;
  const backup = files.latestBackup();
  const remove = `begin anew, which costs the history and nothing on any host: rm -rf ${old} ${quote(files.backups)}`;
  return backup === undefined ? remove : `restore the latest backup: rm -f ${old} && cp -p ${quote(backup)} ${path}`;
}
