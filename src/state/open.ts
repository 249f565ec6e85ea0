// The state of a project: one SQLite file in a folder that nobody else may change.
import { userInfo } from "node:os";
import type { DatabaseSync } from "node:sqlite";
import type { State } from "../model/ports/state.ts";
import { backUpRun, openDatabase } from "./database.ts";
import { ownFolder } from "./folder.ts";
import { takeLock } from "./lock.ts";
import { madeOn, rememberedHosts } from "./made.ts";
import { migrations } from "./migrations.ts";
import { damaged, type StateFiles, stateProblem } from "./problems.ts";
import { localProcesses, type Processes } from "./processes.ts";
import { forgetKeys, recordEntries, recordedOf } from "./recorded.ts";
import { DamagedRow } from "./rows.ts";
import { appendJournal, endRun, insertRun, journalOf, lastRuns, nextRun } from "./runs.ts";

export interface StateOptions {
  now(): Date;
  /** The pid of this hlx. */
  readonly pid: number;
  /** Who runs hlx; the folder must be theirs. Default: the operating system's answer. */
  readonly uid?: number;
  /** Asked only where there is no /proc. */
  pidAlive?(pid: number): boolean;
  /** In place of this machine's processes, for tests. */
  readonly processes?: Processes;
}

/** Opens `FOLDER/state.db`, made when it is not there. Every method throws ProblemError with the path when the file cannot be read or written, or is damaged. */
export async function openState(folder: string, options: StateOptions): Promise<State> {
  const uid = options.uid ?? ownUid();
  const unopened = { folder, backups: folder, database: `${folder}/state.db`, latestBackup: () => undefined };
  const files = guarded(unopened, "opening", () => ownFolder(folder, uid));
  const database = guarded(files, "opening", () => openDatabase(files, { pid: options.pid, uid, migrations }));
  return stateOf(database, files, options);
}

function stateOf(database: DatabaseSync, files: StateFiles, options: StateOptions): State {
  const processes = options.processes ?? localProcesses(options.pidAlive);
  const by = processes.identify(options.pid);
  const now = (): string => options.now().toISOString();
  const write = async <Result>(work: () => Result): Promise<Result> => guarded(files, "writing", work);
  const read = async <Result>(work: () => Result): Promise<Result> => guarded(files, "reading", work);
  return {
    begin: (start) =>
      write(() => {
        backUpRun(database, files, { run: nextRun(database), pid: options.pid });
        return insertRun(database, start, by);
      }),
    end: (run, end) => write(() => endRun(database, run, end)),
    journal: (run, records, made = []) => write(() => appendJournal(database, { run, at: now(), records, made })),
    runs: (asked = {}) => read(() => lastRuns(database, processes, asked.last ?? -1)),
    journalOf: (run) => read(() => journalOf(database, run)),
    recorded: (hosts) => read(() => recordedOf(database, hosts)),
    record: (entries) => write(() => recordEntries(database, entries)),
    made: (hosts) => read(() => madeOn(database, hosts)),
    hosts: () => read(() => rememberedHosts(database)),
    forget: (keys, options = { made: false }) => write(() => forgetKeys(database, keys, options)),
    lock: (who) => write(() => takeLock(database, { who, since: now(), by, processes })),
    close: () => write(() => database.close()),
  };
}

function guarded<Result>(files: StateFiles, doing: string, work: () => Result): Result {
  try {
    return work();
  } catch (thrown) {
    if (thrown instanceof DamagedRow) throw damaged(files, thrown.message, thrown);
    throw stateProblem(files, doing, thrown);
  }
}

// A uid without an entry in the password database has no answer there.
function ownUid(): number | undefined {
  try {
    return userInfo().uid;
  } catch {
    return undefined;
  }
}
