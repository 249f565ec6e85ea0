// Three-way drift over hosts simulated in memory.
import { describe, expect, test } from "vitest";
import { type DriftOptions, lookForDrift } from "../../src/engine/drift.ts";
import type { DriftReport } from "../../src/model/drift.ts";
import type { MemoryWorld, WorkOptions } from "../../src/testing/memory-world.ts";
import { note } from "../../src/testing/note.ts";
import { apply, lab } from "./lab.ts";
import * as made from "./made-host.ts";

async function driftIn(world: MemoryWorld, keys: readonly string[], more: WorkOptions & DriftOptions = {}): Promise<DriftReport> {
  return (await lookForDrift(world.world(), world.work(keys, more), more)).report;
}

describe("drift", () => {
  test("tells drifted, pending, both, new and converged apart", async () => {
    const world = lab({ one: [note("same", "1"), note("hand", "1"), note("mind", "1"), note("both", "1")] });
    await apply(world, ["a/one"]);
    world.hosts.get("a")?.notes.set("hand", "9").set("both", "9");
    world.roles.set("one", () => [note("same", "1"), note("hand", "1"), note("mind", "2"), note("both", "2"), note("fresh", "1")]);
    const { items } = await driftIn(world, ["a/one"]);
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
    expect((await driftIn(world, ["a/one"])).items).toMatchObject([{ status: "converged" }]);
    world.hosts.get("a")?.notes.set("key", "other");
    const { items } = await driftIn(world, ["a/one"]);
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
    const { unreachable, items } = await driftIn(world, ["a/one"]);
    expect([unreachable, items]).toMatchObject([[{ host: "a", resources: 2 }], []]);
  });
});

describe("drift of a host that is made from outside", () => {
  async function applied() {
    const world = made.world();
    await apply(world.inside, made.keys, made.work);
    return world;
  }
  const drift = async ({ inside }: { readonly inside: MemoryWorld }, options: DriftOptions = {}) => {
    const { items, unreachable, unmanaged } = await driftIn(inside, made.keys, { ...made.work, ...options });
    return { items: items.map(({ address, status }) => `${address} ${status}`), unreachable, unmanaged };
  };
  const converged = ["a/guest/vm:a converged", "a/one/note:x converged", "a/one/note:y converged"];

  test("that is as it was", async () => expect(await drift(await applied())).toMatchObject({ items: converged, unreachable: [] }));
  test("that its maker says is gone: everything in it is gone, too", async () => {
    const world = await applied();
    world.cluster.vms.delete("a");
    world.host.down = true;
    expect(await drift(world)).toMatchObject({ items: ["a/guest/vm:a drifted", "a/one/note:x drifted", "a/one/note:y drifted"], unreachable: [] });
  });
  test("that is there and does not answer is unreachable", async () => {
    const world = await applied();
    world.host.down = true;
    expect(await drift(world)).toMatchObject({ items: [], unreachable: [{ host: "a", problem: { code: "unreachable" }, resources: 3 }] });
  });
  test("whose machine is another than it was, and that does not answer: the machine drifted, what is in it is not known", async () => {
    const world = await applied();
    world.cluster.vms.set("a", 1);
    world.host.down = true;
    const { items, unreachable } = await drift(world);
    expect([items, unreachable]).toMatchObject([["a/guest/vm:a drifted"], [{ host: "a", problem: { code: "unreachable" }, resources: 2 }]]);
  });
  test("whose machine is another than it was, and that answers", async () => {
    const world = await applied();
    world.cluster.vms.set("a", 1);
    expect(await drift(world)).toMatchObject({ items: ["a/guest/vm:a drifted", ...converged.slice(1)], unreachable: [] });
  });
  test("whose maker cannot be asked, and that does not answer, is unreachable, with both reasons", async () => {
    const world = await applied();
    world.cluster.silent = true;
    world.host.down = true;
    const { items, unreachable } = await drift(world);
    const message = "a: no answer; what makes it could not be looked at either: the cluster does not answer";
    expect([items, unreachable]).toMatchObject([[], [{ host: "a", problem: { code: "unreachable", message }, resources: 3 }]]);
  });
  test("whose maker cannot be asked, and that answers: only what makes it is unknown", async () => {
    const world = await applied();
    world.cluster.silent = true;
    expect(await drift(world)).toMatchObject({ items: ["a/guest/vm:a unknown", ...converged.slice(1)], unreachable: [] });
  });
  test("that is not there yet is not asked for what is in no role", async () => {
    const world = made.world();
    expect(await drift(world, { unmanaged: true })).toMatchObject({ items: ["a/guest/vm:a new", "a/one/note:x new", "a/one/note:y new"], unmanaged: [] });
    expect(world.inside.events.map(({ event }) => event)).not.toContain("connected");
  });
});
