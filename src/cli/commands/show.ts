// hlx show: a saved plan, a run, or what was recorded of a resource.
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { ProblemError } from "../../model/problem.ts";
import type { Command, Context } from "../command.ts";
import type { Standing } from "../exit.ts";
import { json, reading, saying, showing } from "../options.ts";

export const show: Command = {
  args: ["<run-plan-or-address>"],
  about:
    "A number is a run of this inventory's history, an address (HOST/ROLE/KIND:IDENTITY, globs too) what the last apply recorded of it, anything else a file saved by hlx plan -o.",
  options: [...showing, ...reading, json, ...saying],
  examples: [
    { run: "hlx show monday.plan -D", note: "a saved plan with every diff" },
    { run: "hlx show 17", note: "what run 17 did" },
    { run: "hlx show 17 -D", note: "with what changed, in full" },
    { run: "hlx show web1/base/file:/etc/motd", note: "as hlx state show does" },
  ],
  run,
};

async function run(context: Context): Promise<Standing> {
  const [what = ""] = context.given.args;
  if (/^\d+$/.test(what)) return showRun(Number(what), context);
  if (isAddress(what) && !existsSync(resolve(context.io.cwd, what))) return showRecorded(what, context);
  const [{ readPlan }, { showPlan }] = await Promise.all([import("../run/saved.ts"), import("../run/show-plan.ts")]);
  showPlan(await readPlan(what, context.io.cwd), context, { file: what });
  return {};
}

function isAddress(word: string): boolean {
  return /^[^/]+\/[^/]+\/[^/:]+:./.test(word);
}

async function showRecorded(address: string, context: Context): Promise<Standing> {
  const { state } = await import("./state.ts");
  return state.run({ ...context, given: { ...context.given, args: ["show", address] } });
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
