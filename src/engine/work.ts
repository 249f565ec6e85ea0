// Doing a group of ready entries: journal, steps, verification riding behind them, outcomes.
import type { Json } from "../lib/json.ts";
import type { Outcome } from "../model/event.ts";
import type { Found } from "../model/kind.ts";
import type { ShortStep, WriteOptions } from "../model/ports/shell.ts";
import type { JournalRecord } from "../model/ports/state.ts";
import type { Problem } from "../model/problem.ts";
import { ProblemError, problemOf } from "../model/problem.ts";
import { type Api, type Step, type StepResult, titleOf } from "../model/step.ts";
import type { Ref, SecretRef } from "../model/text.ts";
import { actualAsRecorded } from "../plan/drift.ts";
import { isSealed } from "../plan/seal.ts";
import { actualKey, fillPiece } from "../plan/texts.ts";
import { concealed, doElsewhere, type Hand, isAlways, withHand } from "./elsewhere.ts";
import { type Concluded, conclude, type HostRun } from "./host-run.ts";
import { notProbed, probe } from "./probe.ts";
import { diffNow, isShort, type Ready } from "./ready.ts";

/** Does the entries in order and verifies each. True when all of them are as desired; after a failure the rest of the group is skipped. */
export async function doGroup(group: readonly Ready[], on: HostRun): Promise<boolean> {
  const since = on.world.monotonicMs();
  const busy = group.filter(({ steps }) => steps.length > 0);
  await on.state.journal(
    on.run,
    busy.flatMap((ready) => before(ready, on)),
  );
  for (const { entry, steps } of busy) on.world.emit({ event: "started", host: on.host, address: entry.address, title: steps.map(titleOf).join(", ") });
  for (const { entry } of group) on.changing.delete(actualKey(on.host, entry.id));
  const results = busy.every(isShort) ? await asBatch(busy, on) : await oneByOne(busy, on);
  return concludeGroup(group, { results, on, since });
}

interface Done {
  readonly results: readonly StepResult[];
  /** What the verifying probe found. */
  readonly found: Found<unknown>;
}

// The batch is on its way when the probes are asked, so they travel in the same round trip.
async function asBatch(busy: readonly Ready[], on: HostRun): Promise<ReadonlyMap<Ready, Done>> {
  if (busy.length === 0) return new Map();
  const steps = busy.flatMap((ready) => ready.steps as readonly ShortStep[]);
  const writing = guardedBatch(steps, { on, writing: writeOptions(busy, on) });
  const [results, found] = await Promise.all([writing, Promise.all(busy.map(({ entry }) => probe(entry, on)))]);
  const done = new Map<Ready, Done>();
  let next = 0;
  for (const [index, ready] of busy.entries()) {
    done.set(ready, { results: results.slice(next, next + ready.steps.length), found: found[index] ?? notProbed });
    next += ready.steps.length;
  }
  return done;
}

async function oneByOne(busy: readonly Ready[], on: HostRun): Promise<ReadonlyMap<Ready, Done>> {
  const done = new Map<Ready, Done>();
  let broken = false;
  for (const ready of busy) {
    const results: readonly StepResult[] = broken ? ready.steps.map(() => skipped) : await inSequence(ready, on);
    broken ||= results.some(({ result }) => result !== "done");
    done.set(ready, { results, found: await probe(ready.entry, on) });
  }
  return done;
}

async function inSequence(ready: Ready, on: HostRun): Promise<readonly StepResult[]> {
  const results: StepResult[] = [];
  const hand: Hand = new Map();
  for (const step of ready.steps) {
    const failed = results.some(({ result }) => result !== "done");
    results.push(failed && !isAlways(step) ? skipped : concealed(await oneStep(step, { ready, hand }, on), hand));
  }
  return results;
}

async function oneStep(step: Step, { ready, hand }: { readonly ready: Ready; readonly hand: Hand }, on: HostRun): Promise<StepResult> {
  const options = withHand(writeOptions([ready], on), hand);
  switch (step.do) {
    case "api":
      return settle(() => throughApi(step, { on, options }));
    case "elsewhere":
      return settle(() => doElsewhere(step, { on, options, hand }));
    case "detached":
    case "wait":
    case "reboot":
      return settle(() => on.writer.long(step, options));
    default:
      return (await guardedBatch([step], { on, writing: options }))[0] ?? skipped;
  }
}

async function throughApi(step: Api, { on, options }: { readonly on: HostRun; readonly options: WriteOptions }): Promise<StepResult> {
  const held = await on.held();
  return held.result === "done" ? await on.session.endpoint(step.via).call(step, options) : held;
}

async function guardedBatch(steps: readonly ShortStep[], { on, writing }: { on: HostRun; writing: WriteOptions }): Promise<readonly StepResult[]> {
  try {
    return await on.writer.batch(steps, writing);
  } catch (thrown) {
    return steps.map((_, index) => (index === 0 ? resultOf(thrown) : skipped));
  }
}

async function settle(work: () => Promise<StepResult>): Promise<StepResult> {
  try {
    return await work();
  } catch (thrown) {
    return resultOf(thrown);
  }
}

// A writer refuses before it sends (a secret is missing, the fence moved), so what it throws was not done.
function resultOf(thrown: unknown): StepResult {
  return { result: "failed", output: "", exitStatus: -1, because: problemOf(thrown).message };
}

function writeOptions(group: readonly Ready[], on: HostRun): WriteOptions {
  const pieces = { secret: (name: string) => on.secrets.get(name), actual: (key: string) => on.actuals.get(key) };
  const last = group.at(-1)?.entry.address ?? "";
  return {
    reveal: (piece: SecretRef | Ref) => {
      const filled = fillPiece(piece, pieces, on.host);
      if (filled === undefined)
        throw new ProblemError({
          code: "missing",
          message: `${last}: ${"secret" in piece ? `secret ${piece.secret}` : `value ${piece.ref}${piece.pointer}`} is not known`,
        });
      return filled;
    },
    onOutput: (line) => on.world.emit({ event: "output", host: on.host, address: last, line }),
  };
}

function before({ entry, found, changes, steps }: Ready, on: HostRun): readonly JournalRecord[] {
  const sealed = isSealed(entry.desired, on.world.kinds.get(entry.kind));
  return [
    {
      record: "intent",
      address: entry.address,
      changes: changes as unknown as Json,
      desired: entry.desired,
      before: actualAsRecorded(found, sealed, on.key),
      sealed,
    },
    { record: "started", address: entry.address, steps: steps.map(titleOf), batch: `${on.run}` },
  ];
}

async function concludeGroup(
  group: readonly Ready[],
  { results, on, since }: { results: ReadonlyMap<Ready, Done>; on: HostRun; since: number },
): Promise<boolean> {
  const ended: Concluded[] = [];
  for (const ready of group) {
    const done = results.get(ready);
    const outcome: Outcome = done === undefined ? idle(ended.every(isGood)) : outcomeOf(ready, done, on);
    remember(ready, { outcome, found: done?.found ?? ready.found }, on);
    ended.push({ entry: ready.entry, outcome });
  }
  const records = group.flatMap((ready) =>
    (results.get(ready)?.results ?? []).map(({ result }, step): JournalRecord => ({ record: "result", address: ready.entry.address, step, result })),
  );
  await conclude(ended, { on, since, records });
  return ended.every(isGood);
}

function isGood({ outcome }: Concluded): boolean {
  return outcome.outcome === "ok" || outcome.outcome === "changed";
}

function idle(allGood: boolean): Outcome {
  return allGood ? { outcome: "ok" } : { outcome: "skipped", because: "something before it in this role failed" };
}

function remember({ entry }: Ready, { outcome, found }: { outcome: Outcome; found: Found<unknown> }, on: HostRun): void {
  on.found.set(entry.address, found);
  const key = actualKey(on.host, entry.id);
  if (outcome.outcome !== "ok" && outcome.outcome !== "changed") on.changing.add(key);
  else if (found.found === "present") on.actuals.set(key, found.actual);
}

function outcomeOf({ entry }: Ready, { results, found }: Done, on: HostRun): Outcome {
  const bad = results.find(({ result }) => result !== "done");
  if (bad !== undefined) return badOutcome(entry.address, bad);
  if (found.found === "unknown") return { outcome: "unknown", problem: found.because };
  if (found.found === "blocked") return failure(entry.address, `done, but ${found.because}`);
  const left = diffNow(entry, found, on);
  return left.length === 0
    ? { outcome: "changed" }
    : failure(entry.address, `done, but still not as desired: ${left.map(({ property }) => property).join(", ")}`);
}

function badOutcome(address: string, bad: StepResult): Outcome {
  switch (bad.result) {
    case "failed":
      return failure(address, bad.because, bad.output);
    case "unknown":
      return { outcome: "unknown", problem: { code: "unknown", message: `${address}: ${bad.because}`, hint: "plan again: it is probed anew" } };
    default:
      return { outcome: "skipped", because: "something before it in this role failed" };
  }
}

function failure(address: string, because: string, output = ""): Outcome {
  const tail = output.trimEnd().split("\n").slice(-20).join("\n");
  const problem: Problem = { code: "failed", message: `${address}: ${because}${tail === "" ? "" : `\n${tail}`}` };
  return { outcome: "failed", problem };
}

const skipped: StepResult = { result: "skipped" };
