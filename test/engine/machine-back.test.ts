// The way back of machines: undone from outside, whether anybody can log in or not; and what is inside, after a restart.
import { describe, expect, test } from "vitest";
import { applyPlan } from "../../src/engine/apply.ts";
import { makePlan } from "../../src/engine/plan.ts";
import { undo } from "../../src/engine/undo.ts";
import type { Work } from "../../src/engine/world.ts";
import { note } from "../../src/testing/note.ts";
import { options, outcomes } from "./lab.ts";
import { keys, vm, work, world } from "./made-host.ts";

type Made = ReturnType<typeof world>;

async function apply({ inside }: Made, todo: Work = inside.work(keys, work)) {
  const around = inside.world();
  const { plan, found } = await makePlan(around, todo);
  return applyPlan(around, plan, { ...options, found, allow: ["reboot", "data-loss"] });
}

async function back(made: Made, run: number) {
  const around = made.inside.world();
  const { runs } = made.inside.state;
  const summary = (await runs()).find((one) => one.run === run);
  if (summary === undefined) throw new Error(`no run ${run}`);
  const undoing = await undo(summary, made.inside.work([]), around);
  return { undoing, result: await apply(made, undoing.work) };
}

function made(cores: number): Made {
  const there = world({ a: 2 });
  there.inside.roles.set("guest", () => [vm("a", cores)]);
  return there;
}

describe("a machine's change", () => {
  test("is taken back while nobody can log in", async () => {
    const there = made(4);
    there.inside.roles.set("one", () => []);
    const { run } = await apply(there);
    there.host.down = true;
    const { result } = await back(there, run);
    expect([outcomes(result), there.cluster.vms.get("a"), result.unreachable.size]).toEqual([{ "a/guest/vm:a": "changed" }, 2, 0]);
  });
  test("that restarts it is followed by a new login: what is inside goes on", async () => {
    const there = made(4);
    let opened = 0;
    const around = there.inside.world();
    const { again, of } = around.sessions;
    const counting = {
      ...around,
      sessions: {
        ...around.sessions,
        of: async (...args: Parameters<typeof of>) => {
          opened += 1;
          return of(...args);
        },
        again: async (...args: Parameters<typeof again>) => {
          opened += 1;
          return again(...args);
        },
      },
    };
    const { plan, found } = await makePlan(counting, there.inside.work(keys, work));
    expect(plan.entries.map(({ entry }) => entry)).toEqual(["exact", "exact", "exact"]);
    const result = await applyPlan(counting, plan, { ...options, found, allow: ["reboot"] });
    expect(outcomes(result)).toEqual({ "a/guest/vm:a": "changed", "a/one/note:x": "changed", "a/one/note:y": "changed" });
    expect(opened).toBeGreaterThan(1);
  });
});

describe("a machine that was made", () => {
  test("is unmade with all that is in it, without a login", async () => {
    const there = world();
    there.inside.roles.set("one", () => [note("x", "1")]);
    const { run } = await apply(there);
    there.host.down = true;
    const { undoing, result } = await back(there, run);
    expect(undoing.work.assignments.map(({ role }) => role)).toEqual(["a/guest"]);
    expect([outcomes(result), there.cluster.vms.has("a")]).toEqual([{ "a/guest/vm:a": "changed" }, false]);
  });
});
