// Opens a state file: made whole or not at all, checked, of a version that this hlx knows.
import { chmodSync, existsSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { ProblemError } from "../model/problem.ts";
import { backupsIn, putNew, refuseForeign, removeIfThere, stagedIn } from "./folder.ts";
import { damaged, newerVersion, type StateFiles } from "./problems.ts";

/** "hlx" and a zero: tells our files from other SQLite files. */
const applicationId = 0x68_6c_78_00;
const busyTimeoutMs = 10_000;
/** How many backups are kept. */
const kept = 10;

export interface Opening {
  readonly pid: number;
  readonly uid: number | undefined;
  readonly migrations: readonly string[];
}

/** Opens the file, migrated to the newest version. Throws ProblemError (damaged, newer) or what SQLite throws. */
export function openDatabase(files: StateFiles, opening: Opening): DatabaseSync {
  if (!existsSync(files.database)) create(files, opening);
  refuseForeign(files.database, { uid: opening.uid, type: "file" });
  chmodSync(files.database, 0o600);
  const database = new DatabaseSync(files.database, { timeout: busyTimeoutMs, enableForeignKeyConstraints: true });
  try {
    checkWhole(database, files);
    settle(database);
    bringUp(database, files, opening);
    return database;
  } catch (thrown) {
    database.close();
    throw thrown;
  }
}

/** Copies the whole state to a new file in the folder of backups, on disk when it returns. A name that is taken stays as it is. */
export function backUp(database: DatabaseSync, path: string, pid: number): void {
  putNew(path, pid, (staged) => database.prepare("VACUUM INTO ?").run(staged));
}

/** The backup made before this run began. Keeps the last ten. */
export function backUpRun(database: DatabaseSync, files: StateFiles, { run, pid }: { readonly run: number; readonly pid: number }): void {
  const path = join(files.backups, `run-${String(run).padStart(6, "0")}.db`);
  removeIfThere(path);
  stagedIn(files.backups).forEach(removeIfThere); // a run begins behind the lock: what another one was making, it was killed in making
  backUp(database, path, pid);
  backupsIn(files.backups).slice(0, -kept).forEach(removeIfThere);
}

/** Runs the work in one transaction that is on disk when this returns; nothing of it is done when it throws. */
export function transaction<Result>(database: DatabaseSync, work: () => Result): Result {
  database.exec("BEGIN IMMEDIATE");
  try {
    const result = work();
    database.exec("COMMIT");
    return result;
  } catch (thrown) {
    if (database.isTransaction) database.exec("ROLLBACK");
    throw thrown;
  }
}

function create(files: StateFiles, { pid, migrations }: Opening): void {
  const backup = files.latestBackup();
  if (backup !== undefined) throw damaged(files, "it is gone, but its backups are there");
  putNew(files.database, pid, (staged) => {
    const database = new DatabaseSync(staged);
    database.exec("PRAGMA synchronous = FULL");
    migrate(database, migrations);
    database.exec(`PRAGMA application_id = ${applicationId}`);
    database.close();
  });
}

function settle(database: DatabaseSync): void {
  database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON");
}

function checkWhole(database: DatabaseSync, files: StateFiles): void {
  if (pragma(database, "application_id") !== applicationId) throw damaged(files, "it is no state file of hlx");
  const said = Object.values(database.prepare("PRAGMA quick_check(1)").get() ?? {})[0];
  if (said !== "ok") throw damaged(files, String(said).replaceAll(/\s+/g, " "));
}

function bringUp(database: DatabaseSync, files: StateFiles, { pid, migrations }: Opening): void {
  const found = version(database);
  const known = migrations.length;
  if (found > known) throw newerVersion(files, { found, known });
  if (found < 1) throw damaged(files, `it says that it has version ${found}`);
  if (found === known) return;
  backUp(database, join(files.backups, `before-version-${found + 1}.db`), pid);
  migrate(database, migrations);
}

// Each migration and its version number are one transaction: killed in between, the file is of one version or the other.
function migrate(database: DatabaseSync, migrations: readonly string[]): void {
  for (const [index, script] of migrations.entries()) {
    transaction(database, () => {
      if (version(database) !== index) return;
      database.exec(script);
      database.exec(`PRAGMA user_version = ${index + 1}`);
    });
  }
}

function version(database: DatabaseSync): number {
  return pragma(database, "user_version");
}

function pragma(database: DatabaseSync, name: "user_version" | "application_id"): number {
  const value = Object.values(database.prepare(`PRAGMA ${name}`).get() ?? {})[0];
  if (typeof value !== "number") throw new ProblemError({ code: "internal", message: `SQLite gave no ${name}` });
  return value;
}
