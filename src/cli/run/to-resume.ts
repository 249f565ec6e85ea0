// Which run `hlx resume` goes on with: the last apply that did not end well, unless all that it was meant to do was done since.
import { same } from "../../lib/json.ts";
import type { RunSummary } from "../../model/ports/state.ts";
import { ProblemError } from "../../model/problem.ts";
import { apply } from "../commands/apply.ts";
import type { Given } from "../parse/given.ts";
import { parse } from "../parse/parse.ts";

/** The run of this number, whatever came of it; else the newest that is left to go on with. Throws ProblemError (usage) where there is none. */
export function toResume(runs: readonly RunSummary[], named: string | undefined): RunSummary {
  const newest = runs.toSorted((a, b) => b.run - a.run);
  const applies = newest.filter(isApply);
  if (named !== undefined) return applies.find(({ run }) => String(run) === named) ?? refuse(`there is no apply ${named} in this inventory's history`);
  const bad = applies.filter(({ exitCode }) => exitCode !== 0);
  const settled = (run: RunSummary): Settled | undefined => newest.flatMap((later) => (later.run > run.run ? settling(later, run) : []))[0];
  const left = bad.find((run) => settled(run) === undefined);
  if (left !== undefined) return left;
  const [last] = bad;
  const by = last && settled(last);
  if (last === undefined || by === undefined) return refuse("every apply so far ended well");
  return refuse(`nothing to resume: run ${last.run} did not end well, but run ${by.run} ${by.how}`, `hlx resume ${last.run} goes on with it all the same`);
}

interface Settled {
  readonly run: number;
  readonly how: string;
}

function settling(later: RunSummary, bad: RunSummary): readonly Settled[] {
  if (later.exitCode !== 0) return [];
  if (later.undoes === bad.run) return [{ run: later.run, how: "took it back" }];
  return isApply(later) && covers(later, bad) ? [{ run: later.run, how: "did the same since and ended well" }] : [];
}

function isApply({ command }: RunSummary): boolean {
  return command === "apply" || command === "resume";
}

// What chooses a part of the work, and what says which work it is.
const narrowing = ["limit", "tags", "skipTags", "target", "exclude"] as const;
const meaning = ["inventory", "playbook", "extraVars", "replace"] as const;

// By what was asked for: a host that could not be reached is in no journal.
function covers(later: RunSummary, bad: RunSummary): boolean {
  const [after, before] = [givenTo(later), givenTo(bad)];
  if (after === undefined || before === undefined) return false;
  const alike = (name: string): boolean => same(after.texts(name), before.texts(name));
  const wider = narrowing.every((name) => after.texts(name).length === 0 || alike(name));
  const required = after.flag("withRequired") || !before.flag("withRequired");
  return wider && required && meaning.every(alike) && same(after.args, before.args);
}

// Another hlx may have had other options.
function givenTo({ argv }: RunSummary): Given | undefined {
  try {
    return parse("apply", apply, argv.slice(1));
  } catch (thrown) {
    if (thrown instanceof ProblemError) return undefined;
    throw thrown;
  }
}

function refuse(message: string, hint = "hlx history lists the runs"): never {
  throw new ProblemError({ code: "usage", message, hint });
}
