// Lists of the Proxmox API as rows.
import { isRecord } from "../../lib/json.ts";

export type Row = Readonly<Record<string, unknown>>;

/** The rows of a list; what a cluster says is data, and anything else is none. */
export function rowsOf(data: unknown): readonly Row[] {
  return Array.isArray(data) ? data.filter(isRecord) : [];
}
