// Three-way drift over hosts simulated in memory.
import { describe, expect, test } from "vitest";
import { findDrift } from "../../src/engine/drift.ts";
import { note } from "../../src/testing/note.ts";
import { apply, lab } from "./lab.ts";

describe("drift", () => {
  test("tells drifted, pending, both, new and converged apart", async () => {
    const world = lab({ one: [note("same", "1"), note("hand", "1"), note("mind", "1"), note("both", "1")] });
    await apply(world, ["a/one"]);
    world.hosts.get("a")?.notes.set("hand", "9").set("both", "9");
    world.roles.set("one", () => [note("same", "1"), note("hand", "1"), note("mind", "2"), note("both", "2"), note("fresh", "1")]);
    const { items } = await findDrift(world.world(), world.work(["a/one"]));
    expect(items.map(({ address, status }) => [address, status])).toEqual([
      ["a/one/note:same", "converged"],
      ["a/one/note:hand", "drifted"],
      ["a/one/note:mind", "pending"],
      ["a/one/note:both", "both"],
      ["a/one/note:fresh", "new"],
    ]);
    expect(items[1]?.properties).toMatchObject([{ property: "value", actual: { value: "9" } }]);
  });

  test("of something with a secret shows that it drifted and not how", async () => {
    const world = lab({ one: [note("key", [{ secret: "k" }])] });
    world.secrets.set("k", "hunter2hunter2");
    await apply(world, ["a/one"]);
    expect((await findDrift(world.world(), world.work(["a/one"]))).items).toMatchObject([{ status: "converged" }]);
    world.hosts.get("a")?.notes.set("key", "other");
    const { items } = await findDrift(world.world(), world.work(["a/one"]));
    expect(items).toMatchObject([{ status: "drifted", properties: [{ actual: { hidden: "sensitive" } }, { actual: { hidden: "sensitive" } }] }]);
  });

  test("apply mends just what drifted", async () => {
    const world = lab({ one: [note("x", "1"), note("y", "1")] });
    await apply(world, ["a/one"]);
    world.hosts.get("a")?.notes.set("y", "9");
    const log = world.hosts.get("a")?.log ?? [];
    log.length = 0;
    await apply(world, ["a/one"]);
    expect(log).toEqual(["set y=1"]);
  });

  test("of a host that is gone says how much was not looked at", async () => {
    const world = lab({ one: [note("x", "1"), note("y", "1")] });
    await apply(world, ["a/one"]);
    const host = world.hosts.get("a");
    if (host !== undefined) host.down = true;
    const { unreachable, items } = await findDrift(world.world(), world.work(["a/one"]));
    expect([unreachable, items]).toMatchObject([[{ host: "a", resources: 2 }], []]);
  });
});
