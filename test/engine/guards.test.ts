// What stops an apply half-way, and what it leaves known: surprises at an entry's turn, work that did not come out, records after a failure, strangers and locks.
import { describe, expect, test } from "vitest";
import { lookForDrift } from "../../src/engine/drift.ts";
import { heal } from "../../src/engine/heal.ts";
import { undo } from "../../src/engine/undo.ts";
import { change, type Found } from "../../src/model/kind.ts";
import type { MemoryWorld } from "../../src/testing/memory-world.ts";
import { type Note, note, noteKind } from "../../src/testing/note.ts";
import { apply, lab, options, outcomes, plan } from "./lab.ts";

const site = { prunes: "site.yaml" };
const hostOf = (world: MemoryWorld, name = "a") => world.hosts.get(name) ?? expect.fail(`no host ${name}`);

describe("an entry that was predicted", () => {
  test("does not go on when it needs at its turn what the plan did not show", async () => {
    const stack = { ...note("stack", "up", { needs: "engine" }), kind: "owned", id: "owned:stack" };
    const world = lab({ one: [note("engine", "on"), stack, note("last", "1")] });
    const owner = change("owner", { before: "root", after: "bob" });
    const diff: typeof noteKind.diff = (desired, found, ahead) => [...noteKind.diff(desired, found, ahead), ...(found.found === "present" ? [owner] : [])];
    world.kinds.set("owned", { ...noteKind, kind: "owned", diff } as never);
    hostOf(world).notes.set("stack", "old");
    const made = await plan(world, ["a/one"]);
    expect(made.entries[1]?.changes.map(({ property }) => property)).toEqual(["value"]);
    const result = await apply(world, ["a/one"]);
    expect(outcomes(result)).toEqual({ "a/one/note:engine": "changed", "a/one/owned:stack": "failed", "a/one/note:last": "skipped" });
    expect(result.outcomes.get("a/one/owned:stack")).toMatchObject({
      problem: { code: "stale", message: "a/one/owned:stack needs changes that the plan did not show: owner (risk none)" },
    });
    expect(hostOf(world).notes.get("stack")).toBe("old");
  });
  test("is blocked in the plan where what it requires cannot be looked at", async () => {
    const world = lab({ one: [note("x", "1")], two: [note("y", "1")] }, ["a", "b"]);
    hostOf(world).down = true;
    const { entries } = await plan(world, ["a/one", "b/two"], { requires: { "b/two": ["one@a"] } });
    expect(entries).toMatchObject([{ address: "b/two/note:y", entry: "blocked" }]);
  });
});

describe("what was done is looked at again", () => {
  test("what has nothing to be looked at with any more has failed", async () => {
    const world = lab({ one: [note("stack", "up", { needs: "engine" })] });
    hostOf(world).notes.set("engine", "on");
    hostOf(world).erases.set("stack", "engine");
    expect((await apply(world, ["a/one"])).outcomes.get("a/one/note:stack")).toMatchObject({
      outcome: "failed",
      problem: { message: expect.stringContaining("done, but there is no note engine") },
    });
  });
  test("what cannot be looked at is unknown, and not called failed", async () => {
    const world = lab({ one: [{ ...note("x", "?"), kind: "riddle", id: "riddle:x" }] });
    const probe = async (desired: Note, on: Parameters<typeof noteKind.probe>[1]): Promise<Found<unknown>> => {
      const found = await noteKind.probe(desired, on);
      return found.found === "present" ? { found: "unknown", because: { code: "unknown", message: "it does not say" } } : found;
    };
    world.kinds.set("riddle", { ...noteKind, kind: "riddle", probe } as never);
    expect((await apply(world, ["a/one"])).outcomes.get("a/one/riddle:x")).toMatchObject({ outcome: "unknown", problem: { message: "it does not say" } });
  });
});

describe("after a failure", () => {
  test("what failed is not taken for recorded: drift still tells what was asked for", async () => {
    const world = lab({ one: [note("x", "1")] });
    await apply(world, ["a/one"]);
    world.roles.set("one", () => [note("x", "2")]);
    hostOf(world).failing.add("x");
    await apply(world, ["a/one"]);
    expect((await lookForDrift(world.world(), world.work(["a/one"]))).report.items).toMatchObject([{ status: "pending" }]);
  });
  test("nothing of its host is forgotten, and the next plan says again what stays", async () => {
    const world = lab({ one: [note("x", "1"), note("y", "1")] });
    hostOf(world).notes.set("x", "0");
    await apply(world, ["a/one"], site);
    world.roles.set("one", () => [note("y", "2")]);
    hostOf(world).failing.add("y");
    await apply(world, ["a/one"], site);
    expect((await plan(world, ["a/one"], site)).stays).toMatchObject([{ address: "a/one/note:x" }]);
    hostOf(world).failing.clear();
    await apply(world, ["a/one"], site);
    expect((await plan(world, ["a/one"], site)).stays).toBeUndefined();
  });
});

describe("pruned", () => {
  test("what a later run made goes before what an earlier one made", async () => {
    const world = lab({ one: [note("z", "1")] });
    await apply(world, ["a/one"], site);
    world.roles.set("one", () => [note("a", "1"), note("z", "1")]);
    await apply(world, ["a/one"], site);
    world.roles.set("one", () => []);
    await apply(world, ["a/one"], site);
    expect(hostOf(world).log.slice(2)).toEqual(["rm a", "rm z"]);
  });
});

describe("another run from here", () => {
  test("is not begun beside the first: no host is touched", async () => {
    const world = lab({ one: [note("x", "1")] });
    await world.state.lock("somebody");
    await expect(apply(world, ["a/one"])).rejects.toMatchObject({ problems: [{ code: "locked" }] });
    expect(hostOf(world).log).toEqual([]);
  });
  test("leaves what has drifted, with the reason; anything else that goes wrong is not hidden", async () => {
    const drifted = async (spoil: (world: MemoryWorld) => unknown) => {
      const world = lab({ one: [note("x", "1")] });
      await apply(world, ["a/one"]);
      hostOf(world).notes.set("x", "9");
      await spoil(world);
      const [opened, work] = [world.world(), world.work(["a/one"])];
      return heal(await lookForDrift(opened, work), { world: opened, work }, options);
    };
    const { report } = await drifted((world) => world.state.lock("somebody"));
    expect(report.items).toMatchObject([{ mend: { mend: "left", because: expect.stringContaining("apply") } }]);
    const full = (world: MemoryWorld): object => Object.assign(world.state, { begin: () => Promise.reject(new Error("disk full")) });
    await expect(drifted(full)).rejects.toThrow("disk full");
  });
});

test("the way back from a run is refused for a host that left the inventory, and --limit leaves it out", async () => {
  const world = lab({ one: [note("x", "1")] }, ["a", "b"]);
  await apply(world, ["a/one", "b/one"]);
  const [run] = await world.state.runs();
  const rest = lab({ one: [note("x", "1")] }, ["a"]);
  const back = (hosts: readonly string[]) => undo(run ?? expect.fail("no run"), rest.work([], { hosts }), world.world());
  await expect(back(["a", "b"])).rejects.toMatchObject({ problems: [{ message: "b is not in the inventory any more", hint: "--limit leaves it out" }] });
  expect((await back(["a"])).work.hosts).toEqual(["a"]);
});
