// The first meeting with a host that was made: by its key, which its maker vouches for, and by its machine-id, which a plan may change only where it made the machine.
import { describe, expect, test } from "vitest";
import { applyPlan } from "../../src/engine/apply.ts";
import { makePlan } from "../../src/engine/plan.ts";
import type { World } from "../../src/engine/world.ts";
import { ProblemError } from "../../src/model/problem.ts";
import { note } from "../../src/testing/note.ts";
import { options, outcomes } from "./lab.ts";
import { asMade, keys, work, world } from "./made-host.ts";

type Made = ReturnType<typeof world>;

async function apply({ inside, cluster }: Made, more: { readonly clock?: () => number } = {}) {
  const around: World = { ...asMade(inside, cluster), ...(more.clock === undefined ? {} : { monotonicMs: more.clock }) };
  const { plan, found } = await makePlan(around, inside.work(keys, work));
  return applyPlan(around, plan, { ...options, found });
}

/** A clock on which a second passes in a millisecond. */
function ticking(): () => number {
  const since = performance.now();
  return () => (performance.now() - since) * 1000;
}

test("a login that is wrong for good is not tried again until the time is over", async () => {
  const made = world();
  const around = asMade(made.inside, made.cluster);
  const { plan, found } = await makePlan(around, made.inside.work(keys, work));
  let tries = 0;
  const again = async () => {
    tries += 1;
    throw new ProblemError({ code: "input", message: "a: the key file is not there" });
  };
  const result = await applyPlan({ ...around, monotonicMs: ticking(), sessions: { ...around.sessions, again } }, plan, { ...options, found });
  expect([tries, result.unreachable.get("a")?.message ?? result.refused.get("a")?.message]).toEqual([1, "a: the key file is not there"]);
});

describe("the key of a host that was made", () => {
  test("is learnt from its maker before the first login", async () => {
    const made = world();
    Object.assign(made.cluster, { next: { machineId: "1".repeat(32), shows: "its-own" }, told: { known: "keys", keys: ["its-own"] } });
    expect(outcomes(await apply(made))).toMatchObject({ "a/one/note:x": "changed" });
    expect([...made.host.trusted]).toEqual(["its-own"]);
  });
  test("replaces that of the machine that had the name before", async () => {
    const made = world();
    made.host.trusted.add("of the old one");
    Object.assign(made.cluster, { next: { machineId: "1".repeat(32), shows: "its-own" }, told: { known: "keys", keys: ["its-own"] } });
    await apply(made);
    expect([...made.host.trusted]).toEqual(["its-own"]);
  });
  test("that is another than its maker says is not trusted", async () => {
    const made = world();
    Object.assign(made.cluster, { next: { machineId: "1".repeat(32), shows: "of somebody else" }, told: { known: "keys", keys: ["its-own"] } });
    const result = await apply(made, { clock: ticking() });
    expect(result.unreachable.get("a")).toMatchObject({ code: "trust", message: expect.stringContaining("of somebody else is not written down") });
    expect(made.host.log).toEqual([]);
  });
  test("that nobody vouches for in time is not trusted, and it is said who was silent", async () => {
    const made = world();
    Object.assign(made.cluster, { next: { machineId: "1".repeat(32), shows: "unknown" }, told: { known: "not yet", waitsFor: "the guest agent of 514" } });
    const result = await apply(made, { clock: ticking() });
    const problem = result.unreachable.get("a");
    expect(problem).toMatchObject({ code: "trust", hint: expect.stringContaining("hlx trust a") });
    expect(problem?.message).toMatch(/its key unknown is not written down; the guest agent of 514 did not vouch for it within \d+ s/);
    expect(made.inside.events).toContainEqual(expect.objectContaining({ event: "waiting", for: "the guest agent of 514" }));
  });
  test("of a host that never answers: the end says what was waited for", async () => {
    const made = world();
    made.cluster.told = { known: "not yet", waitsFor: "the guest agent of 514" };
    const around = { ...made.inside.world() };
    const { plan, found } = await makePlan(around, made.inside.work(keys, work));
    Object.defineProperty(made.host, "down", { get: () => true, set: () => undefined });
    const result = await applyPlan({ ...around, monotonicMs: ticking() }, plan, { ...options, found });
    expect(result.unreachable.get("a")?.message).toMatch(/^waited \d+ s for a.*: a: no answer$/);
  });
  test("of one that was made by a run that died is learnt while planning", async () => {
    const made = world({ a: 2 });
    Object.assign(made.host, { shows: "its-own" });
    made.cluster.told = { known: "keys", keys: ["its-own"] };
    const { plan } = await makePlan(made.inside.world(), made.inside.work(keys, work));
    expect(plan.hosts).toMatchObject([{ machineId: "0".repeat(32) }]);
  });
  test("that is written down is not asked for again", async () => {
    const made = world({ a: 2 });
    Object.assign(made.host, { shows: "changed since" });
    made.host.trusted.add("as it was");
    made.cluster.told = { known: "keys", keys: ["changed since"] };
    const { plan } = await makePlan(made.inside.world(), made.inside.work(keys, work));
    expect(plan.hosts).toMatchObject([{ unreachable: { code: "trust" } }]);
    expect([...made.host.trusted]).toEqual(["as it was"]);
  });
});

describe("a saved plan", () => {
  async function appliedBefore(): Promise<Made> {
    const made = world();
    await apply(made);
    return made;
  }

  test("whose machine was made, and by nobody else before: it goes on inside", async () => {
    const made = world();
    const { plan } = await makePlan(asMade(made.inside, made.cluster), made.inside.work(keys, work));
    const result = await applyPlan(asMade(made.inside, made.cluster), JSON.parse(JSON.stringify(plan)), { ...options, saved: true });
    expect(outcomes(result)).toMatchObject({ "a/guest/vm:a": "changed", "a/one/note:x": "changed" });
  });
  test("that makes a machine anew under a name that was applied to before goes on inside, and the new one is recorded", async () => {
    const made = await appliedBefore();
    made.cluster.vms.delete("a");
    Object.assign(made.host, { down: true });
    made.host.notes.clear();
    made.cluster.next = { machineId: "2".repeat(32) };
    const { plan } = await makePlan(asMade(made.inside, made.cluster), made.inside.work(keys, work));
    const result = await applyPlan(asMade(made.inside, made.cluster), plan, { ...options, saved: true });
    expect(outcomes(result)).toMatchObject({ "a/guest/vm:a": "changed", "a/one/note:x": "changed" });
    const { plan: next } = await makePlan(asMade(made.inside, made.cluster), made.inside.work(keys, work));
    expect(next.hosts).toMatchObject([{ machineId: "2".repeat(32) }]);
    expect(next.entries.map(({ action }) => action)).toEqual(["none", "none", "none"]);
  });
  test("is refused where somebody else made the machine anew meanwhile, as it was", async () => {
    const made = await appliedBefore();
    made.inside.roles.set("one", () => [note("x", "9")]);
    const { plan } = await makePlan(asMade(made.inside, made.cluster), made.inside.work(keys, work));
    made.cluster.machineId = "3".repeat(32);
    const result = await applyPlan(asMade(made.inside, made.cluster), plan, { ...options, saved: true });
    expect(result.refused.get("a")).toMatchObject({ code: "trust", message: expect.stringContaining("another machine") });
    expect(made.host.notes.get("x")).toBe("1");
  });
  test("that would have made it is refused where somebody else did, and it is not the one that was applied to", async () => {
    const made = await appliedBefore();
    made.cluster.vms.delete("a");
    Object.assign(made.host, { down: true });
    const { plan } = await makePlan(asMade(made.inside, made.cluster), made.inside.work(keys, work));
    made.cluster.vms.set("a", 2);
    Object.assign(made.host, { down: false });
    made.cluster.machineId = "5".repeat(32);
    for (const saved of [true, false]) {
      const result = await applyPlan(asMade(made.inside, made.cluster), { ...plan, id: `${plan.id}${saved}` }, { ...options, saved });
      expect(result.unreachable.get("a")).toMatchObject({ code: "trust", message: expect.stringContaining("another machine") });
    }
  });
  test("with --replace, what is inside is planned for the machine that will be there", async () => {
    const made = await appliedBefore();
    made.cluster.next = { machineId: "4".repeat(32) };
    const { plan } = await makePlan(asMade(made.inside, made.cluster), made.inside.work(keys, { ...work, replace: ["a/guest/**"] }));
    expect(plan.entries.map(({ entry, action }) => `${entry} ${action}`)).toEqual(["exact replace", "predicted create", "predicted create"]);
    const result = await applyPlan(asMade(made.inside, made.cluster), plan, { ...options, saved: true, allow: ["replace", "data-loss", "reboot"] });
    expect(outcomes(result)).toMatchObject({ "a/guest/vm:a": "changed", "a/one/note:x": "changed" });
  });
});
