// Undoes a run: its way back is work like any other.
import { undo } from "../../engine/undo.ts";
import type { Work } from "../../engine/world.ts";
import type { RunSummary } from "../../model/ports/state.ts";
import { ProblemError } from "../../model/problem.ts";
import type { Context } from "../command.ts";
import type { Standing } from "../exit.ts";
import { visible } from "../views/escape.ts";
import { applyIn } from "./apply-now.ts";
import { refuseUnattended } from "./approve.ts";
import { projectOf } from "./plan-now.ts";
import { hostsOf, openProject } from "./project.ts";
import { withWorld } from "./session.ts";

export async function rollbackNow(context: Context): Promise<Standing> {
  refuseUnattended(context);
  const [number = ""] = context.given.args;
  const work = await bareWork(context);
  return withWorld(context, projectOf(work), async (world, ears) => {
    const run = (await (await world.state()).runs()).find((one) => String(one.run) === number);
    if (run === undefined)
      throw new ProblemError({ code: "usage", message: `there is no run ${number} in this inventory's history`, hint: "hlx history lists them" });
    const { work: back, irreversible } = await undo(run, work, world);
    context.printer.err([`Back to before run ${number} (${whatItWas(run)}).`]);
    context.printer.err(irreversible.map(({ address, because }) => `  ! ${visible(address)}  stays: ${visible(because)}`));
    return applyIn(back, { context, world, ears, undoes: run.run });
  });
}

// The playbook plays no part: what is undone stands in the journal.
async function bareWork(context: Context): Promise<Work> {
  const { given } = context;
  const { inventory, file } = await openProject({ ...context, given: { ...given, args: [] } });
  return {
    inventory,
    inventoryFile: file,
    roles: new Map(),
    assignments: [],
    hosts: hostsOf(inventory, context).map(({ name }) => name),
    withRequired: false,
    targets: { target: given.texts("target"), exclude: given.texts("exclude") },
    inputsOf: async () => ({}),
    forks: given.number("forks") ?? 50,
  };
}

function whatItWas({ at, who, command }: RunSummary): string {
  return `${visible(command)} by ${visible(who)}, ${at.replace("T", " ").replace(/:\d\d(\.\d+)?Z$/, " UTC")}`;
}
