// Rows with a checksum: written with it, and refused when it no longer fits.
import { sha256 } from "../lib/hash.ts";
import { canonical } from "../lib/json.ts";

export type Row = Readonly<Record<string, unknown>>;

/** The checksum of a row's columns. */
export function checksumOf(columns: readonly unknown[]): string {
  return sha256(canonical(columns)).slice(0, 16);
}

/** Thrown for a row that was changed by something else than hlx; becomes the problem "damaged". */
export class DamagedRow extends Error {}

/** The JSON of a checked row. */
export function checked(row: Row, columns: readonly string[]): void {
  if (row["checksum"] !== checksumOf(columns.map((column) => row[column] ?? null)))
    throw new DamagedRow(`a row with ${columns.join(", ")} has another checksum`);
}
