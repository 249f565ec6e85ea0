// The engine's specification: lifecycles over hosts simulated in memory.
import { describe, expect, test } from "vitest";
import { applyPlan } from "../../src/engine/apply.ts";
import type { Plan } from "../../src/model/plan.ts";
import { ref } from "../../src/model/text.ts";
import { note } from "../../src/testing/note.ts";
import { apply, lab, options, outcomes, plan } from "./lab.ts";

describe("plan and apply", () => {
  test("apply does what the plan shows, and the second plan is empty", async () => {
    const world = lab({ one: [note("x", "1"), note("y", "2")] });
    const first = await plan(world, ["a/one"]);
    expect(first.entries.map(({ entry, action, address }) => [entry, action, address])).toEqual([
      ["exact", "create", "a/one/note:x"],
      ["exact", "create", "a/one/note:y"],
    ]);
    expect(world.hosts.get("a")?.log).toEqual([]);
    const result = await apply(world, ["a/one"]);
    expect(outcomes(result)).toEqual({ "a/one/note:x": "changed", "a/one/note:y": "changed" });
    expect(result.verified).toEqual({ probed: 2, asDesired: 2 });
    expect(world.hosts.get("a")?.log).toEqual(["set x=1", "set y=2"]);
    expect((await plan(world, ["a/one"])).entries.every(({ action }) => action === "none")).toBe(true);
  });

  test("a plan takes one round trip of probes", async () => {
    const world = lab({ one: Array.from({ length: 200 }, (_, index) => note(`n${index}`, "1")) });
    const { hosts } = await plan(world, ["a/one"]);
    expect(hosts).toMatchObject([{ host: "a", resources: 200, roundTrips: 1 }]);
  });

  test("a resource that waits for another is predicted, probed just before it, and applied in the same run", async () => {
    const world = lab({ one: [note("engine", "on"), note("stack", "up", { needs: "engine" })] });
    expect((await plan(world, ["a/one"])).entries[1]).toMatchObject({ entry: "predicted", action: "create", needs: "note:engine", by: "a/one/note:engine" });
    expect(outcomes(await apply(world, ["a/one"]))).toEqual({ "a/one/note:engine": "changed", "a/one/note:stack": "changed" });
  });

  test("what nothing provides is an error that names it, and apply stops there", async () => {
    const world = lab({ one: [note("first", "1"), note("stack", "up", { needs: "engine" }), note("last", "1")] });
    const { problems } = await plan(world, ["a/one"]);
    expect(problems).toMatchObject([
      { code: "missing", message: "a/one/note:stack: there is no note engine", hint: "nothing planned before it provides note:engine" },
    ]);
    expect(outcomes(await apply(world, ["a/one"]))).toEqual({ "a/one/note:first": "changed", "a/one/note:stack": "failed", "a/one/note:last": "skipped" });
  });

  test("a provider that is converged already provides nothing new", async () => {
    const world = lab({ one: [note("engine", "on", { provides: ["note:other"] }), note("stack", "up", { needs: "other" })] });
    world.hosts.get("a")?.notes.set("engine", "on");
    expect((await plan(world, ["a/one"])).problems).toHaveLength(1);
  });

  test("the same thing desired equally by two roles is one resource; differently, it is refused with both", async () => {
    const same = lab({ one: [note("x", "1")], two: [note("x", "1")] });
    expect((await plan(same, ["a/one", "a/two"])).entries).toHaveLength(1);
    const different = lab({ one: [note("x", "1")], two: [note("x", "2")] });
    await expect(plan(different, ["a/one", "a/two"])).rejects.toThrow("note:x on a is desired by role one and, differently, by role two");
  });

  test("a value known only later is filled in when it is known", async () => {
    const world = lab({ one: [note("token", "t0k"), note("join", ["join ", ref("note:token", "/value")])] });
    expect((await plan(world, ["a/one"])).entries[1]?.changes[0]?.after).toEqual({ value: undefined });
    await apply(world, ["a/one"]);
    expect((await plan(world, ["a/one"])).entries.every(({ action }) => action === "none")).toBe(true);
    expect(world.hosts.get("a")?.notes.get("join")).toBe("join t0k");
  });

  test("sec/31 a secret is sent, and stands in neither plan, state nor journal", async () => {
    const world = lab({ one: [note("key", [{ secret: "k" }])] });
    world.secrets.set("k", "hunter2hunter2");
    const made = await plan(world, ["a/one"]);
    await apply(world, ["a/one"]);
    expect(world.hosts.get("a")?.notes.get("key")).toBe("hunter2hunter2");
    const written = JSON.stringify([
      made,
      world.state.records,
      await world.state.recorded(["a"]),
      world.events.map((event) => ({ ...event, entry: undefined })),
    ]);
    expect(written).not.toContain("hunter2hunter2");
  });
});

describe("failures", () => {
  test("a failure stops the rest of its role, and the earlier play's roles are not undone", async () => {
    const world = lab({ one: [note("x", "1"), note("bad", "1"), note("y", "1")] });
    world.hosts.get("a")?.failing.add("bad");
    const result = await apply(world, ["a/one"]);
    expect(outcomes(result)).toEqual({ "a/one/note:x": "changed", "a/one/note:bad": "failed", "a/one/note:y": "skipped" });
    expect(result.outcomes.get("a/one/note:bad")).toMatchObject({ problem: { message: "a/one/note:bad: exit status 1\ncannot set bad" } });
  });

  test("dependants are skipped, others go on", async () => {
    const world = lab({ one: (host) => [note(host === "a" ? "bad" : "good", "1")], two: [note("y", "1")] }, ["a", "b", "c"]);
    world.hosts.get("a")?.failing.add("bad");
    const result = await apply(world, ["a/one", "b/one", "c/one", "b/two"], { requires: { "b/two": ["one@a"] } });
    expect(outcomes(result)).toEqual({ "a/one/note:bad": "failed", "b/one/note:good": "changed", "c/one/note:good": "changed", "b/two/note:y": "skipped" });
  });

  test("an independent role does not wait for the one before it", async () => {
    const world = lab({ one: [note("bad", "1")], two: [note("y", "1")] });
    world.hosts.get("a")?.failing.add("bad");
    expect(outcomes(await apply(world, ["a/one", "a/two"]))).toMatchObject({ "a/two/note:y": "skipped" });
    expect(outcomes(await apply(world, ["a/one", "a/two"], { independent: ["a/two"] }))).toMatchObject({ "a/two/note:y": "changed" });
  });

  test("a step that nobody knows the end of is unknown, and is probed by the next run", async () => {
    const world = lab({ one: [note("x", "1"), note("y", "1"), note("z", "1")] });
    const host = world.hosts.get("a");
    if (host === undefined) throw new Error("no host");
    host.cutAfter = 1;
    expect(outcomes(await apply(world, ["a/one"]))).toEqual({ "a/one/note:x": "changed", "a/one/note:y": "unknown", "a/one/note:z": "skipped" });
    delete host.cutAfter;
    expect(outcomes(await apply(world, ["a/one"]))).toEqual({ "a/one/note:x": "ok", "a/one/note:y": "changed", "a/one/note:z": "changed" });
  });

  test("an unreachable host is part of the plan, what requires it is blocked, the rest is applied", async () => {
    const world = lab({ one: [note("x", "1")], two: [note("y", "1")] }, ["a", "b"]);
    const down = world.hosts.get("a");
    if (down !== undefined) down.down = true;
    const keys = ["a/one", "b/one", "b/two"];
    const requires = { "b/two": ["one@a"] };
    expect((await plan(world, keys, { requires })).hosts[0]).toMatchObject({ host: "a", unreachable: { code: "unreachable" } });
    const result = await apply(world, keys, { requires });
    expect([...result.unreachable.keys()]).toEqual(["a"]);
    expect(outcomes(result)).toEqual({ "b/one/note:x": "changed", "b/two/note:y": "skipped" });
  });

  test("what a later resource undoes is told as not as desired", async () => {
    const world = lab({ one: [note("x", "1")], two: [note("eraser", "1")] });
    const host = world.hosts.get("a");
    host?.notes.set("x", "1");
    host?.erases.set("eraser", "x");
    const result = await apply(world, ["a/one", "a/two"]);
    expect(outcomes(result)).toEqual({ "a/one/note:x": "failed", "a/two/note:eraser": "changed" });
    expect(result.verified).toEqual({ probed: 2, asDesired: 1 });
    expect(world.events.filter((event) => event.event === "ended" && event.outcome.outcome === "failed")).toMatchObject([{ address: "a/one/note:x" }]);
  });
});

describe("approval", () => {
  test("what moved since the plan is refused, with what comes after it in its role", async () => {
    const world = lab({ one: [note("x", "1"), note("y", "1")], two: [note("z", "1")] });
    world.hosts.get("a")?.notes.set("x", "old");
    const made = await plan(world, ["a/one", "a/two"]);
    world.hosts.get("a")?.notes.set("x", "moved");
    const result = await applyPlan(world.world(), made, { ...options, saved: true });
    expect(outcomes(result)).toMatchObject({ "a/one/note:x": "failed", "a/one/note:y": "skipped" });
    expect(result.outcomes.get("a/one/note:x")).toMatchObject({ problem: { code: "stale" } });
    expect(world.hosts.get("a")?.notes.get("x")).toBe("moved");
  });

  test("what is as desired by now passes", async () => {
    const world = lab({ one: [note("x", "1")] });
    const made = await plan(world, ["a/one"]);
    world.hosts.get("a")?.notes.set("x", "1");
    expect(outcomes(await applyPlan(world.world(), made, { ...options, saved: true }))).toEqual({ "a/one/note:x": "ok" });
    expect(world.hosts.get("a")?.log).toEqual([]);
  });

  test("what is as desired at first, and no longer after what came before it, is done as planned", async () => {
    const world = lab({ one: [note("conf", "2"), note("loaded", "yes", { watch: "note:conf" })] });
    const host = world.hosts.get("a");
    host?.notes.set("conf", "1");
    host?.erases.set("conf", "loaded");
    const made = await plan(world, ["a/one"]);
    host?.notes.set("loaded", "yes");
    const result = await applyPlan(world.world(), made, { ...options, saved: true });
    expect([outcomes(result), host?.log]).toEqual([{ "a/one/note:conf": "changed", "a/one/note:loaded": "changed" }, ["set conf=2", "set loaded=yes"]]);
  });

  test("a saved plan is used once, also through JSON", async () => {
    const world = lab({ one: [note("x", "1")] });
    const made = JSON.parse(JSON.stringify(await plan(world, ["a/one"]))) as Plan;
    expect(outcomes(await applyPlan(world.world(), made, { ...options, saved: true }))).toEqual({ "a/one/note:x": "changed" });
    const again = await applyPlan(world.world(), made, { ...options, saved: true });
    expect(again.refused.get("a")).toMatchObject({ code: "stale" });
  });

  test("a saved plan is refused on a machine that took the host's place", async () => {
    const world = lab({ one: [note("x", "1")] });
    const made = await plan(world, ["a/one"]);
    const other = { ...made, hosts: made.hosts.map((host) => ({ ...host, machineId: "f".repeat(32) })) };
    const result = await applyPlan(world.world(), other, { ...options, saved: true });
    expect(result.refused.get("a")).toMatchObject({ code: "stale", message: expect.stringContaining("is another machine") });
    expect(world.hosts.get("a")?.log).toEqual([]);
  });

  test("a guarded risk is refused unless it is allowed by name", async () => {
    const world = lab({ one: [note("x", "1", { risk: "data-loss" })] });
    await expect(apply(world, ["a/one"])).rejects.toMatchObject({ problems: [{ code: "risk", hint: "allow it by name: --allow data-loss" }] });
    expect(world.hosts.get("a")?.log).toEqual([]);
    expect(outcomes(await apply(world, ["a/one"], { allow: ["data-loss"] }))).toEqual({ "a/one/note:x": "changed" });
  });

  test("a host that is locked by somebody else is not touched", async () => {
    const world = lab({ one: [note("x", "1")] }, ["a", "b"]);
    const locked = world.hosts.get("a");
    if (locked !== undefined) locked.holder = { run: "1", who: "other", where: "there", pid: 1, since: "" };
    const result = await apply(world, ["a/one", "b/one"]);
    expect(result.refused.get("a")).toMatchObject({ code: "locked" });
    expect(outcomes(result)).toEqual({ "a/one/note:x": "skipped", "b/one/note:x": "changed" });
    expect(locked?.log).toEqual([]);
  });
});

describe("making anew", () => {
  test("removes what is there and creates it, at the risk of a replacement", async () => {
    const world = lab({ one: [note("x", "1"), note("y", "1")] });
    world.hosts.get("a")?.notes.set("x", "1").set("y", "1");
    const more = { replace: ["a/one/note:x"] };
    expect((await plan(world, ["a/one"], more)).entries.map(({ action }) => action)).toEqual(["replace", "none"]);
    await expect(apply(world, ["a/one"], more)).rejects.toMatchObject({ problems: [{ code: "risk" }] });
    expect(outcomes(await apply(world, ["a/one"], { ...more, allow: ["replace"] }))).toEqual({ "a/one/note:x": "changed", "a/one/note:y": "ok" });
    expect(world.hosts.get("a")?.log).toEqual(["rm x", "set x=1"]);
  });
  test("of something that is not there is a plain creation", async () => {
    const world = lab({ one: [note("x", "1")] });
    expect((await plan(world, ["a/one"], { replace: ["**"] })).entries).toMatchObject([{ action: "create" }]);
  });
  test("of nothing is refused", async () => {
    const world = lab({ one: [note("x", "1")] });
    await expect(plan(world, ["a/one"], { replace: ["b/**"] })).rejects.toThrow('target "b/**" matches none of 1 resources');
  });
});

describe("order", () => {
  test("serial holds back, exclusive excludes, and both end", async () => {
    const names = ["a", "b", "c", "d"];
    const world = lab({ one: [note("x", "1", { exclusive: "join" })], two: [note("y", "1", { long: true })] }, names);
    const keys = names.flatMap((name) => [`${name}/one`, `${name}/two`]);
    const result = await apply(world, keys, { serial: 1 });
    expect(Object.values(outcomes(result))).toEqual(Array.from({ length: 8 }, () => "changed"));
    const order = world.events.flatMap((event) => (event.event === "ended" ? [event.host] : []));
    expect(order).toEqual(["a", "a", "b", "b", "c", "c", "d", "d"]);
  });

  test("requirements across hosts that hold serial slots do not wait for each other for ever", async () => {
    const world = lab({ one: [note("x", "1")], two: [note("y", "1")] }, ["a", "b"]);
    const result = await apply(world, ["a/one", "b/one", "a/two", "b/two"], { serial: 1, requires: { "a/two": ["one@b"], "b/two": ["one@a"] } });
    expect(Object.values(outcomes(result))).toEqual(Array.from({ length: 4 }, () => "changed"));
  });

  test("a circle is refused with its path", async () => {
    const world = lab({ one: [note("x", "1")], two: [note("y", "1")] }, ["a", "b"]);
    await expect(plan(world, ["a/one", "b/two"], { requires: { "a/one": ["two@b"], "b/two": ["one@a"] } })).rejects.toThrow(
      "in a circle: a/one → b/two → a/one",
    );
  });

  test("after an interruption nothing new is started", async () => {
    const world = lab({ one: [note("x", "1")] });
    const made = await plan(world, ["a/one"]);
    world.stop.abort();
    const result = await applyPlan(world.world(), made, options);
    expect([result.interrupted, outcomes(result)]).toEqual([true, { "a/one/note:x": "skipped" }]);
  });

  test("what chosen hosts require elsewhere is looked at, told, and done only when asked", async () => {
    const world = lab({ one: [note("x", "1")], two: [note("y", "1")] }, ["a", "b"]);
    const more = { requires: { "b/two": ["one@a"] }, hosts: ["b"] };
    const made = await plan(world, ["a/one", "b/two"], more);
    expect([made.entries.map(({ address }) => address), made.elsewhere.map(({ address }) => address)]).toEqual([["b/two/note:y"], ["a/one/note:x"]]);
    await apply(world, ["a/one", "b/two"], more);
    expect(world.hosts.get("a")?.log).toEqual([]);
    expect(outcomes(await apply(world, ["a/one", "b/two"], { ...more, withRequired: true }))).toEqual({ "a/one/note:x": "changed", "b/two/note:y": "ok" });
  });

  test("a watched change makes its watcher stale in the same plan", async () => {
    const world = lab({ one: [note("conf", "2"), note("unit", "up", { watch: "note:conf" })] });
    world.hosts.get("a")?.notes.set("conf", "1").set("unit", "up");
    expect((await plan(world, ["a/one"])).entries.map(({ action }) => action)).toEqual(["update", "update"]);
    await apply(world, ["a/one"]);
    expect((await plan(world, ["a/one"])).entries.map(({ action }) => action)).toEqual(["none", "none"]);
  });
});
