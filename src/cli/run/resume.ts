// Goes on with a run: the words that it was given, applied again.

import type { JournalRecord, RunSummary } from "../../model/ports/state.ts";
import { ProblemError } from "../../model/problem.ts";
import { placeholder } from "../../secrets/secret.ts";
import type { Context } from "../command.ts";
import { apply } from "../commands/apply.ts";
import type { Standing } from "../exit.ts";
import { parse } from "../parse/parse.ts";
import { visible } from "../views/escape.ts";
import { againAs } from "./again.ts";
import { withState } from "./state.ts";
import { toResume } from "./to-resume.ts";

export async function resumeNow(context: Context): Promise<Standing> {
  const { run, unfinished } = await withState(bare(context), async (state) => {
    const found = toResume(await state.runs(), context.given.args[0]);
    return { run: found, unfinished: inFlight(await state.journalOf(found.run)) };
  });
  const words = wordsOf(run, context);
  context.printer.err([
    `Going on with run ${run.run}: ${againAs("apply", run.argv)}`,
    ...unfinished.map((address) => `  ? ${visible(address)}  was in flight: nobody knows how it ended, it is probed again`),
  ]);
  return apply.run({ ...context, words, given: parse("apply", apply, words.slice(1)) });
}

// The run's own words, and what was said now: --yes, -v …
function wordsOf({ argv }: RunSummary, { words, given }: Context): readonly string[] {
  if (argv.some((word) => word.includes(placeholder)))
    throw new ProblemError({
      code: "usage",
      message: "a secret was on that run's command line, and is written down nowhere",
      hint: "type it again: hlx apply …",
    });
  const [, ...now] = words.filter((word) => word !== given.args[0]);
  const [, ...then] = argv;
  return ["apply", ...then, ...now.filter((word) => !then.includes(word))];
}

/** What was begun and has neither a result nor an outcome: nobody knows how far it came. */
export function inFlight(records: readonly JournalRecord[]): readonly string[] {
  const ended = new Set(records.flatMap((record) => (record.record === "outcome" ? [record.address] : [])));
  return records.flatMap((record) => (record.record === "started" && !ended.has(record.address) ? [record.address] : []));
}

// The word behind resume is a run, not an inventory.
function bare(context: Context): Context {
  return { ...context, given: { ...context.given, args: [] } };
}
