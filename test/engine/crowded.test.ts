// What planned resources would take of one thing together: told with the plan, for what is not there yet and for what grows.
import { expect, test } from "vitest";
import { makePlan } from "../../src/engine/plan.ts";
import type { AnyKind, Found } from "../../src/model/kind.ts";
import type { Taking } from "../../src/model/taking.ts";
import { directory, directoryKind } from "../../src/resources/directory.ts";
import { lab } from "./lab.ts";

const paths = ["/srv/one", "/srv/two", "/srv/three"];

async function told(found: (takes: readonly Taking[]) => Found<unknown>, has: number): Promise<readonly string[]> {
  const simulated = lab({ web: paths.map((path) => directory({ path, mode: "0755" })) });
  const world = simulated.world();
  const probe: AnyKind["probe"] = async (desired) => {
    const { path } = desired as { readonly path: string };
    const takes = path === paths[1] ? 20 : 10;
    return found([{ of: "disk", what: "the disk", unit: "cores", has, by: path, takes, now: { "/srv/one": 5, "/srv/old": 1 } }]);
  };
  const kinds = new Map([...world.kinds, ["directory", { ...directoryKind, probe } as unknown as AnyKind]]);
  const { plan } = await makePlan({ ...world, kinds }, simulated.work(["a/web"]));
  return (plan.stays ?? []).map(({ address, because }) => `${address}: ${because}`);
}

test.each([
  ["fits exactly: nothing", 41, []],
  ["does not fit: one line, at who takes the most", 40, ["a/web/directory:/srv/two: overcommitted with this plan: the disk, 41 of 40 by 4"]],
] as const)("what %s", async (_, has, expected) => {
  expect(await told((takes) => ({ found: "absent", evidence: { takes } }), has)).toEqual(expected);
  const there = { type: "directory", owner: "root", group: "root", mode: "0755" };
  expect(await told((takes) => ({ found: "present", actual: there, evidence: { takes } }), has)).toEqual(expected);
});
