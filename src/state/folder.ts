// The folder of a state: there, ours, and closed to others.
import { chmodSync, closeSync, fsyncSync, linkSync, lstatSync, mkdirSync, openSync, readdirSync, type Stats, unlinkSync } from "node:fs";
import { join } from "node:path";
import { quote } from "../lib/quote.ts";
import { ProblemError } from "../model/problem.ts";
import type { StateFiles } from "./problems.ts";

/** Makes the folder (0700) when it is not there, and refuses one that somebody else could change. `uid` is who runs hlx; undefined where nobody knows. */
export function ownFolder(folder: string, uid: number | undefined): StateFiles {
  const backups = join(folder, "backups");
  for (const path of [folder, backups]) {
    mkdirSync(path, { recursive: true, mode: 0o700 });
    refuseForeign(path, { uid, type: "directory" });
    chmodSync(path, 0o700);
  }
  return { folder, backups, database: join(folder, "state.db"), latestBackup: () => backupsIn(backups).at(-1) };
}

/** Throws ProblemError (trust) when the path is a symbolic link, of another type, somebody else's, or writable for others. */
export function refuseForeign(path: string, expected: { readonly uid: number | undefined; readonly type: "directory" | "file" }): void {
  const stats = lstatSync(path);
  const wrong = foreign(stats, expected);
  if (wrong === undefined) return;
  const hint = wrong.includes("write") ? `if nobody put anything there: chmod go-w ${quote(path)}` : "move it away, or choose another folder";
  throw new ProblemError({ code: "trust", message: `the state's ${expected.type} ${path} ${wrong}`, hint });
}

function foreign(stats: Stats, { uid, type }: { readonly uid: number | undefined; readonly type: "directory" | "file" }): string | undefined {
  if (stats.isSymbolicLink()) return "is a symbolic link";
  if (type === "directory" ? !stats.isDirectory() : !stats.isFile()) return `is no ${type}`;
  if (uid !== undefined && stats.uid !== uid) return `belongs to somebody else (uid ${stats.uid}, you are ${uid})`;
  return (stats.mode & 0o022) === 0 ? undefined : `may be written by others (mode ${(stats.mode & 0o7777).toString(8)})`;
}

/** Backups of runs, absolute, oldest first. */
export function backupsIn(backups: string): readonly string[] {
  return readdirSync(backups)
    .filter((name) => /^run-[0-9]{6,}\.db$/.test(name))
    .sort((left, right) => left.length - right.length || (left < right ? -1 : 1))
    .map((name) => join(backups, name));
}

/** Backups of runs that were never finished, absolute. */
export function stagedIn(backups: string): readonly string[] {
  return readdirSync(backups)
    .filter((name) => /^run-[0-9]{6,}\.db\.new-/.test(name))
    .map((name) => join(backups, name));
}

/** Makes a file under a private name with mode 0600, on disk with what `fill` wrote, then gives it its name unless there is one already. */
export function putNew(path: string, pid: number, fill: (staged: string) => void): void {
  const staged = `${path}.new-${pid}`;
  removeIfThere(staged);
  closeSync(openSync(staged, "wx", 0o600));
  try {
    fill(staged);
    sync(staged);
    linkUnlessThere(staged, path);
  } finally {
    removeIfThere(staged);
    removeIfThere(`${staged}-journal`);
  }
}

export function removeIfThere(path: string): void {
  ignoring("ENOENT", () => unlinkSync(path));
}

function linkUnlessThere(from: string, to: string): void {
  ignoring("EEXIST", () => linkSync(from, to));
  sync(join(to, ".."));
}

function sync(path: string): void {
  const descriptor = openSync(path, "r");
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function ignoring(code: string, work: () => void): void {
  try {
    work();
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code !== code) throw thrown;
  }
}
