// What commands that look at hosts share: a project, a world over it, and closing what was opened.
import { setTimeout as sleep } from "node:timers/promises";
import type { World } from "../../engine/world.ts";
import type { Emit, Event } from "../../model/event.ts";
import type { Context } from "../command.ts";
import { startRecording } from "./recording.ts";
import type { ProjectSecrets } from "./secrets.ts";
import { openWorld, type WorldOptions } from "./world.ts";

/** What happens during a run, with its time; the listener can be replaced while it runs. */
export interface Ears {
  listen(listener: (event: Event) => void): void;
  /** A listener that stays, whoever else listens. */
  also(listener: (event: Event) => void): void;
  readonly emit: Emit;
}

export function makeEars(monotonicMs: () => number): Ears {
  const since = monotonicMs();
  let listener: (event: Event) => void = () => {};
  const others: ((event: Event) => void)[] = [];
  return {
    listen: (next) => {
      listener = next;
    },
    also: (other) => void others.push(other),
    emit: (event) => {
      const timed = { ms: Math.round(monotonicMs() - since), ...event } as Event;
      for (const hears of [listener, ...others]) hears(timed);
    },
  };
}

/** Where a world differs from the usual one: that of the twins has its own known_hosts and its own state. */
export type Around = Pick<WorldOptions, "knownHosts" | "containers" | "state">;

/** Opens a world for the work and closes its sessions and state afterwards, whatever happened. */
export async function withWorld<Result>(
  context: Context,
  project: ProjectSecrets & Around,
  use: (world: World, ears: Ears) => Promise<Result>,
): Promise<Result> {
  const ears = makeEars(context.io.monotonicMs);
  const recording = await startRecording(context, ears);
  const { world, close } = await openWorld(context, { ...project, emit: ears.emit });
  try {
    return await use(world, ears);
  } finally {
    await closed(close(), context.io.stop);
    recording.end((host) => world.sessions.roundTrips(host));
  }
}

/** Whoever is told to stop does not wait long for hosts that do not answer. */
const patienceMs = 1000;

async function closed(closing: Promise<void>, stop: AbortSignal): Promise<void> {
  await (stop.aborted ? Promise.race([closing, sleep(patienceMs)]) : closing);
}
