// Events as NDJSON, one a line.
import type { Printer } from "../printer.ts";
import { eventRecord } from "../views/documents.ts";
import type { Progress } from "./progress.ts";

export function jsonProgress(printer: Printer): Progress {
  return { on: (event) => printer.record(eventRecord(event)), end: async () => {} };
}
