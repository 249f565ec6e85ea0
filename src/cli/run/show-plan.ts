// Shows a plan as the options say: JSON or the screen.

import { quote } from "../../lib/quote.ts";
import type { Plan } from "../../model/plan.ts";
import type { Context } from "../command.ts";
import { planDocument } from "../views/documents.ts";
import { planLines } from "../views/plan.ts";
import { againAs } from "./again.ts";
import { saidYes } from "./approve.ts";

/** `file`: the saved plan that it is, or was saved as. */
export function showPlan(plan: Plan, context: Context, from: { readonly tookMs?: number; readonly file?: string; readonly asking?: boolean }): void {
  const { given, printer, words, io } = context;
  if (given.flag("json")) {
    printer.document(planDocument(plan));
    return;
  }
  const applyWith = from.file === undefined ? againAs("apply", words) : `hlx apply ${quote(from.file)}`;
  const diff = diffOf(given.choice("diff"));
  // Before a question the plan stays on the screen.
  const show = diff === "all" && from.asking !== true ? printer.pages : printer.out;
  show(
    planLines(plan, {
      ...printer.screen,
      cwd: io.cwd,
      // Who is asked must have seen what for.
      quiet: given.flag("quiet") && (from.asking !== true || saidYes(context)),
      diff,
      ...(from.tookMs === undefined ? {} : { tookMs: from.tookMs }),
      ...(from.asking === true ? {} : { applyWith }),
    }),
  );
}

function diffOf(choice: boolean | undefined): "default" | "all" | "none" {
  if (choice === undefined) return "default";
  return choice ? "all" : "none";
}
