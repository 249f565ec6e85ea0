// What is not there and must be before something is changed: an error of the plan, unless something planned before provides it, on whichever host.
import { expect, test } from "vitest";
import { makePlan } from "../../src/engine/plan.ts";
import type { AnyKind } from "../../src/model/kind.ts";
import type { Capability } from "../../src/model/resource.ts";
import { directory, directoryKind } from "../../src/resources/directory.ts";
import { lab } from "./lab.ts";

const because = { code: "missing", message: "/srv/uses uses br0, and there is none", hint: "make it" } as const;
const at = { file: "inventory.yaml", line: 3, column: 5 };

async function plan({ provides = [], there = false }: { readonly provides?: readonly Capability[]; readonly there?: boolean }) {
  const uses = { ...directory({ path: "/srv/uses", mode: "0755" }), places: { bridge: at } };
  const simulated = lab({ a: [directory({ path: "/srv/made", mode: "0755", provides })], web: [uses] }, ["a", "b"]);
  const world = simulated.world();
  const probe: AnyKind["probe"] = async (desired) => {
    const { path } = desired as { readonly path: string };
    const actual = { type: "directory", owner: "root", group: "root", mode: "0755" };
    const evidence = path === "/srv/uses" ? { lacks: [{ needs: "bridge:br0" as const, because, about: "bridge" }] } : {};
    return there && path === "/srv/uses" ? { found: "present", actual, evidence } : { found: "absent", evidence };
  };
  const kinds = new Map([...world.kinds, ["directory", { ...directoryKind, probe } as unknown as AnyKind]]);
  return (await makePlan({ ...world, kinds }, simulated.work(["a/a", "b/web"]))).plan;
}

test("what nothing provides is told, where it is written", async () => {
  const { entries, problems } = await plan({});
  expect(entries.map(({ entry }) => entry)).toEqual(["exact", "blocked"]);
  expect(problems).toEqual([{ ...because, at, message: `b/web/directory:/srv/uses: ${because.message}` }]);
});
test("what something planned before provides is there by then, also on another host", async () => {
  expect((await plan({ provides: ["bridge:br0"] })).entries.map(({ entry }) => entry)).toEqual(["exact", "exact"]);
  expect((await plan({ provides: ["bridge:br1"] })).problems).toHaveLength(1);
});
test("where nothing is to be changed, nothing is missed", async () => expect((await plan({ there: true })).problems).toEqual([]));
