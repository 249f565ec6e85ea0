// Every point at which hlx can be killed, one after the other: nothing is lost, nothing done twice, what was in flight is unknown, and undo still goes back.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { inFlight } from "../../src/cli/run/resume.ts";
import { applyPlan } from "../../src/engine/apply.ts";
import { makePlan } from "../../src/engine/plan.ts";
import { undo } from "../../src/engine/undo.ts";
import type { Work, World } from "../../src/engine/world.ts";
import type { RunResult } from "../../src/model/event.ts";
import type { JournalRecord, RunSummary, State } from "../../src/model/ports/state.ts";
import { ProblemError } from "../../src/model/problem.ts";
import { openState } from "../../src/state/open.ts";
import type { MemoryWorld } from "../../src/testing/memory-world.ts";
import { note } from "../../src/testing/note.ts";
import { lab, options, outcomes } from "./lab.ts";
import { type Points, pointsOf, vanishingSession, vanishingState, writingCalls } from "./vanish.ts";

const folder = mkdtempSync(join(tmpdir(), "hlx-crash-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const keys = ["a/one", "a/two", "b/one", "b/two"];
const requires = { "b/two": ["two@a"] };

/** Updates, creations, a secret, a prediction, a long step, a removal; two hosts, of which one waits for the other. */
function scene(): MemoryWorld {
  const world = lab(
    {
      one: [note("x", "new"), note("y", "1"), note("key", [{ secret: "key" }]), note("late", "1", { needs: "y" }), note("gone", "?", { absent: true })],
      two: [note("job", "1", { long: true }), note("z", "1"), note("shared", "1", { exclusive: "all" })],
    },
    ["a", "b"],
  );
  world.secrets.set("key", "hunter2");
  for (const { notes } of world.hosts.values()) notes.set("x", "old").set("gone", "here");
  return world;
}

const before = { x: "old", gone: "here" };
const desired = { x: "new", y: "1", key: "hunter2", late: "1", job: "1", z: "1", shared: "1" };

function notesOf(world: MemoryWorld): readonly unknown[] {
  return [...world.hosts.values()].map(({ notes }) => Object.fromEntries(notes));
}

let counted = 0;

interface Desk {
  readonly world: MemoryWorld;
  readonly state: string;
}

function desk(): Desk {
  counted += 1;
  return { world: scene(), state: join(folder, String(counted)) };
}

/** A process of its own: only the one that opened last is alive. */
async function opened({ world, state: path }: Desk, { pid, points }: { pid: number; points?: Points }): Promise<{ world: World; state: State }> {
  const processes = {
    identify: (one: number) => ({ pid: one, process: String(one), boot: "boot" }),
    alive: (one: { readonly pid: number }) => one.pid === pid,
  };
  const real = await openState(path, { now: () => new Date("2026-11-21T12:00:00Z"), pid, processes });
  const state = points === undefined ? real : vanishingState(real, points);
  const plain = world.world();
  const { sessions } = plain;
  const of: World["sessions"]["of"] = async (host) => (points === undefined ? sessions.of(host) : vanishingSession(await sessions.of(host), points, host.name));
  return { state: real, world: { ...plain, state: async () => state, sessions: { ...sessions, of } } };
}

/** Plan, apply, and the end of the run, as the command line does it. */
async function applied(world: World, work: Work): Promise<RunResult> {
  const { plan, found } = await makePlan(world, work);
  const result = await applyPlan(world, plan, { ...options, found });
  await (await world.state()).end(result.run, { at: "2026-11-21T12:00:01Z", exitCode: 0, counts: {} });
  return result;
}

async function vanishAt(place: string | undefined, at: Desk): Promise<Points> {
  const points = pointsOf(place);
  const { world } = await opened(at, { pid: 1, points });
  await Promise.race([applied(world, at.world.work(keys, { requires })), points.gone]);
  for (const host of at.world.hosts.values()) host.abandoned = true;
  return points;
}

/** What the journal of the run that vanished says, held against what its hosts say. */
async function checkJournal(run: RunSummary, state: State, at: Desk): Promise<void> {
  const records = await state.journalOf(run.run);
  const unknown = new Set(inFlight(records));
  for (const [name, { notes, log }] of at.world.hosts) {
    for (const line of log) {
      const id = /^\w+ (\w+)/.exec(line)?.[1] ?? "";
      const address = addresses.find((one) => one.startsWith(`${name}/`) && one.endsWith(`:${id}`)) ?? "";
      expect(unknown.has(address) || outcomeOf(records, address) === "changed", `${line} on ${name} is in flight or told`).toBe(true);
    }
    for (const address of addresses.filter((one) => one.startsWith(`${name}/`) && outcomeOf(records, one) === "changed")) {
      const id = address.split(":")[1] ?? "";
      expect(notes.get(id), `${address} was told as changed, and is`).toBe((desired as Readonly<Record<string, string>>)[id]);
    }
  }
}

const addresses = keys.flatMap((key) => (key.endsWith("one") ? ["x", "y", "key", "late", "gone"] : ["job", "z", "shared"]).map((id) => `${key}/note:${id}`));

function outcomeOf(records: readonly JournalRecord[], address: string): string | undefined {
  return records.findLast((record) => record.record === "outcome" && record.address === address && "outcome" in record)?.["outcome" as never];
}

async function goOn(place: string): Promise<void> {
  const at = desk();
  const points = await vanishAt(place, at);
  expect(await points.gone).toBe(place);
  const { world, state } = await opened(at, { pid: 2 });
  const runs = await state.runs();
  for (const run of runs) await checkJournal(run, state, at);
  if (runs[0] !== undefined && runs[0].ended === undefined) expect(runs[0].interrupted).toBe(true);

  const work = at.world.work(keys, { requires });
  const result = await applied(world, work);
  expect([...new Set(Object.values(outcomes(result)))].filter((outcome) => outcome !== "ok" && outcome !== "changed")).toEqual([]);
  expect(notesOf(at.world)).toEqual([desired, desired]);
  for (const { log } of at.world.hosts.values()) expect([...log].sort(), "each step was done once, over both runs").toEqual(onceEach);
  expect((await makePlan((await opened(at, { pid: 3 })).world, work)).plan.entries.filter(({ action }) => action !== "none")).toEqual([]);
  await undoAll(at, work);
}

const onceEach = [...Object.entries(desired).map(([name, value]) => `set ${name}=${value}`), "rm gone"].sort();

/** Newest first, as a person would. */
async function undoAll(at: Desk, work: Work): Promise<void> {
  const { world, state } = await opened(at, { pid: 4 });
  for (const run of (await state.runs()).toReversed()) {
    const journal = await state.journalOf(run.run);
    if (!journal.some(({ record }) => record === "intent")) continue;
    const back = await undo(run, work, world);
    expect(back.irreversible).toEqual([]);
    await applied(world, back.work);
  }
  expect(notesOf(at.world), "undo goes back to before").toEqual([before, before]);
  await state.close();
}

describe("a kill", () => {
  const places: string[] = [];
  const covered: string[] = [];
  beforeAll(async () => {
    const at = desk();
    const { reached } = await vanishAt(undefined, at);
    expect(notesOf(at.world)).toEqual([desired, desired]);
    places.push(...reached);
  });

  test("at every point, one after the other", { timeout: 240_000 }, async () => {
    for (const place of places) {
      await goOn(place).catch((thrown: unknown) => {
        throw new Error(`killed at "${place}": ${thrown instanceof Error ? thrown.message : String(thrown)}`, { cause: thrown });
      });
      covered.push(place);
    }
    expect(covered).toEqual(places);
  });

  test("has points before and after every call that writes, all different", () => {
    const words: Readonly<Record<string, string>> = { lock: "lock here", forget: "" };
    const missing = writingCalls.filter((call) => call !== "forget" && !places.some((place) => place.includes(words[call] ?? call)));
    expect(missing).toEqual([]);
    expect(new Set(places).size).toBe(places.length);
    expect(places.length).toBeGreaterThanOrEqual(90);
  });

  test("the check would see a step done twice, and one that is lost", async () => {
    const at = desk();
    await vanishAt("a batch 1, 2 of 3 done", at);
    const [host] = at.world.hosts.values();
    host?.notes.delete("x");
    const { world } = await opened(at, { pid: 2 });
    await applied(world, at.world.work(keys, { requires }));
    expect([...(host?.log ?? [])].sort()).not.toEqual(onceEach);
  });
});

/** Frozen at the place while another clone takes over, does the work and ends; then it thaws. */
async function thawAfter(place: string): Promise<void> {
  const [at, points] = [desk(), pointsOf(place)];
  const { world } = await opened(at, { pid: 1, points });
  const frozen = applied(world, at.world.work(keys, { requires }));
  expect(await points.gone).toBe(place);
  for (const host of at.world.hosts.values()) host.abandoned = true;
  const other = await opened({ world: at.world, state: `${at.state}.clone` }, { pid: 2 });
  await applied(other.world, at.world.work(keys, { requires }));
  const done = [...at.world.hosts.values()].map(({ log }) => [...log]);
  points.thaw();
  await frozen;
  expect([...at.world.hosts.values()].map(({ log }) => log)).toEqual(done);
  expect(notesOf(at.world)).toEqual([desired, desired]);
}

test("a holder frozen at any point, thawed after another took over, changes nothing and ends", { timeout: 240_000 }, async () => {
  const at = desk();
  const { reached } = await vanishAt(undefined, at);
  for (const place of reached.filter((one) => !/, [1-9]\d* of/.test(one)))
    await thawAfter(place).catch((thrown: unknown) => {
      throw new Error(`frozen at "${place}": ${thrown instanceof Error ? thrown.message : String(thrown)}`, { cause: thrown });
    });
});

test("the state that cannot be written stops the run with that problem, and not as a host that could not be reached", async () => {
  const at = desk();
  const { world, state } = await opened(at, { pid: 1 });
  const full = new ProblemError({ code: "input", message: "writing in the state: the disk is full" });
  let left = 3;
  const filling: State = { ...state, journal: async (...asked) => (left-- > 0 ? state.journal(...asked) : Promise.reject(full)) };
  await expect(applied({ ...world, state: async () => filling }, at.world.work(keys, { requires }))).rejects.toBe(full);
  expect(
    [...at.world.hosts.values()].map(({ holder }) => holder),
    "the locks are given back",
  ).toEqual([undefined, undefined]);
  const again = await opened(at, { pid: 2 });
  expect((await again.state.runs())[0]?.interrupted).toBe(true);
  await applied(again.world, at.world.work(keys, { requires }));
  expect(notesOf(at.world)).toEqual([desired, desired]);
  for (const { log } of at.world.hosts.values()) expect([...log].sort()).toEqual(onceEach);
});
