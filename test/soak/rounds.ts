// Kills one after the other, at seeded instants spread over what an apply takes.
import type { Desk } from "./desk.ts";
import { envOf, type Kill, killOnce } from "./kill.ts";
import { playbook, prepareScript, type SoakHost } from "./scene.ts";

export interface Rounds {
  readonly desk: Desk;
  readonly host: SoakHost;
  /** In [0, 1). */
  readonly random: () => number;
  /** The turn that the host is converged to. */
  turn: number;
  /** What an apply that changes everything takes, measured. */
  fullMs: number;
}

/** Makes the host ready, converges it, and measures what an apply takes. */
export async function begin(given: Pick<Rounds, "desk" | "host" | "random">): Promise<Rounds> {
  const { desk, host } = given;
  await host.exec(prepareScript);
  await good(desk, ["secrets", "init"], 0);
  for (const turn of [1, 2]) {
    desk.write("site.yaml", playbook(turn));
    const tookMs = await good(desk, ["apply", "--yes"], turn);
    if (turn === 2) return { ...given, turn, fullMs: tookMs };
  }
  throw new Error("never");
}

/** The next kill; the later instants are the likelier ones, for at first a process only starts. One that came too late makes the next ones come earlier, and the other way round. */
export async function next(rounds: Rounds): Promise<Kill> {
  rounds.turn += 1;
  const kill = await killOnce(rounds.desk, rounds.host, { turn: rounds.turn, atMs: Math.sqrt(rounds.random()) * rounds.fullMs });
  rounds.fullMs *= kill.phase === "ended" ? 0.97 : 1.0025;
  return kill;
}

async function good(desk: Desk, args: readonly string[], turn: number): Promise<number> {
  const { code, stdout, stderr, tookMs } = await desk.start(args, { env: envOf(turn) }).ended;
  if (code !== 0) throw new Error(`hlx ${args.join(" ")}: exit ${code}\n${stdout}\n${stderr}`);
  return tookMs;
}
