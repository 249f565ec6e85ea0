// The local lock: a row that names a process. Whose process is gone has lost it.
import type { DatabaseSync } from "node:sqlite";
import type { LocalLock } from "../model/ports/state.ts";
import { transaction } from "./database.ts";
import type { Processes, ProcessIdentity } from "./processes.ts";

export interface Taking {
  readonly who: string;
  /** ISO 8601, UTC. */
  readonly since: string;
  readonly by: ProcessIdentity;
  readonly processes: Processes;
}

/** Takes the lock when nobody alive has it; else says who has it. */
export function takeLock(database: DatabaseSync, { who, since, by, processes }: Taking): LocalLock {
  return transaction(database, () => {
    const row = database.prepare("SELECT * FROM lock").get();
    const holder = { pid: Number(row?.["pid"]), process: String(row?.["process"]), boot: String(row?.["boot"]) };
    if (row !== undefined && processes.alive(holder)) {
      return { lock: "refused", by: { pid: holder.pid, who: String(row["who"]), since: String(row["since"]) } };
    }
    database
      .prepare("INSERT OR REPLACE INTO lock (one, pid, process, boot, who, since) VALUES (1, ?, ?, ?, ?, ?)")
      .run(by.pid, by.process, by.boot, who, since);
    return { lock: "held", release: async () => giveBack(database, by) };
  });
}

function giveBack(database: DatabaseSync, { pid, process, boot }: ProcessIdentity): void {
  database.prepare("DELETE FROM lock WHERE pid = ? AND process = ? AND boot = ?").run(pid, process, boot);
}
