// Leave to apply: --yes or a yes, and each guarded risk by name or one by one.

import { didYouMean } from "../../lib/suggest.ts";
import { highestRisk, type Risk, risks } from "../../model/kind.ts";
import type { Entry, Plan } from "../../model/plan.ts";
import { ProblemError } from "../../model/problem.ts";
import { guardedRisks } from "../../plan/totals.ts";
import { askYes } from "../ask.ts";
import type { Context } from "../command.ts";
import { visible } from "../views/escape.ts";

export type Approval = { readonly approved: true; readonly allow: readonly Risk[] } | { readonly approved: false };

/** The risks that `--allow` names. Throws ProblemError (usage) for a word that is none. */
export function allowedRisks(words: readonly string[]): readonly Risk[] {
  return words
    .flatMap((word) => word.split(","))
    .map((word) => {
      const risk = guardedRisks.find((one) => one === word);
      if (risk !== undefined) return risk;
      const hint = (risks as readonly string[]).includes(word)
        ? `risk ${word} needs no leave`
        : (didYouMean(word, guardedRisks) ?? `risks: ${guardedRisks.join(", ")}`);
      throw new ProblemError({ code: "usage", message: `--allow ${word}: not a risk that can be allowed`, hint });
    });
}

/** True when --yes or --auto-approve was given. */
export function saidYes({ given }: Context): boolean {
  return given.flag("yes") || given.flag("autoApprove");
}

/** Throws ProblemError (usage) when nobody can be asked and nobody said yes: before anything is connected. */
export function refuseUnattended(context: Context): void {
  if (saidYes(context) || (context.io.in.isTTY === true && !context.given.flag("json"))) return;
  const why = context.given.flag("json") ? "--json leaves no place to ask" : "stdin is not a terminal";
  throw new ProblemError({ code: "usage", message: `refusing to apply without --yes because ${why}`, hint: "look at hlx plan first, then add --yes" });
}

/** Asks what must be asked. Throws ProblemError (risk) for a guarded risk that is neither allowed nor confirmed. */
export async function approve(plan: Plan, context: Context): Promise<Approval> {
  const allow = allowedRisks(context.given.texts("allow"));
  refuseLimits(plan, context);
  const risky = plan.entries.filter((entry) => isGuarded(entry, allow));
  const unattended = saidYes(context) || context.io.in.isTTY !== true;
  if (unattended && risky.length > 0) throw notAllowed(risky);
  for (const entry of risky) {
    const confirmed = await askYes(context.io, `${visible(entry.address)}: risk ${highestRisk(entry.changes)}. Take it?`);
    if (!confirmed) throw notAllowed([entry]);
  }
  const approved = saidYes(context) || (await askYes(context.io, "Apply this plan?"));
  return approved ? { approved, allow: [...new Set([...allow, ...risky.map(({ changes }) => highestRisk(changes))])] } : { approved: false };
}

// --no-restart and --max-reboots are limits that no yes lifts.
function refuseLimits({ entries }: Plan, { given }: Context): void {
  const atRisk = (risk: Risk): readonly Entry[] => entries.filter(({ changes }) => changes.some((change) => change.risk === risk));
  const [restarts, reboots] = [atRisk("restart"), new Set(atRisk("reboot").map(({ host }) => host))];
  if (given.choice("restart") === false && restarts.length > 0) {
    const names = restarts.map(({ address }) => address).join(", ");
    throw new ProblemError({
      code: "risk",
      message: `--no-restart, but this restarts: ${names}; nothing was changed`,
      hint: "leave them out with --exclude, or apply later",
    });
  }
  const most = given.number("maxReboots");
  if (most === undefined || reboots.size <= most) return;
  const message = `--max-reboots ${most}, but this reboots ${reboots.size} hosts: ${[...reboots].join(", ")}; nothing was changed`;
  throw new ProblemError({ code: "risk", message, hint: "choose fewer hosts with --limit" });
}

function isGuarded({ entry, changes }: Entry, allow: readonly Risk[]): boolean {
  const risk = highestRisk(changes);
  return entry !== "blocked" && guardedRisks.includes(risk) && !allow.includes(risk);
}

function notAllowed(risky: readonly Entry[]): ProblemError {
  const [first] = risky;
  const needed = [...new Set(risky.map(({ changes }) => highestRisk(changes)))];
  const more = risky.length > 1 ? `, and ${risky.length - 1} more` : "";
  return new ProblemError({
    code: "risk",
    message: `${first?.address ?? ""} has risk ${needed[0] ?? ""}, which was not allowed${more}; nothing was changed`,
    hint: `allow it by name: ${needed.map((risk) => `--allow ${risk}`).join(" ")}`,
  });
}
