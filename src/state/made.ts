// What hlx made on hosts, in the state file.

import type { DatabaseSync } from "node:sqlite";
import type { Made, MadeChange } from "../model/ports/state.ts";
import { partsOf } from "../model/resource.ts";
import { checked, checksumOf } from "./rows.ts";

/** Rollback reaches back ten runs (what hosts keep for it); things that were removed before that are forgotten. */
const runsKept = 20;

/** What hlx made on these hosts, by host and id. */
export function madeOn(database: DatabaseSync, hosts: readonly string[]): readonly Made[] {
  return database
    .prepare("SELECT * FROM made WHERE host IN (SELECT value FROM json_each(?)) ORDER BY host, id")
    .all(JSON.stringify(hosts))
    .map((row) => {
      checked(row, ["host", "id", "resource", "gone", "entry"]);
      return JSON.parse(String(row["entry"])) as Made;
    });
}

/** Inside a transaction of the caller's. */
export function changeMade(database: DatabaseSync, run: number, changes: readonly MadeChange[]): void {
  if (changes.length === 0) return;
  const put = database.prepare("INSERT OR REPLACE INTO made (host, id, resource, gone, entry, checksum) VALUES (?, ?, ?, ?, ?, ?)");
  const drop = database.prepare("DELETE FROM made WHERE host = ? AND id = ?");
  for (const change of changes) {
    if ("drop" in change) {
      drop.run(change.drop.host, change.drop.id);
      continue;
    }
    const { host, id, address, gone = null } = change.put;
    const values = [host, id, partsOf(address).id, gone, JSON.stringify(change.put)] as const;
    put.run(...values, checksumOf(values));
  }
  database.prepare("DELETE FROM made WHERE gone < ?").run(run - runsKept);
}

/** Every host of which something is remembered, sorted. */
export function rememberedHosts(database: DatabaseSync): readonly string[] {
  return database
    .prepare("SELECT host FROM recorded UNION SELECT host FROM made WHERE gone IS NULL ORDER BY host")
    .all()
    .map((row) => String(row["host"]));
}
