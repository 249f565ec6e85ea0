// A host comes into being: what makes it from outside is done first, then it is waited for, and must be what was promised.
import { setTimeout as sleep } from "node:timers/promises";
import type { Host } from "../model/host.ts";
import type { Entry, PlannedHost, Unit } from "../model/plan.ts";
import type { ShellWriter } from "../model/ports/shell.ts";
import { type Problem, ProblemError, problemOf } from "../model/problem.ts";
import type { StepResult } from "../model/step.ts";
import type { HostRun, Run } from "./host-run.ts";
import { brokenPromise } from "./outside.ts";
import { probe } from "./probe.ts";
import type { Turns } from "./turns.ts";
import { runUnit, skipAll } from "./unit.ts";
import type { HostSession } from "./world.ts";

/** How long a host that was just made may take until it answers, and how often it is asked, in milliseconds. */
const arrivalMs = 600_000;
const askEveryMs = 1000;

export interface HostUnit {
  readonly unit: Unit;
  /** In the plan's order. */
  readonly entries: readonly Entry[];
}

/** Does the units outside. False when one of them did not end as desired: then the units inside are skipped, with the reason. */
export async function makeHost(host: Host, units: readonly HostUnit[], { run, turns }: { readonly run: Run; readonly turns: Turns }): Promise<boolean> {
  const outside = units.filter(({ unit }) => unit.outside === true);
  if (outside.length === 0) return true;
  const on: HostRun = { ...run, host: host.name, session: run.world.sessions.outside(host), writer: noShell, held: async () => done };
  let good = true;
  for (const { unit, entries } of outside) good = (await takeUnit(unit, entries, { on, turns })) && good;
  if (good) return true;
  for (const { unit, entries } of units.filter((one) => one.unit.outside !== true)) {
    await turns.take(unit, (because) => skipAll(entries, because ?? `${host.name} was not made as desired`, on));
  }
  return false;
}

async function takeUnit(unit: Unit, entries: readonly Entry[], { on, turns }: { readonly on: HostRun; readonly turns: Turns }): Promise<boolean> {
  let good = false;
  await turns.take(unit, async (because) => {
    if (because !== undefined) return skipAll(entries, because, on);
    const exact = entries.filter(({ entry }) => entry === "exact");
    const fresh = await Promise.all(exact.map(async (entry) => [entry.address, await probe(entry, on)] as const));
    good = await runUnit(entries, new Map(fresh), on);
    return good;
  });
  return good;
}

/** Connects to a host that was just made, as soon as it lets us in. Throws ProblemError: stale when it is not as promised, what refused us at the deadline, or interrupted. */
export async function arrive(host: Host, promised: NonNullable<PlannedHost["unborn"]>, { world }: Run): Promise<HostSession> {
  const deadline = world.monotonicMs() + arrivalMs;
  for (;;) {
    const answer = await tryIt(() => world.sessions.again(host).then(async (session) => ({ session, facts: await world.facts(session.shell) })));
    if ("value" in answer) return kept(host.name, promised, answer.value);
    const { problem } = answer;
    if (!mayPass(problem) || world.monotonicMs() >= deadline) throw new ProblemError(problem);
    if (world.stop.aborted) throw new ProblemError({ code: "interrupted", message: `waiting for ${host.name}: interrupted`, cause: problem });
    world.emit({ event: "waiting", host: host.name, address: host.name, for: `a login: ${problem.message}` });
    await sleep(askEveryMs, undefined, { signal: world.stop }).catch(() => undefined);
  }
}

function kept(
  host: string,
  promised: NonNullable<PlannedHost["unborn"]>,
  { session, facts }: { session: HostSession; facts: Parameters<typeof brokenPromise>[2] },
) {
  const broken = brokenPromise(host, promised, facts);
  if (broken !== undefined) throw new ProblemError(broken);
  return session;
}

// Accounts and sudo rules appear while a machine starts for the first time; a wrong host key does not become right.
function mayPass({ code }: Problem): boolean {
  return code === "unreachable" || code === "privilege";
}

async function tryIt<Value>(work: () => Promise<Value>): Promise<{ readonly value: Value } | { readonly problem: Problem }> {
  try {
    return { value: await work() };
  } catch (thrown) {
    return { problem: problemOf(thrown) };
  }
}

const done: StepResult = { result: "done", output: "" };
const refused: StepResult = { result: "failed", output: "", exitStatus: 1, because: "what makes a host from outside has no shell to run this in" };

const noShell: ShellWriter = {
  batch: async (steps) => steps.map(() => refused),
  long: async () => refused,
  release: async () => undefined,
};
