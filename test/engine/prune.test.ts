// What hlx made and nothing desires any more goes away, and nothing else does.
import { describe, expect, test } from "vitest";
import { applyPlan } from "../../src/engine/apply.ts";
import { makeDestruction, makePlan } from "../../src/engine/plan.ts";
import { undo } from "../../src/engine/undo.ts";
import type { Plan } from "../../src/model/plan.ts";
import type { Resource } from "../../src/model/resource.ts";
import type { MemoryWorld, WorkOptions } from "../../src/testing/memory-world.ts";
import { note } from "../../src/testing/note.ts";
import { apply, lab, options, outcomes, plan } from "./lab.ts";

const site = { prunes: "site.yaml" };

function shown({ entries }: Plan): readonly string[] {
  return entries.filter(({ action }) => action !== "none").map(({ address, action, prune }) => `${action}${prune === "removes" ? " (pruned)" : ""} ${address}`);
}

async function applied(world: MemoryWorld, keys: readonly string[], more: WorkOptions = site): Promise<void> {
  const result = await apply(world, keys, more);
  expect(Object.values(outcomes(result)).filter((outcome) => outcome !== "ok" && outcome !== "changed")).toEqual([]);
}

function declare(world: MemoryWorld, role: string, ...resources: readonly Resource[]): void {
  world.roles.set(role, () => resources);
}

describe("prune", () => {
  test("removes what hlx made and no role declares any more, last made first, and the next plan is empty", async () => {
    const world = lab({ one: [note("x", "1"), note("y", "1"), note("z", "1")] });
    await applied(world, ["a/one"]);
    declare(world, "one", note("z", "2"));
    const made = await plan(world, ["a/one"], site);
    expect(shown(made)).toEqual(["update a/one/note:z", "remove (pruned) a/one/note:y", "remove (pruned) a/one/note:x"]);
    await applied(world, ["a/one"]);
    expect(world.hosts.get("a")?.log.slice(3)).toEqual(["set z=2", "rm y", "rm x"]);
    const again = await plan(world, ["a/one"], site);
    expect([shown(again), again.stays, again.letGo]).toEqual([[], undefined, undefined]);
  });

  test("a role that is taken away takes with it what it made, also the last one of a host", async () => {
    const world = lab({ one: [note("x", "1")], two: [note("y", "1")] });
    await applied(world, ["a/one", "a/two"]);
    expect(shown(await plan(world, ["a/one"], site))).toEqual(["remove (pruned) a/two/note:y"]);
    await applied(world, []);
    expect([...(world.hosts.get("a")?.notes.keys() ?? [])]).toEqual([]);
  });

  test("what was there before is let go, and stays", async () => {
    const world = lab({ one: [note("x", "1"), note("y", "1")] });
    world.hosts.get("a")?.notes.set("x", "0");
    await applied(world, ["a/one"]);
    declare(world, "one");
    const made = await plan(world, ["a/one"], site);
    expect(shown(made)).toEqual(["remove (pruned) a/one/note:y"]);
    expect(made.stays).toEqual([
      { host: "a", address: "a/one/note:x", because: "not known to be made by hlx: it stays as it is, and is remembered no longer" },
    ]);
    await applied(world, ["a/one"]);
    expect([...(world.hosts.get("a")?.notes ?? [])]).toEqual([["x", "1"]]);
    expect([await world.state.recorded(["a"]), (await plan(world, ["a/one"], site)).stays]).toEqual([[], undefined]);
  });

  test("what another role declares now is its own, and nothing happens", async () => {
    const world = lab({ one: [note("x", "1")], two: [] });
    await applied(world, ["a/one", "a/two"]);
    declare(world, "one");
    declare(world, "two", note("x", "1"));
    expect(shown(await plan(world, ["a/one", "a/two"], site))).toEqual([]);
    await applied(world, ["a/one", "a/two"]);
    declare(world, "two");
    expect(shown(await plan(world, ["a/one", "a/two"], site))).toEqual(["remove (pruned) a/two/note:x"]);
  });

  test("a failure before it holds it back", async () => {
    const world = lab({ one: [note("x", "1")] });
    await applied(world, ["a/one"]);
    declare(world, "one", note("bad", "1"));
    world.hosts.get("a")?.failing.add("bad");
    expect(outcomes(await apply(world, ["a/one"], site))).toEqual({ "a/one/note:bad": "failed", "a/one/note:x": "skipped" });
    world.hosts.get("a")?.failing.clear();
    expect(outcomes(await apply(world, ["a/one"], site))).toEqual({ "a/one/note:bad": "changed", "a/one/note:x": "changed" });
  });

  test("what is gone already is forgotten without a step", async () => {
    const world = lab({ one: [note("x", "1")] });
    await applied(world, ["a/one"]);
    world.hosts.get("a")?.notes.delete("x");
    declare(world, "one");
    expect(shown(await plan(world, ["a/one"], site))).toEqual([]);
    await applied(world, ["a/one"]);
    world.hosts.get("a")?.notes.set("x", "by hand");
    expect(shown(await plan(world, ["a/one"], site))).toEqual([]);
  });

  test("what a failed step did not make is not hlx's, even when it comes by hand later", async () => {
    const world = lab({ one: [note("x", "1")] });
    world.hosts.get("a")?.failing.add("x");
    await apply(world, ["a/one"], site);
    world.hosts.get("a")?.failing.clear();
    world.hosts.get("a")?.notes.set("x", "1");
    await applied(world, ["a/one"]);
    declare(world, "one");
    expect(shown(await plan(world, ["a/one"], site))).toEqual([]);
  });

  test("what nobody knows the end of is looked at: when it is there, hlx made it", async () => {
    const world = lab({ one: [note("x", "1"), note("y", "1")] });
    const host = world.hosts.get("a");
    if (host === undefined) throw new Error("no host");
    host.cutAfter = 1;
    await apply(world, ["a/one"], site);
    delete host.cutAfter;
    host.notes.set("y", "1");
    declare(world, "one");
    expect(shown(await plan(world, ["a/one"], site))).toEqual(["remove (pruned) a/one/note:y", "remove (pruned) a/one/note:x"]);
  });

  test("needs leave for the risk of the removal", async () => {
    const world = lab({ one: [note("x", "1", { risk: "data-loss" })] });
    await applied(world, ["a/one"], { ...site, allow: ["data-loss"] } as WorkOptions);
    declare(world, "one");
    await expect(apply(world, ["a/one"], site)).rejects.toMatchObject({ problems: [{ code: "risk" }] });
    expect(world.hosts.get("a")?.notes.has("x")).toBe(true);
  });
});

describe("nothing looks unwanted because of what was left out", () => {
  const twoHosts = async (): Promise<MemoryWorld> => {
    const world = lab({ one: [note("x", "1")], two: [note("y", "1")] }, ["a", "b"]);
    await applied(world, ["a/one", "a/two", "b/one"]);
    declare(world, "one");
    return world;
  };
  const all = ["a/one", "a/two", "b/one"];
  const cases: readonly { readonly name: string; readonly keys: readonly string[]; readonly more: WorkOptions; readonly expected: readonly string[] }[] = [
    { name: "everything", keys: all, more: site, expected: ["remove (pruned) a/one/note:x", "remove (pruned) b/one/note:x"] },
    { name: "--limit", keys: all, more: { ...site, hosts: ["b"] }, expected: ["remove (pruned) b/one/note:x"] },
    { name: "--tags", keys: all, more: { ...site, only: ["a/two", "b/one"] }, expected: ["remove (pruned) b/one/note:x"] },
    { name: "--target", keys: all, more: { ...site, target: ["a/two/**"] }, expected: [] },
    { name: "--target of what is unwanted", keys: all, more: { ...site, target: ["a/one/**"] }, expected: ["remove (pruned) a/one/note:x"] },
    { name: "another playbook", keys: ["b/one"], more: { prunes: "other.yaml" }, expected: [] },
    { name: "work that prunes nothing", keys: all, more: {}, expected: [] },
  ];
  test.each(cases)("$name", async ({ keys, more, expected }) => {
    expect(shown(await plan(await twoHosts(), keys, more))).toEqual(expected);
  });
  test("an unreachable host", async () => {
    const world = await twoHosts();
    const down = world.hosts.get("a");
    if (down !== undefined) down.down = true;
    expect(shown(await plan(world, ["a/one", "a/two", "b/one"], site))).toEqual(["remove (pruned) b/one/note:x"]);
  });
  test("a host that has left the inventory is said", async () => {
    const world = await twoHosts();
    const rest = lab({ two: [note("y", "1")] }, ["a"]);
    const made = await plan({ ...world, work: rest.work } as MemoryWorld, ["a/two"], site);
    expect(made.stays).toContainEqual({ host: "b", because: expect.stringContaining("not in the inventory"), hint: "hlx state forget --host b" });
  });
});

describe("undo and prune", () => {
  test("what a rollback brings back is hlx's again, and pruned again", async () => {
    const world = lab({ one: [note("x", "1")] });
    await applied(world, ["a/one"]);
    declare(world, "one");
    await applied(world, ["a/one"]);
    await goBack(world, 2);
    expect(world.hosts.get("a")?.notes.get("x")).toBe("1");
    expect(shown(await plan(world, ["a/one"], site))).toEqual(["remove (pruned) a/one/note:x"]);
  });

  test("what a role removed and hlx had not made is not hlx's when it is back", async () => {
    const world = lab({ one: [note("x", "1", { absent: true })] });
    world.hosts.get("a")?.notes.set("x", "1");
    await applied(world, ["a/one"]);
    expect(world.hosts.get("a")?.notes.has("x")).toBe(false);
    await goBack(world, 1);
    declare(world, "one");
    expect([world.hosts.get("a")?.notes.get("x"), shown(await plan(world, ["a/one"], site))]).toEqual(["1", []]);
  });

  async function goBack(world: MemoryWorld, number: number): Promise<void> {
    const run = (await world.state.runs()).find((one) => one.run === number);
    if (run === undefined) throw new Error("no such run");
    const opened = world.world();
    const { work } = await undo(run, world.work([], site), opened);
    const { plan: back } = await makePlan(opened, work);
    await applyPlan(opened, back, { ...options, start: { ...options.start, command: "rollback", undoes: number } });
  }
});

describe("destroy", () => {
  test("removes what hlx made, wanted or not, and leaves the rest", async () => {
    const world = lab({ one: [note("x", "1"), note("y", "1"), note("z", "1")] });
    world.hosts.get("a")?.notes.set("y", "0");
    await applied(world, ["a/one"]);
    const opened = world.world();
    const { plan: made, found } = await makeDestruction(opened, world.work(["a/one"], { ...site, target: ["a/one/note:x", "a/one/note:y"] }));
    expect([shown(made), made.stays]).toEqual([
      ["remove (pruned) a/one/note:x"],
      [{ host: "a", address: "a/one/note:y", because: "not known to be made by hlx: it stays as it is" }],
    ]);
    await applyPlan(opened, made, { ...options, found });
    expect([...(world.hosts.get("a")?.notes.keys() ?? [])]).toEqual(["y", "z"]);
    expect(shown(await plan(world, ["a/one"], site))).toEqual(["create a/one/note:x"]);
  });
});
