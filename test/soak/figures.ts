// What a soak counted, as data and as lines.
import { type Kill, type Phase, phases, sorts } from "./kill.ts";
import type { Contest } from "./operators.ts";

export interface Figures {
  readonly format: 1;
  readonly seed: number;
  /** ISO 8601, UTC. */
  readonly began: string;
  readonly minutes: number;
  readonly hlx: string;
  readonly kills: number;
  readonly phases: Readonly<Record<Phase, number>>;
  readonly contests: number;
  /** Operators that were told who holds the lock. */
  readonly refused: number;
  /** Faults by their sort; all zero in a good run. */
  readonly faults: Readonly<Record<(typeof sorts)[number], number>>;
  readonly recoveryMs: { readonly median: number; readonly longest: number };
  readonly wrong: readonly { readonly turn: number; readonly atMs?: number; readonly faults: readonly string[] }[];
}

export interface Counted {
  readonly seed: number;
  readonly began: Date;
  readonly ended: Date;
  readonly hlx: string;
  readonly kills: readonly Kill[];
  readonly contests: readonly Contest[];
}

/** Runs that had ended before their kill count as none. */
export function figuresOf({ seed, began, ended, hlx, kills: all, contests }: Counted): Figures {
  const kills = all.filter(({ phase }) => phase !== "ended");
  const faults = [...all, ...contests].flatMap((one) => one.faults);
  const took = kills.map(({ recoveryMs }) => recoveryMs).toSorted((a, b) => a - b);
  return {
    format: 1,
    seed,
    began: began.toISOString(),
    minutes: Math.round((ended.getTime() - began.getTime()) / 6000) / 10,
    hlx,
    kills: kills.length,
    phases: Object.fromEntries(phases.map((phase) => [phase, all.filter((kill) => kill.phase === phase).length])) as Figures["phases"],
    contests: contests.length,
    refused: contests.reduce((sum, one) => sum + one.refused, 0),
    faults: Object.fromEntries(sorts.map((sort) => [sort, faults.filter((fault) => fault.startsWith(`${sort}:`)).length])) as Figures["faults"],
    recoveryMs: { median: Math.round(took[Math.floor(took.length / 2)] ?? 0), longest: Math.round(took.at(-1) ?? 0) },
    wrong: [
      ...all.filter((kill) => kill.faults.length > 0).map(({ turn, atMs, faults: told }) => ({ turn, atMs, faults: told })),
      ...contests.filter((one) => one.faults.length > 0).map(({ turns, faults: told }) => ({ turn: turns[0] ?? 0, faults: told })),
    ],
  };
}

export function figureLines({ seed, began, minutes, kills, phases: where, contests, refused, faults, recoveryMs, wrong }: Figures): readonly string[] {
  return [
    `${kills} kills, seed ${seed}, ${began.slice(0, 10)}, ${minutes} minutes`,
    `  they fell: ${phases.map((phase) => `${where[phase]} ${phase}`).join(", ")}`,
    `  several operators at once: ${contests} times, ${refused} were told who holds the lock`,
    `  ${sorts.map((sort) => `${sort}: ${faults[sort]}`).join(", ")}`,
    `  from the kill to converged: ${recoveryMs.median} ms in the median, ${recoveryMs.longest} ms at most`,
    ...wrong.flatMap(({ turn, atMs, faults: told }) => [
      `  turn ${turn}${atMs === undefined ? "" : ` killed at ${Math.round(atMs)} ms`}`,
      ...told.map((fault) => `    ${fault}`),
    ]),
  ];
}
