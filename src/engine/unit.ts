// One role on one host: take the entries in groups that can go in one request, until done or until something fails.
import type { Outcome } from "../model/event.ts";
import type { Found } from "../model/kind.ts";
import type { Entry } from "../model/plan.ts";
import type { Problem } from "../model/problem.ts";
import { refsIn } from "../model/text.ts";
import { actualKey, targetOf } from "../plan/texts.ts";
import { conclude, type HostRun } from "./host-run.ts";
import { probe } from "./probe.ts";
import { asPlanned, isShort, type Readiness, type Ready, readyExact, readyPredicted, reboots } from "./ready.ts";
import { doGroup } from "./work.ts";

/** What a unit's entries look like just before the unit runs: what the freshness probe found, by address. */
export type Fresh = ReadonlyMap<string, Found<unknown>>;

/** Runs a unit's entries in order. True when all of them ended as desired. */
export async function runUnit(entries: readonly Entry[], fresh: Fresh, on: HostRun): Promise<boolean> {
  let left = entries;
  let again = false; // after a reboot nothing that was looked at before counts
  while (left.length > 0) {
    if (on.world.stop.aborted) return skipAll(left, "interrupted", on);
    const { group, problem } = await nextGroup(left, { fresh: again ? new Map() : fresh, on });
    if (group.length > 0 && !(await doApproved(group, on))) return skipAll(left.slice(group.length), "something before it in this role failed", on);
    left = left.slice(group.length);
    if (problem !== undefined) return stopAt(left, problem, on);
    again ||= group.some(reboots);
  }
  return true;
}

interface Group {
  readonly group: readonly Ready[];
  /** Why the entry after the group cannot go on. */
  readonly problem?: Problem;
}

// The longest run of entries from the front that are ready now and fit into one request; one long entry goes alone.
async function nextGroup(left: readonly Entry[], { fresh, on }: { fresh: Fresh; on: HostRun }): Promise<Group> {
  const alike = sameSort(left, fresh);
  const readiness = await Promise.all(alike.map((entry) => readinessOf(entry, { fresh, on })));
  const group: Ready[] = [];
  for (const one of readiness) {
    if (!one.ready) return group.length > 0 ? { group } : { group, problem: one.problem };
    if (endsGroup(one.work, group)) return { group };
    group.push(one.work);
    if (goesAlone(one.work, on)) return { group };
  }
  return { group };
}

// Who is asked before each resource is asked about one at a time.
function goesAlone(work: Ready, { approve }: HostRun): boolean {
  return !isShort(work) || approve !== undefined;
}

function endsGroup(next: Ready, group: readonly Ready[]): boolean {
  return group.length > 0 && (!isShort(next) || next.entry.exclusive !== group[0]?.entry.exclusive || needsValueOf(next, group));
}

// A value known only after one of these was applied cannot travel in the same request.
function needsValueOf({ entry }: Ready, group: readonly Ready[]): boolean {
  const busy = new Set(group.filter(({ steps }) => steps.length > 0).map((one) => actualKey(one.entry.host, one.entry.id)));
  return refsIn(entry.desired).some((ref) => busy.has(targetOf(ref, entry.host)));
}

// Entries whose readiness is known without looking may go together; those that need a look are looked at together.
function sameSort(left: readonly Entry[], fresh: Fresh): readonly Entry[] {
  const needsLook = (entry: Entry): boolean => entry.entry === "predicted" || !fresh.has(entry.address);
  const first = left.findIndex((entry) => left[0] !== undefined && needsLook(entry) !== needsLook(left[0]));
  return first < 0 ? left : left.slice(0, first);
}

async function readinessOf(entry: Entry, { fresh, on }: { fresh: Fresh; on: HostRun }): Promise<Readiness> {
  if (entry.entry === "blocked") return { ready: false, problem: entry.because };
  const known = fresh.get(entry.address);
  // What was found with the lock says nothing of what this run did since: where it is not as planned, only a look now tells.
  if (entry.entry === "exact" && known !== undefined) return readyExact(entry, asPlanned(entry, known, on) ? known : await probe(entry, on), on);
  return readyPredicted(entry, await probe(entry, on), on);
}

// With somebody to ask, a group is one resource.
async function doApproved(group: readonly Ready[], on: HostRun): Promise<boolean> {
  const [first] = group;
  if (on.approve === undefined || first === undefined || first.steps.length === 0 || (await on.approve(first.entry))) return doLocked(group, on);
  on.changing.delete(actualKey(on.host, first.entry.id));
  await conclude([{ entry: first.entry, outcome: { outcome: "skipped", because: "not wanted" } }], { on, since: on.world.monotonicMs() });
  return true;
}

function doLocked(group: readonly Ready[], on: HostRun): Promise<boolean> {
  const name = group[0]?.entry.exclusive;
  return name === undefined ? doGroup(group, on) : on.locks(name).with(() => doGroup(group, on));
}

async function stopAt([entry, ...rest]: readonly Entry[], problem: Problem, on: HostRun): Promise<false> {
  if (entry !== undefined) await conclude([{ entry, outcome: stopped(problem) }], { on, since: on.world.monotonicMs() });
  return skipAll(rest, "something before it in this role failed", on);
}

function stopped(problem: Problem): Outcome {
  return problem.code === "unknown" ? { outcome: "unknown", problem } : { outcome: "failed", problem };
}

/** Marks entries as skipped, with the reason; those with nothing to do are left out. */
export async function skipAll(entries: readonly Entry[], because: string, on: HostRun): Promise<false> {
  const busy = entries.filter(({ entry, action }) => entry !== "exact" || action !== "none");
  await conclude(
    busy.map((entry) => ({ entry, outcome: { outcome: "skipped", because } })),
    { on, since: on.world.monotonicMs() },
  );
  return false;
}
