// What the history keeps of a run, whichever command it came from: who began it and from which commit, and how it ended.
import { existsSync } from "node:fs";
import { dirname } from "node:path";
import type { ApplyOptions } from "../../engine/apply.ts";
import type { World } from "../../engine/world.ts";
import type { RunResult } from "../../model/event.ts";
import type { Plan } from "../../model/plan.ts";
import type { Context } from "../command.ts";
import { exitCode, type Standing } from "../exit.ts";
import { countOutcomes } from "../views/apply.ts";
import { gitCommitOf } from "./git-commit.ts";

/** Asks for the commit of the inventory's folder, or of the current one where that is not on this machine. It takes a moment: ask early, and do something else meanwhile. Never rejects. */
export function commitOf(inventoryFile: string, { io }: Context): Promise<string | undefined> {
  return gitCommitOf(existsSync(inventoryFile) ? dirname(inventoryFile) : io.cwd, io);
}

export interface Starting {
  /** What it is called in the history. */
  readonly command: string;
  readonly commit: Promise<string | undefined>;
  /** The run that this takes back. */
  readonly undoes?: number | undefined;
}

/** How the run begins, with the process that it is. */
export async function startOf({ io, words }: Context, { command, commit, undoes }: Starting): Promise<Pick<ApplyOptions, "start" | "pid">> {
  const gitCommit = await commit;
  const more = { ...(gitCommit === undefined ? {} : { gitCommit }), ...(undoes === undefined ? {} : { undoes }) };
  return { start: { command, who: io.user, where: io.hostname, argv: words, ...more }, pid: io.pid };
}

export interface Ended {
  readonly plan: Plan;
  readonly result: RunResult;
  readonly standing: Standing;
}

/** Writes down how the run ended. What became of its resources, counted. */
export async function writeEnd({ plan, result, standing }: Ended, world: World): Promise<ReturnType<typeof countOutcomes>> {
  const counts = countOutcomes(plan, result);
  const state = await world.state();
  const roundTrips = Math.max(0, ...plan.hosts.map(({ host }) => world.sessions.roundTrips(host)));
  await state.end(result.run, { at: world.now().toISOString(), exitCode: exitCode(standing), counts, roundTrips });
  return counts;
}
