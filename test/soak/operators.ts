// Several operators at once, from clones of their own: one writes at a time, the others are told who does, and the end is one of what they wanted.
import type { Desk, HlxRun } from "./desk.ts";
import { envOf, notConverged } from "./kill.ts";
import { lookScript, playbook, type SoakHost, seenIn } from "./scene.ts";
import { toldBy } from "./told.ts";

export interface Contest {
  readonly turns: readonly number[];
  /** How many were told that another one holds the lock. */
  readonly refused: number;
  readonly faults: readonly string[];
}

/** Every desk applies its own turn, each a little later than the one before it. The last turn is applied once more at the end. */
export async function contest(desks: readonly Desk[], host: SoakHost, given: { readonly turn: number; readonly random: () => number }): Promise<Contest> {
  const turns = desks.map((_, index) => given.turn + index);
  const runs = await Promise.all(desks.map((desk, index) => after(given.random() * 400, () => apply(desk, turns[index] ?? 0))));
  const [desk, turn] = [desks.at(-1), turns.at(-1) ?? 0];
  const last = desk === undefined ? undefined : await apply(desk, turn);
  const seen = seenIn(await host.exec(lookScript));
  return {
    turns,
    refused: runs.filter((run) => isRefused(run)).length,
    faults: [...runs, ...(last === undefined ? [] : [last])].flatMap((run) => unexpected(run)).concat(notConverged(seen, turn)),
  };
}

function apply(desk: Desk, turn: number): Promise<HlxRun> {
  desk.write("site.yaml", playbook(turn));
  return desk.start(["apply", "--yes"], { env: envOf(turn) }).ended;
}

/** Told who holds the lock, where, and since when. */
export function isRefused({ code, stdout, stderr }: HlxRun): boolean {
  return code === 3 && /refused: locking box: \S+ on \S+ applies run \S+ \(pid \d+\) since \d{4}-/.test(stdout + stderr);
}

// What moved between plan and lock, because another one was there in between, is stale: told, and nothing was done.
function unexpected(run: HlxRun): readonly string[] {
  const { code, stdout, stderr } = run;
  if (code === 0 || code === 6 || isRefused(run)) return [];
  return [`stuck: an operator's apply ended with ${code}: ${toldBy(stderr + stdout)}`];
}

function after<Result>(ms: number, work: () => Promise<Result>): Promise<Result> {
  return new Promise((resolve, reject) => setTimeout(() => work().then(resolve, reject), ms));
}
