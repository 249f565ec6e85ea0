// Events as NDJSON, one a line.
import type { Plan } from "../../model/plan.ts";
import type { Printer } from "../printer.ts";
import { eventRecord } from "../views/documents.ts";
import type { Progress } from "./progress.ts";

/** Begins with the plan, since events begin with the apply. */
export function jsonProgress(plan: Plan, printer: Printer): Progress {
  printer.record(eventRecord({ ms: 0, event: "planned", plan }));
  return { on: (event) => printer.record(eventRecord(event)), end: async () => {} };
}
