// hlx plan: what would change.
import type { Plan } from "../../model/plan.ts";
import type { Command, Context } from "../command.ts";
import type { Standing } from "../exit.ts";
import { json, planning, running } from "../options.ts";

export const plan: Command = {
  args: ["[inventory]"],
  about: "Connects, gathers facts, probes, and shows the difference. Changes nothing on any host.",
  options: [
    ...planning,
    { flags: "-o, --out <file>", summary: "save the plan: hlx apply FILE applies exactly it, once" },
    { flags: "--detailed-exitcode", summary: "exit 2 when there are changes" },
    json,
    ...running,
  ],
  examples: [
    { run: "hlx plan", note: "everything in inventory.yaml" },
    { run: "hlx plan -l 'web:!web3' -D", note: "some hosts, with every diff" },
    { run: "hlx plan -o monday.plan", note: "then: hlx apply monday.plan" },
    { run: "hlx plan lab/ -target='web1/**'", note: "a part of the graph" },
  ],
  run,
};

async function run(context: Context): Promise<Standing> {
  if (wantsList(context)) return (await import("../run/list-now.ts")).listNow(context);
  const { planNow } = await import("../run/plan-now.ts");
  const made = await planNow(context);
  const out = context.given.text("out");
  const { showPlan } = await import("../run/show-plan.ts");
  showPlan(made.plan, context, { tookMs: made.tookMs, ...(out === undefined ? {} : { file: out }) });
  return { ...standingOf(made.plan), ...(context.given.flag("detailedExitcode") ? { pending: pendingIn(made.plan) } : {}) };
}

/** True when nothing is to be planned: --list-hosts, --list-tags, --syntax-check. */
export function wantsList({ given }: Context): boolean {
  return ["listHosts", "listTags", "syntaxCheck"].some((name) => given.flag(name));
}

/** What a plan alone says about how things stand. */
export function standingOf({ problems, hosts }: Plan): Standing {
  const silent = hosts.filter((host) => host.unreachable !== undefined).length;
  // What is blocked by a host that is required elsewhere, and that is no host of this plan.
  const elsewhere = problems.some(({ code }) => code === "unreachable");
  return { problems: problems.filter(({ code }) => code !== "unreachable"), unreachable: Math.max(silent, Number(elsewhere)) };
}

/** How many entries have something to do. */
export function pendingIn({ entries }: Plan): number {
  return entries.filter(({ entry, action }) => entry !== "blocked" && action !== "none").length;
}
