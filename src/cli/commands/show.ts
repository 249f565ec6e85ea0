// hlx show: a saved plan, or a run.
import { ProblemError } from "../../model/problem.ts";
import type { Command, Context } from "../command.ts";
import type { Standing } from "../exit.ts";
import { json, reading, saying, showing } from "../options.ts";

export const show: Command = {
  args: ["<plan-or-run>"],
  about: "A number is a run of this inventory's history, anything else a file saved by hlx plan -o.",
  options: [...showing, ...reading, json, ...saying],
  examples: [
    { run: "hlx show monday.plan -D", note: "a saved plan with every diff" },
    { run: "hlx show 17", note: "what run 17 did" },
    { run: "hlx show 17 -D", note: "with what changed, in full" },
  ],
  run,
};

async function run(context: Context): Promise<Standing> {
  const [what = ""] = context.given.args;
  if (/^\d+$/.test(what)) return showRun(Number(what), context);
  const [{ readPlan }, { showPlan }] = await Promise.all([import("../run/saved.ts"), import("../run/show-plan.ts")]);
  showPlan(await readPlan(what, context.io.cwd), context, { file: what });
  return {};
}

async function showRun(number: number, context: Context): Promise<Standing> {
  const [{ withState }, { runLines, runDocument }] = await Promise.all([import("../run/state.ts"), import("../views/runs.ts")]);
  return withState(context, async (state) => {
    const summary = (await state.runs()).find((one) => one.run === number);
    if (summary === undefined)
      throw new ProblemError({ code: "usage", message: `there is no run ${number} in this inventory's history`, hint: "hlx history lists them" });
    const journal = await state.journalOf(number);
    if (context.given.flag("json")) context.printer.document(runDocument(summary, journal));
    else {
      const diff = context.given.choice("diff") === true;
      const lines = runLines(summary, journal, { ...context.printer.screen, diff });
      (diff ? context.printer.pages : context.printer.out)(lines);
    }
    return {};
  });
}
