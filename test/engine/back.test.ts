// The way back from a run, whole or in part; and whose secrets are looked up.
import { describe, expect, test } from "vitest";
import { makePlan } from "../../src/engine/plan.ts";
import { undo } from "../../src/engine/undo.ts";
import type { World } from "../../src/engine/world.ts";
import type { MemoryWorld, WorkOptions } from "../../src/testing/memory-world.ts";
import { note } from "../../src/testing/note.ts";
import { apply, lab, plan } from "./lab.ts";

const keys = ["a/one", "b/one"];

async function changed(): Promise<MemoryWorld> {
  const world = lab({ one: [note("x", "1"), note("y", "1")] }, ["a", "b"]);
  for (const host of ["a", "b"]) for (const name of ["x", "y"]) world.hosts.get(host)?.notes.set(name, "0");
  await apply(world, keys);
  return world;
}

async function backFrom(world: MemoryWorld, more: WorkOptions): Promise<readonly string[]> {
  const [run] = await world.state.runs();
  if (run === undefined) throw new Error("no run");
  const opened = world.world();
  const { work } = await undo(run, world.work([], more), opened);
  const { plan: back } = await makePlan(opened, work);
  return back.entries.map(({ action, address }) => `${action} ${address}`);
}

describe("rollback", () => {
  test.each<readonly [string, WorkOptions, readonly string[]]>([
    ["all of it", { hosts: ["a", "b"] }, ["update a/one/note:x", "update a/one/note:y", "update b/one/note:x", "update b/one/note:y"]],
    ["--limit", { hosts: ["b"] }, ["update b/one/note:x", "update b/one/note:y"]],
    ["--target", { hosts: ["a", "b"], target: ["*/one/note:x"] }, ["update a/one/note:x", "update b/one/note:x"]],
  ])("%s", async (...[, more, wanted]) => expect(await backFrom(await changed(), more)).toEqual(wanted));

  test("of a host that the run did not touch is refused", async () => {
    const world = lab({ one: [note("x", "1")] }, ["a", "b"]);
    await apply(world, ["a/one"]);
    await expect(backFrom(world, { hosts: ["b"] })).rejects.toThrow("run 1 changed nothing on these hosts");
  });
});

test("only secrets of the hosts that are looked at are asked for, each once", async () => {
  const world = lab({ one: (host) => [note("x", [{ secret: `${host}.k` }]), note("y", [{ secret: `${host}.k` }])] }, ["a", "b"]);
  for (const name of ["a.k", "b.k"]) world.secrets.set(name, "hunter2hunter2");
  const asked: string[] = [];
  const made = world.world();
  const resolve: World["secrets"]["resolve"] = (names) => {
    asked.push(...names);
    return made.secrets.resolve(names);
  };
  const watched: World = { ...made, secrets: { ...made.secrets, resolve } };
  await makePlan(watched, world.work(keys, { hosts: ["b"] }));
  expect(asked).toEqual(["b.k"]);
  expect((await plan(world, keys)).entries).toHaveLength(4);
});
