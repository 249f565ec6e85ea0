// Apply: lock (here and on each host) → freshness → journal → steps in graph order, each verified → record.
import { kept } from "../lib/kept.ts";
import { semaphore } from "../lib/semaphore.ts";
import type { Outcome, RunResult } from "../model/event.ts";
import { bareHost } from "../model/host.ts";
import type { Found, Risk } from "../model/kind.ts";
import { highestRisk } from "../model/kind.ts";
import type { Entry, Plan, PlannedHost, Unit } from "../model/plan.ts";
import type { Holder } from "../model/ports/shell.ts";
import type { RunStart, State } from "../model/ports/state.ts";
import { type Problem, ProblemError, problemOf } from "../model/problem.ts";
import { type Address, covers } from "../model/resource.ts";
import { belongsTo, unmakeRole } from "../plan/prune.ts";
import { actualKey } from "../plan/texts.ts";
import { guardedRisks } from "../plan/totals.ts";
import { arrive, type HostUnit, makeHost, unmakeHost } from "./birth.ts";
import { lockElsewhere } from "./elsewhere.ts";
import type { Approve, Run } from "./host-run.ts";
import { type HostEnd, workOn } from "./host-work.ts";
import { introducerOf } from "./introduce.ts";
import { makeLeases } from "./leases.ts";
import { keepingMade } from "./made.ts";
import { hostCapability } from "./outside.ts";
import { recordAll } from "./record.ts";
import { keyFor, secretsOf } from "./survey.ts";
import { makeTurns, type Turns } from "./turns.ts";
import { undoFolder } from "./undo.ts";
import type { HostSession, World } from "./world.ts";

export interface ApplyOptions {
  /** The plan came from a file: it may be used once, on each host. */
  readonly saved: boolean;
  /** Risks that were allowed by name; what is guarded and not allowed refuses the whole apply. */
  readonly allow: readonly Risk[];
  /** Hosts at once. */
  readonly forks: number;
  readonly start: Omit<RunStart, "at" | "planId">;
  readonly pid: number;
  /** What planning found, when it was this process that planned: saves a look at hosts with nothing to do. */
  readonly found?: ReadonlyMap<Address, Found<unknown>>;
  /** Asked before each resource that has something to do, one at a time on a host; no means that it is skipped. */
  readonly approve?: Approve;
}

/** Does what the plan shows. Throws ProblemError when it may not begin: a risk not allowed, a lock held here. What goes wrong on hosts is in the result. */
export async function applyPlan(world: World, plan: Plan, options: ApplyOptions): Promise<RunResult> {
  refuseRisks(plan, options.allow);
  const state = await world.state();
  const lock = await state.lock(options.start.who);
  if (lock.lock === "refused") throw new ProblemError(heldHere(lock.by));
  try {
    const number = await state.begin({ ...options.start, at: world.now().toISOString(), planId: plan.id });
    const found = new Map(options.found ?? []);
    const kept = await keepingMade(state, { plan, run: number, kinds: world.kinds, found, undoes: options.start.undoes !== undefined });
    const run = await prepare(plan, { world, state: kept, number, options, found });
    const ends = await allHosts(plan, run, options);
    for (const end of ends.values()) if (end.end === "broken") throw end.thrown;
    await recordAll(plan, run);
    return resultOf(plan, run, ends);
  } finally {
    await lock.release();
  }
}

function refuseRisks(plan: Plan, allow: readonly Risk[]): void {
  const refused = plan.entries.filter(({ changes }) => {
    const risk = highestRisk(changes);
    return guardedRisks.includes(risk) && !allow.includes(risk);
  });
  const [first] = refused;
  if (first === undefined) return;
  const needed = [...new Set(refused.map(({ changes }) => highestRisk(changes)))];
  throw new ProblemError({
    code: "risk",
    message: `${first.address} has risk ${highestRisk(first.changes)}, which was not allowed${refused.length > 1 ? `, and ${refused.length - 1} more` : ""}`,
    hint: `allow it by name: ${needed.map((risk) => `--allow ${risk}`).join(" ")}`,
  });
}

interface Preparing {
  readonly world: World;
  readonly state: State;
  readonly number: number;
  readonly options: ApplyOptions;
  readonly found: Map<Address, Found<unknown>>;
}

async function prepare(plan: Plan, { world, state, number, options, found }: Preparing): Promise<Run> {
  const secrets = await secretsOf(
    plan.entries.map((entry) => ({ resource: entry })),
    world,
  );
  const key = await keyFor(secrets, world);
  const busy = plan.entries.filter(({ action, entry }) => action !== "none" || entry !== "exact");
  const actuals = new Map(plan.entries.flatMap(({ address, host, id }) => actualOf(found.get(address), actualKey(host, id))));
  const locks = new Map<string, ReturnType<typeof semaphore>>();
  const leases = makeLeases();
  return {
    leases,
    elsewhere: (host) => leases.share(host, () => lockElsewhere(knownHost(host, plan), holderOf({ run: number, planId: plan.id, world }, options), world)),
    world,
    state,
    run: number,
    planId: plan.id,
    secrets,
    key,
    found,
    actuals,
    ...(options.approve === undefined ? {} : { approve: options.approve }),
    changing: new Set(busy.map(({ host, id }) => actualKey(host, id))),
    outcomes: new Map(),
    checks: [],
    machines: new Map(),
    locks: (name) => kept(locks, name, () => semaphore(1)),
  };
}

function actualOf(found: Found<unknown> | undefined, key: string): readonly (readonly [string, unknown])[] {
  return found?.found === "present" ? [[key, found.actual]] : [];
}

type Ended =
  | HostEnd
  | { readonly end: "unreachable"; readonly problem: Problem }
  | { readonly end: "idle" }
  /** What failed is on this side: the state cannot be written, or nobody answers a question any more. */
  | { readonly end: "broken"; readonly thrown: unknown };

async function allHosts(plan: Plan, run: Run, options: ApplyOptions): Promise<ReadonlyMap<string, Ended>> {
  const turns = makeTurns(plan.units, options.forks);
  const ends = await Promise.all(plan.hosts.map(async (host) => [host.host, await oneHost(host, { plan, run, turns, options })] as const));
  return new Map(ends);
}

interface OneHost {
  readonly plan: Plan;
  readonly run: Run;
  readonly turns: Turns;
  readonly options: ApplyOptions;
}

// What is done in it first, then the machine itself where it goes.
async function oneHost(planned: PlannedHost, around: OneHost): Promise<Ended> {
  const { plan, run, turns } = around;
  const end = await inHost(planned, around);
  const units = plan.units.filter(({ host }) => host === planned.host).map((unit) => ({ unit, entries: entriesOf(unit, plan) }));
  await unmakeHost(bareHost(planned.host, planned.login), units, { run, turns });
  return end;
}

async function inHost(planned: PlannedHost, { plan, run, turns, options }: OneHost): Promise<Ended> {
  const all = plan.units.filter(({ host }) => host === planned.host).map((unit) => ({ unit, entries: entriesOf(unit, plan) }));
  const giveUp = (end: Ended): Ended => {
    for (const { unit } of all.filter((one) => one.unit.role !== unmakeRole)) turns.failed(unit.key);
    return end;
  };
  if (planned.unreachable !== undefined) return giveUp({ end: "unreachable", problem: planned.unreachable });
  if (!(await makeHost(bareHost(planned.host, planned.login), all, { run, turns }))) return { end: "done", probed: 0, asDesired: 0 };
  const units = all.filter(({ unit }) => unit.outside !== true);
  const unchecked = planned.checks === undefined && units.every(({ unit }) => unit.checks === undefined);
  if (unchecked && units.every(({ entries }) => entries.every((entry) => isIdle(entry) && run.found.has(entry.address))))
    return nothingToDo(
      units.flatMap(({ entries }) => entries),
      { run, turns, units },
    );
  const opened = await openSession(planned, all, run).catch(problemOf);
  if ("code" in opened) return giveUp({ end: opened.code === "stale" ? "refused" : "unreachable", problem: opened });
  const saved = options.saved ? { saved: { planId: plan.id, machineId: planned.machineId, made: wasMade(all, run) } } : {};
  const checks = planned.checks ?? [];
  const work = { host: planned.host, session: opened, units, checks, holder: holderOf(run, options), ...saved };
  return workOn(work, run, turns).catch((thrown: unknown) => giveUp({ end: "broken", thrown }));
}

async function openSession(planned: PlannedHost, units: readonly HostUnit[], run: Run): Promise<HostSession> {
  const host = bareHost(planned.host, planned.login);
  if (planned.unborn === undefined && !wasRestarted(units, run)) return run.world.sessions.of(host);
  await run.world.sessions.leave(host);
  const makers = units.filter(({ unit }) => unit.outside === true).flatMap(({ entries }) => entries);
  const introducer = introducerOf(host.name, makers, run.world);
  const anew = wasMade(units, run);
  return arrive(host, { promised: planned.unborn ?? {}, introducer: introducer && { ...introducer, anew }, anew }, run);
}

/** Did what this run did from outside cut the connection that planning opened? */
function wasRestarted(units: readonly HostUnit[], { outcomes }: Run): boolean {
  const outside = units.filter(({ unit }) => unit.outside === true).flatMap(({ entries }) => entries);
  return outside.some(({ address, changes }) => outcomes.get(address)?.outcome === "changed" && highestRisk(changes) !== "none");
}

/** Did this very run bring the machine into being? */
function wasMade(units: readonly HostUnit[], { outcomes }: Run): boolean {
  const makers = units.filter(({ unit }) => unit.outside === true).flatMap(({ entries }) => entries);
  return makers.some((entry) => {
    const makes = entry.provides.some((capability) => covers(capability, hostCapability(entry.host)));
    return makes && ["create", "replace"].includes(entry.action) && outcomes.get(entry.address)?.outcome === "changed";
  });
}

// Requirements elsewhere count as fulfilled: what is converged needs no turn.
function nothingToDo(
  entries: readonly Entry[],
  { run, turns, units }: { run: Run; turns: Turns; units: readonly { readonly unit: { readonly key: string } }[] },
): Ended {
  for (const { address } of entries) run.outcomes.set(address, { outcome: "ok" } satisfies Outcome);
  for (const { unit } of units) turns.done(unit.key);
  return { end: "idle" };
}

function isIdle({ entry, action }: Entry): boolean {
  return entry === "exact" && action === "none";
}

function entriesOf(unit: Unit, plan: Plan): readonly Entry[] {
  return plan.entries.filter((entry) => belongsTo(entry, unit));
}

function knownHost(name: string, { hosts, peers = [] }: Plan): Pick<PlannedHost, "host" | "login"> {
  const known = [...hosts, ...peers].find(({ host }) => host === name);
  if (known === undefined) throw new ProblemError({ code: "stale", message: `the plan does not know the host ${name}`, hint: "plan again" });
  return known;
}

function holderOf(run: Pick<Run, "run" | "planId" | "world">, { start, pid }: ApplyOptions): Holder {
  return { run: undoFolder(run.run, run.planId), who: start.who, where: start.where, pid, since: run.world.now().toISOString() };
}

function heldHere({ pid, who, since }: { readonly pid: number; readonly who: string; readonly since: string }): Problem {
  return { code: "locked", message: `${who} is applying this inventory already (pid ${pid}, since ${since})`, hint: "wait for it, or see hlx history" };
}

function resultOf(plan: Plan, run: Run, ends: ReadonlyMap<string, Ended>): RunResult {
  const problemsAt = (end: Ended["end"]): ReadonlyMap<string, Problem> =>
    new Map([...ends].flatMap(([host, one]) => (one.end === end && "problem" in one ? [[host, one.problem] as const] : [])));
  const done = [...ends.values()].flatMap((one) => (one.end === "done" ? [one] : []));
  const sum = (of: "probed" | "asDesired"): number => done.reduce((total, one) => total + one[of], 0);
  const refused = problemsAt("refused");
  for (const entry of plan.entries.filter((one) => refused.has(one.host) && !isIdle(one) && !run.outcomes.has(one.address)))
    run.outcomes.set(entry.address, {
      outcome: "skipped",
      because: refused.get(entry.host)?.code === "stale" ? "the host is not the one that was planned for" : "the host could not be locked",
    });
  return {
    run: run.run,
    outcomes: run.outcomes,
    unreachable: problemsAt("unreachable"),
    refused,
    checks: run.checks,
    verified: { probed: sum("probed"), asDesired: sum("asDesired") },
    interrupted: run.world.stop.aborted,
  };
}
