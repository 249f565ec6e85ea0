// A host comes into being: what makes it from outside is done first, then it is waited for, and must be what was promised.
import type { Facts } from "../model/facts.ts";
import type { Host } from "../model/host.ts";
import type { Entry, PlannedHost, Unit } from "../model/plan.ts";
import type { ShellWriter } from "../model/ports/shell.ts";
import { type Problem, ProblemError, problemOf } from "../model/problem.ts";
import type { StepResult } from "../model/step.ts";
import { unmakeRole } from "../plan/prune.ts";
import type { HostRun, Run } from "./host-run.ts";
import { otherMachine } from "./identity.ts";
import { type Introducer, introduce } from "./introduce.ts";
import { brokenPromise } from "./outside.ts";
import { probe } from "./probe.ts";
import type { Turns } from "./turns.ts";
import { runUnit, skipAll } from "./unit.ts";
import type { HostSession, World } from "./world.ts";

/** How long a host that was just made may take until it answers, and how often it is asked, in milliseconds. */
const arrivalMs = 600_000;
const askEveryMs = 1000;
/** How long who could vouch for its key may stay silent once the host itself answers: not every image has an agent. */
const vouchingMs = 90_000;

export interface HostUnit {
  readonly unit: Unit;
  /** In the plan's order. */
  readonly entries: readonly Entry[];
}

/** Does what makes a machine go, behind everything else of its host. */
export async function unmakeHost(host: Host, units: readonly HostUnit[], { run, turns }: { readonly run: Run; readonly turns: Turns }): Promise<void> {
  const on = fromOutside(host, run);
  for (const { unit, entries } of units.filter((one) => isUnmaking(one.unit))) await takeUnit(unit, entries, { on, turns });
}

function isUnmaking({ outside, role }: Unit): boolean {
  return outside === true && role === unmakeRole;
}

function fromOutside(host: Host, run: Run): HostRun {
  return { ...run, host: host.name, session: run.world.sessions.outside(host), writer: noShell, held: async () => done };
}

/** Does the units outside. False when one of them did not end as desired: then the units inside are skipped, with the reason. */
export async function makeHost(host: Host, units: readonly HostUnit[], { run, turns }: { readonly run: Run; readonly turns: Turns }): Promise<boolean> {
  const outside = units.filter(({ unit }) => unit.outside === true && !isUnmaking(unit));
  if (outside.length === 0) return true;
  const on = fromOutside(host, run);
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

/** What is known of a host that has to answer. */
export interface Arriving {
  /** What was promised of it. */
  readonly promised: NonNullable<PlannedHost["unborn"]>;
  readonly introducer: Introducer | undefined;
  /** This run made the machine; else it must be the one that the last apply recorded. */
  readonly anew: boolean;
}

/** Connects to a host that was just made, as soon as it lets us in. Throws ProblemError: stale when it is not as promised, what refused us at the deadline, or interrupted. */
export async function arrive(host: Host, arriving: Arriving, { world, machines }: Run): Promise<HostSession> {
  const patience = patienceOf(arriving, world.monotonicMs());
  for (;;) {
    const unvouched = await introduce(host, arriving.introducer, world);
    const answer = await tryIt(() => world.sessions.again(host).then(async (session) => ({ session, facts: await world.facts(session.shell) })));
    if ("value" in answer) {
      await refuseOther(host.name, arriving, { facts: answer.value.facts, world });
      machines.set(host.name, answer.value.facts.machineId);
      return answer.value.session;
    }
    const { problem } = answer;
    if (patience.isOver(problem, world.monotonicMs()))
      throw new ProblemError(gaveUp(problem, { host, unvouched, waited: patience.waited(world.monotonicMs()) }));
    if (world.stop.aborted) throw new ProblemError({ code: "interrupted", message: `waiting for ${host.name}: interrupted`, cause: problem });
    world.emit({ event: "waiting", host: host.name, address: host.name, for: unvouched ?? `a login: ${problem.message}` });
    await world.pause(askEveryMs);
  }
}

interface Patience {
  isOver(problem: Problem, now: number): boolean;
  waited(now: number): number;
}

// A key that nobody vouches for is waited on for a while where somebody could, from the moment it is shown.
function patienceOf({ introducer }: Pick<Arriving, "introducer">, since: number): Patience {
  let shown: number | undefined;
  const untilOf = ({ code }: Problem, now: number): number => {
    if (!mayPass(code)) return now;
    if (code !== "trust") return since + arrivalMs;
    shown ??= now;
    return introducer === undefined ? now : Math.min(shown + vouchingMs, since + arrivalMs);
  };
  return { isOver: (problem, now) => now >= untilOf(problem, now), waited: (now) => now - since };
}

interface GivingUp {
  readonly host: Host;
  /** Who did not vouch for its key. */
  readonly unvouched: string | undefined;
  readonly waited: number;
}

// Whoever reads it must know which of the three was not there: the agent, the address, or a login.
function gaveUp(problem: Problem, { host, unvouched, waited }: GivingUp): Problem {
  const seconds = Math.round(waited / 1000);
  if (problem.code === "unreachable" || problem.code === "privilege")
    return { ...problem, message: `waited ${seconds} s for ${host.name}${unvouched === undefined ? "" : ` and for ${unvouched}`}: ${problem.message}` };
  if (problem.code !== "trust" || unvouched === undefined) return problem;
  const hint = `compare its key on its console, then hlx trust ${host.name}; an image with an agent (vm.agent: true) needs neither`;
  return { ...problem, message: `${problem.message}; ${unvouched} did not vouch for it within ${seconds} s`, hint };
}

interface Came {
  readonly facts: Facts;
  readonly world: World;
}

async function refuseOther(host: string, { promised, anew }: Arriving, { facts, world }: Came): Promise<void> {
  const other = brokenPromise(host, promised, facts) ?? (anew ? undefined : await otherMachine(host, facts, world));
  if (other !== undefined) throw new ProblemError(other);
}

// Accounts and sudo rules appear while a machine starts for the first time, and it may make its keys anew; what is wrong for good stays wrong.
function mayPass(code: Problem["code"]): boolean {
  return code === "unreachable" || code === "privilege" || code === "trust";
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
