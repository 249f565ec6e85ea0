// hlx history: the runs so far.
import type { Command, Context } from "../command.ts";
import type { Standing } from "../exit.ts";
import { json, reading, saying } from "../options.ts";

export const history: Command = {
  args: ["[inventory]"],
  about: "Runs of this inventory from this checkout, the newest last.",
  options: [...reading, { flags: "-n, --last <n>", summary: "only so many (default: 20)" }, json, ...saying],
  examples: [
    { run: "hlx history", note: "then: hlx show RUN" },
    { run: "hlx history -n 3 --json", note: "for machines" },
  ],
  run,
};

async function run(context: Context): Promise<Standing> {
  const [{ withState }, { historyDocument, historyLines }] = await Promise.all([import("../run/state.ts"), import("../views/runs.ts")]);
  return withState(context, async (state) => {
    const runs = [...(await state.runs({ last: context.given.number("last") ?? 20 }))].sort((a, b) => a.run - b.run);
    if (context.given.flag("json")) context.printer.document(historyDocument(runs));
    else context.printer.out(historyLines(runs));
    return {};
  });
}
