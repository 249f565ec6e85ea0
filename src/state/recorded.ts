// What the last apply recorded of each resource, in the state file.
import type { DatabaseSync } from "node:sqlite";
import type { Recorded, ResourceKey } from "../model/ports/state.ts";
import { transaction } from "./database.ts";
import { checked, checksumOf } from "./rows.ts";

/** What is recorded of these hosts, by host and id. */
export function recordedOf(database: DatabaseSync, hosts: readonly string[]): readonly Recorded[] {
  return database
    .prepare("SELECT * FROM recorded WHERE host IN (SELECT value FROM json_each(?)) ORDER BY host, id")
    .all(JSON.stringify(hosts))
    .map((row) => {
      checked(row, ["host", "id", "entry"]);
      return JSON.parse(String(row["entry"])) as Recorded;
    });
}

/** Records the entries in one transaction, in place of what was recorded of the same resources. */
export function recordEntries(database: DatabaseSync, entries: readonly Recorded[]): void {
  transaction(database, () => {
    const upsert = database.prepare("INSERT OR REPLACE INTO recorded (host, id, entry, checksum) VALUES (?, ?, ?, ?)");
    for (const entry of entries) {
      const values = [entry.host, entry.id, JSON.stringify(entry)] as const;
      upsert.run(...values, checksumOf(values));
    }
  });
}

/** How many of these were remembered and are forgotten now; with `made`, hlx lets go of what they made, too. */
export function forgetKeys(database: DatabaseSync, keys: readonly ResourceKey[], { made }: { readonly made: boolean }): number {
  return transaction(database, () => {
    const tables = ["DELETE FROM recorded WHERE host = ? AND id = ?", ...(made ? ["DELETE FROM made WHERE host = ? AND resource = ?"] : [])];
    const removals = tables.map((sql) => database.prepare(sql));
    return keys.reduce((count, { host, id }) => count + Math.max(...removals.map((remove) => Math.min(1, Number(remove.run(host, id).changes)))), 0);
  });
}
