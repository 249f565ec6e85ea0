// `--step`: leave for each resource, just before it; hosts that work side by side ask one after the other.
import type { ApplyOptions } from "../../engine/apply.ts";
import { semaphore } from "../../lib/semaphore.ts";
import type { Entry } from "../../model/plan.ts";
import { ProblemError } from "../../model/problem.ts";
import { askChoice } from "../ask.ts";
import type { Context } from "../command.ts";
import { changeWords } from "../views/change.ts";
import { visible } from "../views/escape.ts";

/** Throws ProblemError (usage) when --step was given and nobody can be asked. */
export function refuseUnaskable({ given, io }: Context): void {
  if (!given.flag("step") || (io.in.isTTY === true && !given.flag("json"))) return;
  const why = given.flag("json") ? "--json leaves no place to ask" : "standard input is not a terminal";
  throw new ProblemError({ code: "usage", message: `--step asks before each resource, but ${why}`, hint: "choose with --target or --tags instead" });
}

/** Options for the engine: nothing, unless --step was given. */
export function stepping(context: Context): Pick<ApplyOptions, "approve"> {
  if (!context.given.flag("step")) return {};
  const turn = semaphore(1);
  let all = false;
  return { approve: (entry) => turn.with(async () => all || (await leaveFor(entry))) };

  async function leaveFor(entry: Entry): Promise<boolean> {
    const what = visible(changeWords(entry.changes, entry.action === "create"));
    const answer = await askChoice(context.io, `${visible(entry.address)}  ${what}`);
    all = answer === "c";
    return answer !== "n";
  }
}
