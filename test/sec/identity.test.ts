// A host is the machine that it was, not the name that it answers to.
import { describe, expect, test } from "vitest";
import { applyPlan } from "../../src/engine/apply.ts";
import { lookForDrift } from "../../src/engine/drift.ts";
import { makePlan } from "../../src/engine/plan.ts";
import type { World } from "../../src/engine/world.ts";
import type { MemoryWorld } from "../../src/testing/memory-world.ts";
import { note } from "../../src/testing/note.ts";
import { apply, lab, options } from "../engine/lab.ts";

const [was, is] = ["0".repeat(32), "f".repeat(32)];

function withId(world: MemoryWorld, machineId: string): World {
  const made = world.world();
  return { ...made, facts: async (shell) => ({ ...(await made.facts(shell)), machineId }) };
}

const stopped = {
  code: "trust",
  message: expect.stringMatching(`^a is another machine than .* its machine-id is ${is}, and it was ${was} in run 1`),
  hint: expect.stringContaining("hlx state forget --host a"),
};

describe("sec/22 another machine under the name of one that was applied to", () => {
  test("is stopped at in plan and drift: nothing is declared for it, nothing probed", async () => {
    const world = lab({ one: [note("x", "1")] });
    await apply(world, ["a/one"]);
    world.roles.set("one", () => {
      throw new Error("declared for a stranger");
    });
    const { plan: made } = await makePlan(withId(world, is), world.work(["a/one"]));
    expect([made.hosts[0]?.unreachable, made.entries]).toEqual([expect.objectContaining(stopped), []]);
    expect((await lookForDrift(withId(world, is), world.work(["a/one"]))).report.unreachable).toMatchObject([{ host: "a", problem: stopped, resources: 1 }]);
  });

  test("is not applied to, with a saved plan either, whoever made it", async () => {
    const world = lab({ one: [note("x", "1")] });
    await apply(world, ["a/one"]);
    world.roles.set("one", () => [note("x", "2")]);
    const { plan: there } = await makePlan({ ...withId(world, is), knownState: async () => undefined }, world.work(["a/one"]));
    expect(there.entries).toHaveLength(1);
    const result = await applyPlan(withId(world, is), there, { ...options, saved: true });
    expect(result.refused.get("a")).toMatchObject(stopped);
    expect(world.hosts.get("a")?.notes.get("x")).toBe("1");
  });

  test("is taken as new once the old one is forgotten; other hosts go on meanwhile", async () => {
    const world = lab({ one: [note("x", "1")] }, ["a", "b"]);
    await apply(world, ["a/one"]);
    const { plan: both } = await makePlan(withId(world, is), world.work(["a/one", "b/one"]));
    expect(both.entries.map(({ address }) => address)).toEqual(["b/one/note:x"]);
    await world.state.forget([{ host: "a", id: "note:x" }]);
    expect((await makePlan(withId(world, is), world.work(["a/one"]))).plan.hosts[0]?.unreachable).toBeUndefined();
  });

  test.each([
    ["the same machine", was, was],
    ["a host without a machine-id (Alpine)", "", is],
    ["a host that lost its machine-id", was, ""],
  ])("%s is no other", async (_, before, now) => {
    const world = lab({ one: [note("x", "1")] });
    const { plan: made, found } = await makePlan(withId(world, before), world.work(["a/one"]));
    await applyPlan(withId(world, before), made, { ...options, found });
    expect((await makePlan(withId(world, now), world.work(["a/one"]))).plan.hosts[0]?.unreachable).toBeUndefined();
  });
});
