// One host's part of an apply: lock, freshness, units in order, a last look at everything, release.
import type { Check } from "../model/check.ts";
import type { Facts } from "../model/facts.ts";
import type { Entry, Unit } from "../model/plan.ts";
import type { Holder, LockAnswer, ShellWriter } from "../model/ports/shell.ts";
import { type Problem, ProblemError, problemOf } from "../model/problem.ts";
import type { StepResult } from "../model/step.ts";
import { checkAll } from "./checks/apply.ts";
import { type Concluded, conclude, type HostRun, type Run } from "./host-run.ts";
import { otherMachine } from "./identity.ts";
import type { Lease } from "./leases.ts";
import { notProbed, probe } from "./probe.ts";
import { diffNow } from "./ready.ts";
import type { Turns } from "./turns.ts";
import { type Fresh, runUnit, skipAll } from "./unit.ts";
import type { HostSession } from "./world.ts";

export interface HostWork {
  readonly host: string;
  readonly session: HostSession;
  /** In the plan's order. */
  readonly units: readonly { readonly unit: Unit; readonly entries: readonly Entry[] }[];
  /** Run when all units are done. */
  readonly checks: readonly Check[];
  readonly holder: Holder;
  /** The plan was saved: it is consumed on the host, which must be the very machine that was planned for. */
  readonly saved?: {
    readonly planId: string;
    readonly machineId: string | undefined;
    /** This run made the machine: it is another one than before, as was planned. */
    readonly made: boolean;
  };
}

export type HostEnd = { readonly end: "done"; readonly probed: number; readonly asDesired: number } | { readonly end: "refused"; readonly problem: Problem };

/** Does everything that the plan has for a host. Refused means that nothing was touched. */
export async function workOn(work: HostWork, run: Run, turns: Turns): Promise<HostEnd> {
  run.world.emit({ event: "phase", phase: "lock", hosts: 1 });
  const replaced = await replacedMachine(work, run);
  if (replaced !== undefined) return refuse(work, replaced, turns);
  const looked: Fresh[] = [];
  const lease = await run.leases.own(work.host, () => lockAndLook(work, run, looked)).catch(problemOf);
  return "code" in lease ? refuse(work, lease, turns) : underLock(work, { run, turns, fresh: looked[0] ?? new Map(), lease });
}

function refuse({ units }: HostWork, problem: Problem, turns: Turns): HostEnd {
  for (const { unit } of units) turns.failed(unit.key);
  return { end: "refused", problem };
}

// The lock is written before the reads: what they find is what the lock protects. When it had to be waited for they were too early.
async function lockAndLook(work: HostWork, run: Run, looked: Fresh[]): Promise<ShellWriter> {
  const { answer, fresh } = await lockLooking(work, run);
  if (answer.lock === "refused") throw new ProblemError(answer.problem);
  looked.push(fresh);
  if (answer.tookOver !== undefined)
    run.world.emit({
      event: "notice",
      host: work.host,
      message: `took over the lock of run ${answer.tookOver.run} by ${answer.tookOver.who} at ${answer.tookOver.where}, which is gone`,
    });
  return answer.writer;
}

interface Locked {
  readonly answer: LockAnswer;
  readonly fresh: Fresh;
}

async function lockLooking({ host, units, session, holder, saved }: HostWork, run: Run): Promise<Locked> {
  let waited = false;
  const waiting = (by: Holder | undefined): "wait" | "give up" => {
    if (!waited)
      run.world.emit({ event: "notice", host, message: `waiting for what run ${by?.run ?? "?"} by ${by?.who ?? "?"} left running there: it is gone` });
    waited = true;
    return run.world.stop.aborted ? "give up" : "wait";
  };
  const asked = session.lock(holder, { waiting, ...(saved === undefined ? {} : { planId: saved.planId }) });
  const exact = units.flatMap(({ entries }) => entries).filter(({ entry }) => entry === "exact");
  const [answer, fresh] = await Promise.all([settleLock(asked), look(exact, session, run)]);
  return { answer, fresh: waited ? await look(exact, session, run) : fresh };
}

async function replacedMachine({ host, session, saved }: HostWork, run: Run): Promise<Problem | undefined> {
  if (saved === undefined || saved.made) return undefined;
  const facts = await run.world.facts(session.shell).catch(problemOf);
  if ("code" in facts) return facts;
  return (await otherMachine(host, facts, run.world)) ?? otherThanPlanned(host, facts, saved);
}

function otherThanPlanned(host: string, { machineId }: Facts, saved: NonNullable<HostWork["saved"]>): Problem | undefined {
  if (saved.machineId === undefined || saved.machineId === machineId) return undefined;
  const message = `${host} is another machine than the one that was planned for: its machine-id is ${machineId}, not ${saved.machineId}`;
  return { code: "stale", message, hint: "plan again, and look at what it shows" };
}

async function underLock(work: HostWork, { run, turns, fresh, lease }: { run: Run; turns: Turns; fresh: Fresh; lease: Lease }): Promise<HostEnd> {
  const { writer } = lease;
  const on: HostRun = { ...run, host: work.host, session: work.session, writer, held: () => heldBy(writer) };
  try {
    for (const { unit, entries } of work.units) {
      await turns.take(unit, (because) => (because === undefined ? unitThenChecks(unit, entries, { fresh, on }) : skipAll(entries, because, on)));
    }
    const end = await lastLook(work, on);
    if (isGood(work, on)) await checkAll(work.checks, on);
    return end;
  } finally {
    turns.leave(work.host);
    await lease.release();
  }
}

// A batch that does nothing still goes through the fence.
async function heldBy(writer: ShellWriter): Promise<StepResult> {
  const reveal = (): never => {
    throw new Error("the fence needs no value");
  };
  const [held] = await writer.batch([{ do: "run", title: "look at the lock", script: ":", args: [] }], { reveal });
  return held ?? { result: "unknown", because: "the lock could not be looked at" };
}

// A role is done when its checks are good: what requires it waits for them.
async function unitThenChecks(unit: Unit, entries: readonly Entry[], { fresh, on }: { readonly fresh: Fresh; readonly on: HostRun }): Promise<boolean> {
  return (await runUnit(entries, fresh, on)) && (await checkAll(unit.checks ?? [], on, unit.role));
}

// What a host as a whole must answer says nothing while a part of it is not done.
function isGood({ units, host }: HostWork, { outcomes, checks }: HostRun): boolean {
  const done = units.flatMap(({ entries }) => entries).every(({ address }) => ["ok", "changed"].includes(outcomes.get(address)?.outcome ?? ""));
  return done && checks.every((one) => one.host !== host || one.because === undefined);
}

async function settleLock(asked: Promise<LockAnswer>): Promise<LockAnswer> {
  try {
    return await asked;
  } catch (thrown) {
    return { lock: "refused", problem: problemOf(thrown) };
  }
}

async function look(entries: readonly Entry[], session: HostSession, run: Run): Promise<Fresh> {
  const found = await Promise.all(entries.map((entry) => probe(entry, { world: run.world, session })));
  return new Map(entries.map((entry, index) => [entry.address, found[index] ?? notProbed]));
}

// What was converged at first may have been changed by what was done since: apply proves that a second one has nothing to do.
async function lastLook(work: HostWork, on: HostRun): Promise<HostEnd> {
  const settled = work.units.flatMap(({ entries }) => entries).filter(({ address }) => ["ok", "changed"].includes(on.outcomes.get(address)?.outcome ?? ""));
  const found = await look(settled, work.session, on);
  const since = on.world.monotonicMs();
  const undone: Concluded[] = [];
  for (const entry of settled) {
    const now = found.get(entry.address) ?? notProbed;
    on.found.set(entry.address, now);
    const left =
      now.found === "present" || now.found === "absent" ? diffNow(entry, now, on).map(({ property }) => property) : ["it cannot be looked at any more"];
    if (left.length === 0) continue;
    const message = `${entry.address}: no longer as desired after the work on this host: ${left.join(", ")}`;
    undone.push({ entry, outcome: { outcome: "failed", problem: { code: "failed", message, hint: "apply again, or let one resource own it" } } });
  }
  await conclude(undone, { on, since });
  return { end: "done", probed: settled.length, asDesired: settled.length - undone.length };
}
