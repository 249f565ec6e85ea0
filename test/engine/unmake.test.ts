// Machines whose host left the inventory: shown, never silently, removed only where that is allowed, and forgotten then.
import { describe, expect, test } from "vitest";
import { applyPlan } from "../../src/engine/apply.ts";
import { makeDestruction, makePlan } from "../../src/engine/plan.ts";
import type { Work } from "../../src/engine/world.ts";
import { options, outcomes } from "./lab.ts";
import { asMade, keys, work, world } from "./made-host.ts";

type Made = ReturnType<typeof world>;

const all = [...keys, "b/one"];
const site = { ...work, prunes: "site.yaml" };

async function applied(): Promise<Made> {
  const made = world({}, ["a", "b"]);
  made.cluster.next = { machineId: "0".repeat(32) };
  await apply(made, made.inside.work(all, site));
  return made;
}

async function apply({ inside, cluster }: Made, todo: Work, more: object = {}) {
  const around = asMade(inside, cluster);
  const { plan, found } = await makePlan(around, todo);
  return { plan, result: await applyPlan(around, plan, { ...options, found, ...more }) };
}

/** The same work of an inventory without host "a". */
function without({ inside }: Made, more: object = {}): Work {
  const left = inside.work(["b/one"], { ...site, hosts: ["b"] });
  const hosts = new Map([...left.inventory.hosts].filter(([name]) => name !== "a"));
  return { ...left, inventory: { ...left.inventory, hosts }, ...more };
}

describe("a host whose line left the inventory", () => {
  test("its machine is shown as going, at the risk of data, and nothing connects to it", async () => {
    const made = await applied();
    const { plan } = await makePlan(asMade(made.inside, made.cluster), without(made));
    const going = plan.entries.filter(({ host }) => host === "a");
    expect(going).toMatchObject([{ address: "a/guest/vm:a", action: "remove", prune: "unmakes", changes: [{ risk: "data-loss" }] }]);
    expect(plan.stays).toBeUndefined();
  });
  test("nothing goes unless that risk is allowed", async () => {
    const made = await applied();
    await expect(apply(made, without(made))).rejects.toMatchObject({ problems: [{ code: "risk", message: expect.stringContaining("data-loss") }] });
    expect(made.cluster.vms.has("a")).toBe(true);
  });
  test("allowed, its machine goes without a login, and nothing is remembered of it", async () => {
    const made = await applied();
    made.host.down = true;
    const { result } = await apply(made, without(made), { allow: ["data-loss"] });
    expect(outcomes(result)).toEqual({ "a/guest/vm:a": "changed", "b/one/note:x": "ok", "b/one/note:y": "ok" });
    expect([made.cluster.vms.has("a"), await made.inside.state.hosts(), result.unreachable.size]).toEqual([false, ["b"], 0]);
  });
  test("what cannot be removed is remembered, and said again", async () => {
    const made = await applied();
    made.cluster.broken = true;
    const { result } = await apply(made, without(made), { allow: ["data-loss"] });
    expect(outcomes(result)).toMatchObject({ "a/guest/vm:a": "failed" });
    const { plan } = await makePlan(asMade(made.inside, made.cluster), without(made));
    expect(plan.entries.filter(({ host }) => host === "a").map(({ action }) => action)).toEqual(["remove"]);
  });
  test("hlx state forget lets go of it", async () => {
    const made = await applied();
    const ids = [...(await made.inside.state.made(["a"])), ...(await made.inside.state.recorded(["a"]))].map(({ id }) => ({ host: "a", id }));
    await made.inside.state.forget(ids, { made: true });
    const { plan } = await makePlan(asMade(made.inside, made.cluster), without(made));
    expect([plan.entries.map(({ host }) => host), plan.stays]).toEqual([["b", "b"], undefined]);
  });
  test.each([
    ["a limit", { hosts: [] }],
    ["a run for some tags", { only: () => true }],
    ["another playbook", { prunes: { playbook: "other.yaml" } }],
  ])("%s says nothing of it", async (_, more) => {
    const made = await applied();
    const { plan } = await makePlan(asMade(made.inside, made.cluster), without(made, more));
    expect(plan.entries.filter(({ host }) => host === "a")).toEqual([]);
  });
});

describe("a host that a source listed, and does not list now", () => {
  const sources = [{ proxmox: "pve1", only: "all", at: { file: "inventory.yaml", line: 1, column: 1 } }];
  const withSources = (todo: Work): Work => ({ ...todo, inventory: { ...todo.inventory, sources } });
  const listed = (todo: Work): Work => {
    const hosts = new Map([...todo.inventory.hosts].map(([name, host]) => [name, name === "a" ? { ...host, live: true as const } : host]));
    return withSources({ ...todo, inventory: { ...todo.inventory, hosts } });
  };
  async function appliedLive(): Promise<Made> {
    const made = world({}, ["a", "b"]);
    made.cluster.next = { machineId: "0".repeat(32) };
    await apply(made, listed(made.inside.work(all, site)));
    return made;
  }
  test("is not taken for one that left: nothing goes, nothing is said, nothing is forgotten", async () => {
    const made = await appliedLive();
    const { plan } = await apply(made, withSources(without(made)));
    expect([plan.entries.filter(({ host }) => host === "a"), plan.stays, plan.letGo]).toEqual([[], undefined, undefined]);
    expect([made.cluster.vms.has("a"), await made.inside.state.hosts()]).toEqual([true, ["a", "b"]]);
  });
  test("also when it is known only by what a run that died had made", async () => {
    const made = await appliedLive();
    await made.inside.state.forget((await made.inside.state.recorded(["a"])).map(({ id }) => ({ host: "a", id })));
    const { plan } = await makePlan(asMade(made.inside, made.cluster), withSources(without(made)));
    expect([plan.entries.filter(({ host }) => host === "a"), plan.stays]).toEqual([[], undefined]);
  });
  test.each([
    ["once the inventory names no source", async () => [await appliedLive(), without] as const],
    ["where the file had it, and a source is asked beside it", async () => [await applied(), (made: Made) => withSources(without(made))] as const],
  ])("the twin: it left %s", async (_, begin) => {
    const [made, left] = await begin();
    const { plan } = await makePlan(asMade(made.inside, made.cluster), left(made));
    expect(plan.entries.filter(({ host }) => host === "a")).toMatchObject([{ action: "remove" }]);
  });
});

describe("a host that is still in the inventory", () => {
  test("keeps its machine although nothing wants it any more, and that is said", async () => {
    const made = await applied();
    const { plan } = await makePlan(asMade(made.inside, made.cluster), made.inside.work(["a/one", "b/one"], { prunes: "site.yaml" }));
    expect(plan.entries.map(({ address }) => address)).not.toContain("a/guest/vm:a");
    expect(plan.stays).toMatchObject([{ address: "a/guest/vm:a", hint: "hlx destroy --target 'a/guest/vm:a'" }]);
  });
  test.each([
    ["answers", false],
    ["does not answer", true],
  ])("loses it on purpose, when it %s", async (_, down) => {
    const made = await applied();
    made.host.down = down;
    const around = asMade(made.inside, made.cluster);
    const { plan, found } = await makeDestruction(around, made.inside.work(all, { ...site, target: ["a/guest/**"] }));
    const result = await applyPlan(around, plan, { ...options, found, allow: ["data-loss"] });
    expect([outcomes(result), result.unreachable.size]).toEqual([{ "a/guest/vm:a": "changed" }, 0]);
    expect(made.cluster.vms.has("a")).toBe(false);
  });
});
