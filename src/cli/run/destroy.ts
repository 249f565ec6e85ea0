// Removes what hlx made: a plan of absences, then work like any other.
import { makeDestruction } from "../../engine/plan.ts";
import { ProblemError } from "../../model/problem.ts";
import type { Context } from "../command.ts";
import type { Standing } from "../exit.ts";
import { applyPlanned } from "./apply-now.ts";
import { refuseUnattended } from "./approve.ts";
import { projectOf } from "./plan-now.ts";
import { withWorld } from "./session.ts";
import { openWork } from "./work.ts";

export async function destroyNow(context: Context): Promise<Standing> {
  refuseUnattended(context);
  const work = await openWork(context);
  return withWorld(context, projectOf(work), async (world, ears) => {
    const since = world.monotonicMs();
    const doomed = await makeDestruction(world, work);
    const { entries, stays = [], hosts } = doomed.plan;
    if (entries.length + stays.length === 0 && hosts.every(({ unreachable }) => unreachable === undefined)) throw nothingMade(context);
    return applyPlanned(doomed, { context, world, ears, forks: work.forks, tookMs: world.monotonicMs() - since });
  });
}

function nothingMade({ given }: Context): ProblemError {
  const targets = given.texts("target").join(", ");
  return new ProblemError({ code: "usage", message: `hlx made nothing that ${targets} stands for`, hint: "hlx state list shows what is recorded" });
}
