// Pieces that tests of the state share.
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Recorded, RunStart, State } from "../../src/model/ports/state.ts";
import { ProblemError } from "../../src/model/problem.ts";
import { openState } from "../../src/state/open.ts";

export const now = (): Date => new Date("2026-11-21T08:00:00.000Z");
export const start: RunStart = { command: "apply", who: "ada", where: "desk", at: "2026-11-21T08:00:00.000Z", argv: ["apply", "-l", "ocean"] };
export const ending = { at: "2026-11-21T08:01:00.000Z", exitCode: 0, counts: { changed: 2 } };

export function newFolder(): string {
  return join(mkdtempSync(join(tmpdir(), "hlx-state-")), ".hlx");
}

export function open(folder: string, pid = process.pid): Promise<State> {
  return openState(folder, { now, pid });
}

export function entry(host: string, id: string, actual = "x"): Recorded {
  const address = `${host}/base/${id}`;
  return { host, id, address, kind: "file", run: 1, at: start.at, desired: "0".repeat(64), actual, sealed: false, machineId: "m" };
}

/** What the work threw; fails when it is no ProblemError. */
export async function problemIn(work: () => Promise<unknown>): Promise<ProblemError> {
  const thrown: unknown = await work().then(
    () => "nothing was thrown",
    (error: unknown) => error,
  );
  if (thrown instanceof ProblemError) return thrown;
  throw new Error(`no ProblemError: ${String(thrown)}`, { cause: thrown });
}

/** Numbers in [0, 1) that are the same in every run of the tests (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
