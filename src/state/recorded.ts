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

/** How many of these were recorded and are forgotten now. */
export function forgetKeys(database: DatabaseSync, keys: readonly ResourceKey[]): number {
  return transaction(database, () => {
    const remove = database.prepare("DELETE FROM recorded WHERE host = ? AND id = ?");
    return keys.reduce((count, { host, id }) => count + Number(remove.run(host, id).changes), 0);
  });
}
