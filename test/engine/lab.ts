// What the engine's tests share: a simulated lab, and plan and apply in one call.
import { type ApplyOptions, applyPlan } from "../../src/engine/apply.ts";
import { makePlan } from "../../src/engine/plan.ts";
import type { RunResult } from "../../src/model/event.ts";
import type { Plan } from "../../src/model/plan.ts";
import type { Resource } from "../../src/model/resource.ts";
import { type MemoryWorld, memoryWorld, type WorkOptions } from "../../src/testing/memory-world.ts";

export const options: ApplyOptions = { saved: false, allow: [], forks: 50, start: { command: "apply", who: "me", where: "here", argv: [] }, pid: 1 };

export async function plan(lab: MemoryWorld, keys: readonly string[], more?: WorkOptions): Promise<Plan> {
  return (await makePlan(lab.world(), lab.work(keys, more))).plan;
}

export async function apply(lab: MemoryWorld, keys: readonly string[], more?: WorkOptions & Partial<ApplyOptions>): Promise<RunResult> {
  const world = lab.world();
  const { plan: made, found } = await makePlan(world, lab.work(keys, more));
  return applyPlan(world, made, { ...options, ...more, found });
}

export function outcomes(result: RunResult): Record<string, string> {
  return Object.fromEntries([...result.outcomes].map(([address, { outcome }]) => [address, outcome]));
}

export function lab(
  roles: Readonly<Record<string, readonly Resource[] | ((host: string) => readonly Resource[])>>,
  hosts: readonly string[] = ["a"],
): MemoryWorld {
  const world = memoryWorld(hosts);
  for (const [name, resources] of Object.entries(roles)) world.roles.set(name, typeof resources === "function" ? resources : () => resources);
  return world;
}
