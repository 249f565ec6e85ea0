// Runs and their journal in the state file.
import type { DatabaseSync } from "node:sqlite";
import type { JournalRecord, MadeChange, RunStart, RunSummary, State } from "../model/ports/state.ts";
import { transaction } from "./database.ts";
import { changeMade } from "./made.ts";
import type { Processes, ProcessIdentity } from "./processes.ts";
import { checked, checksumOf, type Row } from "./rows.ts";

const columns = ["start", "ending", "pid", "process", "boot"] as const;

/** The number that the next run will most likely have. */
export function nextRun(database: DatabaseSync): number {
  return 1 + Number(database.prepare("SELECT seq FROM sqlite_sequence WHERE name = 'runs'").get()?.["seq"] ?? 0);
}

/** Writes that a run begins; its number. */
export function insertRun(database: DatabaseSync, start: RunStart, by: ProcessIdentity): number {
  const values = [JSON.stringify(start), null, by.pid, by.process, by.boot] as const;
  const { lastInsertRowid } = database
    .prepare("INSERT INTO runs (start, ending, pid, process, boot, checksum) VALUES (?, ?, ?, ?, ?, ?)")
    .run(...values, checksumOf(values));
  return Number(lastInsertRowid);
}

export function endRun(database: DatabaseSync, run: number, end: Parameters<State["end"]>[1]): void {
  transaction(database, () => {
    const row = database.prepare("SELECT * FROM runs WHERE run = ?").get(run);
    if (row === undefined) throw new RangeError(`there is no run ${run}`);
    checked(row, columns);
    const ending = JSON.stringify({ ended: end.at, exitCode: end.exitCode, counts: end.counts, roundTrips: end.roundTrips });
    const checksum = checksumOf(columns.map((column) => (column === "ending" ? ending : (row[column] ?? null))));
    database.prepare("UPDATE runs SET ending = ?, checksum = ? WHERE run = ?").run(ending, checksum, run);
  });
}

/** The last runs, newest last. One that never ended and whose process is gone is interrupted. */
export function lastRuns(database: DatabaseSync, processes: Processes, last: number): readonly RunSummary[] {
  return database
    .prepare("SELECT * FROM runs ORDER BY run DESC LIMIT ?")
    .all(last)
    .map((row) => summaryOf(row, processes))
    .reverse();
}

function summaryOf(row: Row, processes: Processes): RunSummary {
  checked(row, columns);
  const start = JSON.parse(String(row["start"])) as RunStart;
  const run = Number(row["run"]);
  if (row["ending"] !== null) return { ...start, run, ...(JSON.parse(String(row["ending"])) as object) };
  const by = { pid: Number(row["pid"]), process: String(row["process"]), boot: String(row["boot"]) };
  return processes.alive(by) ? { ...start, run } : { ...start, run, interrupted: true };
}

/** Appends to a run's journal in one transaction. */
export function appendJournal(
  database: DatabaseSync,
  entries: { readonly run: number; readonly at: string; readonly records: readonly JournalRecord[]; readonly made?: readonly MadeChange[] },
): void {
  const { run, at, records, made = [] } = entries;
  transaction(database, () => {
    changeMade(database, run, made);
    const last = database.prepare("SELECT max(number) AS number FROM journal WHERE run = ?").get(run)?.["number"];
    const insert = database.prepare("INSERT INTO journal (run, number, at, record, checksum) VALUES (?, ?, ?, ?, ?)");
    for (const [index, record] of records.entries()) {
      const values = [run, Number(last ?? 0) + index + 1, at, JSON.stringify(record)] as const;
      insert.run(...values, checksumOf(values));
    }
  });
}

/** A run's journal in the order of writing. */
export function journalOf(database: DatabaseSync, run: number): readonly (JournalRecord & { readonly at: string })[] {
  return database
    .prepare("SELECT * FROM journal WHERE run = ? ORDER BY number")
    .all(run)
    .map((row) => {
      checked(row, ["run", "number", "at", "record"]);
      return { ...(JSON.parse(String(row["record"])) as JournalRecord), at: String(row["at"]) };
    });
}
