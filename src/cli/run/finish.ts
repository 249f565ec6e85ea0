// After an apply: the end of the run in the state, the recap, how things stand.
import type { World } from "../../engine/world.ts";
import type { RunResult } from "../../model/event.ts";
import type { Plan } from "../../model/plan.ts";
import type { Problem } from "../../model/problem.ts";
import type { Context } from "../command.ts";
import { exitCodeOf, type Standing } from "../exit.ts";
import { checksLines, type countOutcomes, recapLines } from "../views/apply.ts";
import { resultRecord } from "../views/documents.ts";
import { againAs } from "./again.ts";
import { writeEnd } from "./run-record.ts";

interface Finished {
  /** It came from a file, which is used up now. */
  readonly saved: boolean;
  readonly plan: Plan;
  readonly result: RunResult;
  readonly tookMs: number;
}

export async function finish({ plan, result, tookMs, saved }: Finished, { context, world }: { context: Context; world: World }): Promise<Standing> {
  const { printer, given, words } = context;
  const standing = standingAfter(plan, result);
  const counts = await writeEnd({ plan, result, standing }, world);
  if (given.flag("json")) printer.record(resultRecord(result, counts));
  else if (isIdle(counts) && result.refused.size + result.unreachable.size === 0) printer.out(checksLines(result));
  else printer.out(recapLines(plan, result, { screen: printer.screen, tookMs, again: again(words, { saved, interrupted: result.interrupted }) }));
  return standing;
}

function again(words: readonly string[], { saved, interrupted }: { readonly saved: boolean; readonly interrupted: boolean }): string {
  if (saved) return "hlx plan";
  const command = applying(words);
  return interrupted && command === "apply" ? "hlx resume" : againAs(command, words);
}

// `hlx rollback 17`, `hlx adopt web` and `hlx lab apply` are repeated as they are; whatever else led here was an apply.
function applying([first = "apply"]: readonly string[]): string {
  return ["rollback", "lab", "adopt"].includes(first) ? first : "apply";
}

// Nothing to do, and nothing was done: the plan has said so already.
function isIdle({ changed, failed, skipped, unknown }: ReturnType<typeof countOutcomes>): boolean {
  return changed + failed + skipped + unknown === 0;
}

/** What an apply says about how things stand: each failure by its own code. */
export function standingAfter(plan: Plan, { outcomes, unreachable, refused, interrupted, checks, run }: RunResult): Standing {
  const failures = [...outcomes.values()].flatMap((outcome) => ("problem" in outcome ? [outcome.problem] : []));
  const own = failures.filter((problem) => keepsItsCode(problem));
  const blocked = plan.problems.filter(({ code }) => code !== "unreachable");
  return {
    problems: [...own, ...blocked, ...refused.values()],
    failed: failures.length - own.length + checks.filter(({ because }) => because !== undefined).length,
    unreachable: unreachable.size,
    interrupted,
    run,
  };
}

// What fails on a host is a failure there, whatever its code would be in an input file; what is stale says so.
function keepsItsCode(problem: Problem): boolean {
  return exitCodeOf(problem) === 6;
}
