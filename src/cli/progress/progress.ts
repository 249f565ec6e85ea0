// What people see while an apply runs; one of these is chosen at its start.
import type { Event } from "../../model/event.ts";
import type { Plan } from "../../model/plan.ts";
import type { Context } from "../command.ts";
import { jsonProgress } from "./json.ts";
import { plainProgress, quietProgress } from "./plain.ts";

export interface Progress {
  on(event: Event): void;
  /** Nothing more will come; resolves when the screen is free again. */
  end(): Promise<void>;
}

/** NDJSON for `--json`, a live list on a terminal, one line an event elsewhere. */
export async function startProgress(plan: Plan, context: Context): Promise<Progress> {
  const { io, given, printer } = context;
  const verbosity = given.count("verbose");
  if (given.flag("quiet") && !given.flag("json")) return quietProgress(printer);
  if (given.flag("json")) return jsonProgress(plan, printer);
  if (io.out.isTTY !== true || verbosity > 0 || given.flag("step")) return plainProgress(printer, verbosity);
  return (await import("./live.ts")).liveProgress(plan, context);
}
