// Healing over hosts simulated in memory: what drifted and no more, at no more than was allowed.
import { describe, expect, test } from "vitest";
import { lookForDrift } from "../../src/engine/drift.ts";
import { heal } from "../../src/engine/heal.ts";
import type { Risk } from "../../src/model/kind.ts";
import type { MemoryWorld } from "../../src/testing/memory-world.ts";
import { note } from "../../src/testing/note.ts";
import { apply, lab, options } from "./lab.ts";

async function healed(world: MemoryWorld, keys: readonly string[], allow: readonly Risk[] = []) {
  const [opened, work] = [world.world(), world.work(keys)];
  for (const host of world.hosts.values()) host.log.length = 0;
  const { report, applied } = await heal(await lookForDrift(opened, work), { world: opened, work }, { ...options, allow });
  const mends = Object.fromEntries(report.items.flatMap(({ address, mend }) => (mend === undefined ? [] : [[address.slice(address.indexOf(":") + 1), mend]])));
  return { mends, applied, report, log: [...world.hosts.values()].flatMap(({ log }) => log) };
}

const change = (world: MemoryWorld, notes: Readonly<Record<string, string>>): void => {
  for (const [name, value] of Object.entries(notes)) world.hosts.get("a")?.notes.set(name, value);
};

describe("heal", () => {
  test("puts back what drifted, never what is pending, both or new", async () => {
    const world = lab({ one: [note("hand", "1"), note("mind", "1"), note("both", "1")] });
    await apply(world, ["a/one"]);
    change(world, { hand: "9", both: "9" });
    world.roles.set("one", () => [note("hand", "1"), note("mind", "2"), note("both", "2"), note("fresh", "1")]);
    const { mends, log } = await healed(world, ["a/one"]);
    expect(log).toEqual(["set hand=1"]);
    expect(mends).toEqual({ hand: { mend: "healed", run: 2 }, both: { mend: "left", because: expect.stringContaining("desired has changed") } });
    expect((await lookForDrift(world.world(), world.work(["a/one"]))).report.items.map(({ status }) => status)).toEqual([
      "converged",
      "pending",
      "both",
      "new",
    ]);
  });

  test("loads after it what watches it, and says so", async () => {
    const world = lab({ one: [note("conf", "1"), note("unit", "up", { watch: "note:conf", risk: "reload" })] });
    await apply(world, ["a/one"]);
    change(world, { conf: "9" });
    const { log, report } = await healed(world, ["a/one"]);
    expect(log).toEqual(["set conf=1", "set unit=up"]);
    expect(report.healing).toEqual({ run: 2, after: ["a/one/note:unit"] });
  });

  test.each<readonly [Risk, readonly Risk[], readonly string[]]>([
    ["none", [], ["set x=1"]],
    ["reload", [], ["set x=1"]],
    ["restart", [], []],
    ["restart", ["restart"], ["set x=1"]],
    ["reboot", ["restart"], []],
    ["reboot", ["reboot"], ["set x=1"]],
    ["data-loss", ["replace", "reboot", "restart"], []],
  ])("at risk %s with --allow %j does %j", async (risk, allow, done) => {
    const world = lab({ one: [note("x", "1", { risk })] });
    await apply(world, ["a/one"], { allow: [risk] });
    change(world, { x: "9" });
    const { log, mends, applied } = await healed(world, ["a/one"], allow);
    expect(log).toEqual(done);
    expect(mends["x"]).toMatchObject(done.length > 0 ? { mend: "healed" } : { mend: "left", because: `mending it has risk ${risk}: --allow ${risk}` });
    expect(applied === undefined).toBe(done.length === 0);
  });

  test("does not put a file back where what loads it may not be touched", async () => {
    const world = lab({ one: [note("conf", "1"), note("other", "1"), note("unit", "up", { watch: "note:conf", risk: "restart" })] });
    await apply(world, ["a/one"]);
    change(world, { conf: "9", other: "9" });
    const { log, mends } = await healed(world, ["a/one"]);
    expect(log).toEqual(["set other=1"]);
    expect(mends["conf"]).toEqual({ mend: "left", because: "a/one/note:unit comes after it with risk restart: --allow restart" });
    expect((await healed(world, ["a/one"], ["restart"])).log).toEqual(["set conf=1", "set unit=up"]);
  });

  test("does not put a file back where what loads it is pending", async () => {
    const world = lab({ one: [note("conf", "1"), note("unit", "up", { watch: "note:conf" })] });
    await apply(world, ["a/one"]);
    change(world, { conf: "9" });
    world.roles.set("one", () => [note("conf", "1"), note("unit", "down", { watch: "note:conf" })]);
    const { log, mends } = await healed(world, ["a/one"]);
    expect([log, mends["conf"]]).toEqual([[], { mend: "left", because: "a/one/note:unit must be loaded after it, and is left itself" }]);
  });

  test("what fails is said, and what is locked by somebody else is left", async () => {
    const world = lab({ one: [note("x", "1")] });
    await apply(world, ["a/one"]);
    change(world, { x: "9" });
    const host = world.hosts.get("a");
    host?.failing.add("x");
    expect((await healed(world, ["a/one"])).mends["x"]).toMatchObject({ mend: "failed", problem: { code: "failed" } });
    host?.failing.clear();
    if (host !== undefined) host.holder = { run: "1", who: "somebody", where: "there", pid: 1, since: "" };
    expect((await healed(world, ["a/one"])).mends["x"]).toEqual({ mend: "left", because: "locked by somebody" });
    delete host?.holder;
    const lock = await world.state.lock("me");
    expect((await healed(world, ["a/one"])).mends["x"]).toMatchObject({ mend: "left", because: expect.stringContaining("is applying") });
    if (lock.lock === "held") await lock.release();
    expect((await healed(world, ["a/one"])).mends["x"]).toMatchObject({ mend: "healed" });
  });

  test("where nothing drifted there is no run", async () => {
    const world = lab({ one: [note("x", "1")] });
    await apply(world, ["a/one"]);
    expect((await healed(world, ["a/one"])).applied).toBeUndefined();
    expect(await world.state.runs()).toHaveLength(1);
  });
});
