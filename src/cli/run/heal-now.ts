// hlx drift --heal: what may be put back, and the end of the run that did it.
import type { Drift } from "../../engine/drift.ts";
import { heal } from "../../engine/heal.ts";
import type { Work, World } from "../../engine/world.ts";
import { didYouMean } from "../../lib/suggest.ts";
import type { DriftReport } from "../../model/drift.ts";
import { type Risk, risks } from "../../model/kind.ts";
import { ProblemError } from "../../model/problem.ts";
import { healedAnyway } from "../../plan/heal.ts";
import type { Context } from "../command.ts";
import type { Standing } from "../exit.ts";
import { driftedCount } from "../views/drift.ts";
import { startOf, writeEnd } from "./run-record.ts";

/** The risks that healing may take; undefined where nobody asked to heal. Throws ProblemError (usage). */
export function healingOf({ given }: Context): readonly Risk[] | undefined {
  const allowed = given.texts("allow").flatMap((word) => word.split(","));
  if (given.flag("heal")) return allowed.map(riskOf);
  if (allowed.length === 0) return undefined;
  throw new ProblemError({ code: "usage", message: "--allow says what --heal may cost, and --heal was not given", hint: "a check alone changes nothing" });
}

export interface Healing {
  readonly allow: readonly Risk[];
  readonly commit: Promise<string | undefined>;
}

/** Heals, and writes down how the run ended. What failed counts as failed. */
export async function healNow(
  drift: Drift,
  { allow, commit }: Healing,
  { world, work, context }: { readonly world: World; readonly work: Work; readonly context: Context },
): Promise<{ readonly report: DriftReport; readonly standing: Standing }> {
  const { report, applied } = await heal(drift, { world, work }, { allow, ...(await startOf(context, { command: "drift", commit })) });
  if (applied === undefined) return { report, standing: {} };
  const { plan, result } = applied;
  const failed = report.items.filter(({ mend }) => mend?.mend === "failed").length;
  const standing = { failed, interrupted: result.interrupted, run: result.run, drifted: driftedCount(report) };
  await writeEnd({ plan, result, standing }, world);
  return { report, standing };
}

function riskOf(word: string): Risk {
  const risk = risks.find((one) => one === word);
  if (risk !== undefined) return risk;
  const named = risks.filter((one) => !healedAnyway.includes(one));
  throw new ProblemError({ code: "usage", message: `--allow ${word}: not a risk`, hint: didYouMean(word, named) ?? `risks: ${named.join(", ")}` });
}
