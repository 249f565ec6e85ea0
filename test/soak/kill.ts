// One kill: a run is killed at an instant, the next one makes everything good; everything that is not as promised is told.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { JournalRecord, RunSummary } from "../../src/model/ports/state.ts";
import { openState } from "../../src/state/open.ts";
import { type Desk, type HlxRun, inside } from "./desk.ts";
import { files, glanceScript, lookScript, playbook, type Seen, type SoakHost, seenIn, tokenOf } from "./scene.ts";
import { toldBy } from "./told.ts";

/** Where in its way a run was when it was killed. */
export const phases = ["before it connected", "looking", "planned", "locking", "a step in flight", "between steps", "ended"] as const;
export type Phase = (typeof phases)[number];

export interface Kill {
  readonly turn: number;
  readonly atMs: number;
  readonly phase: Phase;
  /** From the kill to the end of the run that made everything good. */
  readonly recoveryMs: number;
  /** What is not as promised; each begins with one of `sorts`. */
  readonly faults: readonly string[];
}

/** What can be wrong: acknowledged and gone; done twice; half a file; left lying; a secret elsewhere; told wrongly; not converged. */
export const sorts = ["lost", "doubled", "torn", "left over", "leak", "false", "stuck"] as const;

/** Starts an apply of a turn in which everything changes, kills it after so many milliseconds, and has the next run go on. */
export async function killOnce(desk: Desk, host: SoakHost, { turn, atMs }: { readonly turn: number; readonly atMs: number }): Promise<Kill> {
  const env = envOf(turn);
  desk.write("site.yaml", playbook(turn));
  desk.write("trace", "");
  const victim = desk.start(["apply", "--yes", "--trace", "trace"], { env });
  const timer = setTimeout(() => victim.kill("SIGKILL"), atMs);
  const { code } = await victim.ended;
  clearTimeout(timer);
  const killedAt = performance.now();
  const phase = code === null ? phaseIn(desk) : "ended";
  const glance = seenIn(await host.exec(glanceScript));
  const planned = await inside(desk, ["plan"], { env });
  const applied = await inside(desk, ["apply", "--yes"], { env });
  const recoveryMs = performance.now() - killedAt;
  const again = await inside(desk, ["plan", "--detailed-exitcode"], { env });
  const look = seenIn(await host.exec(lookScript));
  const faults = [
    ...torn(glance, turn),
    ...wrongExit("plan", planned),
    ...wrongExit("apply", applied),
    ...wrongExit("the second plan", again),
    ...notConverged(look, turn),
    ...(await journalFaults(desk, glance, turn)),
    ...leftHere(desk),
  ];
  return { turn, atMs, phase, recoveryMs, faults };
}

/** The environment with this turn's secret. */
export function envOf(turn: number): Readonly<Record<string, string>> {
  return { HLX_SECRET_SOAK_TOKEN: tokenOf(turn) };
}

function phaseIn({ folder }: Desk): Phase {
  const trace = join(folder, "trace");
  const events = existsSync(trace)
    ? readFileSync(trace, "utf8")
        .split("\n")
        .map((line) => /"event":"(\w+)"/.exec(line)?.[1] ?? "")
    : [];
  const begun = events.filter((event) => event === "started").length;
  const ended = events.filter((event) => event === "ended").length;
  if (begun > 0) return begun > ended ? "a step in flight" : "between steps";
  if (events.includes("planned")) return events.slice(events.indexOf("planned")).includes("phase") ? "locking" : "planned";
  return events.includes("connected") ? "looking" : "before it connected";
}

function torn({ files: seen }: Seen, turn: number): readonly string[] {
  const whole = [String(turn), String(turn - 1)];
  return [...seen].filter(([, [first, last]]) => first !== last || !whole.includes(first)).map(([path, lines]) => `torn: ${path} says ${lines.join(" and ")}`);
}

function wrongExit(what: string, { code, stdout, stderr }: HlxRun): readonly string[] {
  return code === 0 ? [] : [`stuck: ${what} ended with ${code}: ${toldBy(stderr + stdout)}`];
}

/** What is not as desired on the host after an apply of this turn. */
export function notConverged({ files: seen, log, loaded, left, leaks }: Seen, turn: number): readonly string[] {
  const times = (line: string): number => log.filter((one) => one === line).length;
  const counted = [`once ${turn}`, `long ${turn}`].map((line) => [line, times(line)] as const);
  return [
    ...files.filter((path) => seen.get(path)?.join() !== `${turn},${turn}`).map((path) => `lost: ${path} is not of turn ${turn}`),
    ...counted.filter(([, count]) => count === 0).map(([line]) => `lost: ${line} was not done`),
    ...counted.filter(([, count]) => count > 1).map(([line, count]) => `doubled: ${line} was done ${count} times`),
    ...log.filter((line) => line.startsWith("both")).map((line) => `doubled: two at once, ${line}`),
    ...(loaded === String(turn) ? [] : [`lost: the service has loaded turn ${loaded}, not ${turn}`]),
    ...left.map((path) => `left over: ${path}`),
    ...leaks.map((path) => `leak: ${path}`),
  ];
}

/** The run that was killed: as it is remembered, against what its host said right after. */
async function journalFaults({ folder }: Desk, glance: Seen, turn: number): Promise<readonly string[]> {
  const state = await openState(join(folder, ".hlx"), { now: () => new Date(), pid: process.pid });
  try {
    const runs = (await state.runs({ last: 2 })).filter(({ ended }) => ended === undefined);
    const told = await Promise.all(runs.map(async (run) => toldFaults(run, await state.journalOf(run.run), { glance, turn })));
    return told.flat();
  } finally {
    await state.close();
  }
}

function toldFaults({ run, interrupted }: RunSummary, journal: readonly JournalRecord[], { glance, turn }: { glance: Seen; turn: number }): readonly string[] {
  const changed = journal.flatMap((record) => (record.record === "outcome" && record.outcome === "changed" ? [record.address] : []));
  const wrong = changed.filter((address) => {
    const path = address.split("file:")[1];
    return path !== undefined && glance.files.get(path)?.[0] !== String(turn);
  });
  return [
    ...(interrupted === true ? [] : [`false: run ${run} is told to go on`]),
    ...wrong.map((address) => `false: ${address} was told as changed, and is not`),
  ];
}

function leftHere({ folder }: Desk): readonly string[] {
  return readdirSync(join(folder, ".hlx"), { recursive: true, encoding: "utf8" })
    .filter((name) => /\.new-\d+/.test(name))
    .map((name) => `left over: here, .hlx/${name}`);
}
