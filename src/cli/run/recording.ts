// What `--trace` and `--profile` keep of a run while it goes on.
import { closeSync, openSync, writeSync } from "node:fs";
import { resolve } from "node:path";
import type { Event } from "../../model/event.ts";
import { ProblemError } from "../../model/problem.ts";
import type { Context } from "../command.ts";
import { redactedJson } from "../printer.ts";
import type { Ears } from "./session.ts";

export interface Recording {
  /** Closes the trace and prints the profile. `roundTrips` by host's name. */
  end(roundTrips: (host: string) => number): void;
}

/** Begins to listen where an option asks for it. Throws ProblemError (usage) when the trace cannot be written. */
export async function startRecording(context: Context, ears: Pick<Ears, "also">): Promise<Recording> {
  const [file, profile] = [context.given.text("trace"), context.given.flag("profile")];
  const events: Event[] = [];
  if (profile) ears.also((event) => void events.push(event));
  const close = file === undefined ? undefined : await startTrace(file, context, ears);
  const views = profile ? await import("../views/profile.ts") : undefined;
  return {
    end: (roundTrips) => {
      close?.();
      if (views !== undefined) context.printer.err(views.profileLines(events, roundTrips));
    },
  };
}

// Written at once, each line: what a run did before it was killed is what a trace is for.
async function startTrace(file: string, { io, printer }: Context, ears: Pick<Ears, "also">): Promise<() => void> {
  const { eventRecord } = await import("../views/documents.ts");
  const descriptor = opened(resolve(io.cwd, file), file);
  ears.also((event) => void writeSync(descriptor, `${redactedJson(eventRecord(event), printer.redact)}\n`));
  return () => closeSync(descriptor);
}

function opened(path: string, shown: string): number {
  try {
    return openSync(path, "w", 0o600);
  } catch (cause) {
    throw new ProblemError({ code: "usage", message: `--trace ${shown}: cannot write it`, hint: "is its folder there?", cause });
  }
}
