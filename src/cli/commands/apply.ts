// hlx apply: plan, ask, do, verify.
import type { Command, Context } from "../command.ts";
import type { Standing } from "../exit.ts";
import { approving, goingBack, planning, running } from "../options.ts";
import { plan, wantsList } from "./plan.ts";

export const apply: Command = {
  args: ["[inventory-or-plan]"],
  about: "Shows the plan and asks; then does it, hosts in parallel, and probes each resource again. A saved plan is applied as it was shown, or not at all.",
  options: [
    ...planning,
    ...approving,
    ...goingBack,
    { flags: "-C, --check", summary: "only plan" },
    { flags: "--unsealed", summary: "apply a saved plan though nobody here can tell whether it was changed: made with another identity, or without a seal" },
    { flags: "--step", summary: "ask before each resource: yes, no (skip it), or continue without asking" },
    { flags: "--json", summary: 'one JSON event a line on standard output ("format": 1); needs --yes' },
    ...running,
  ],
  examples: [
    { run: "hlx apply", note: "everything; asks before it begins" },
    { run: "hlx apply -l web -y", note: "some hosts, without asking" },
    { run: "hlx apply monday.plan", note: "exactly what was saved" },
    { run: "hlx apply -y --allow reboot", note: "with leave for what costs a reboot" },
  ],
  run,
};

async function run(context: Context): Promise<Standing> {
  if (context.given.flag("check") || wantsList(context)) return plan.run(context);
  const [{ refuseUnattended, allowedRisks }, { isPlanFile }] = await Promise.all([import("../run/approve.ts"), import("../run/saved.ts")]);
  allowedRisks(context.given.texts("allow"));
  refuseUnattended(context);
  (await import("../run/step.ts")).refuseUnaskable(context);
  const [file] = context.given.args;
  const { applyFresh, applySaved } = await import("../run/apply-now.ts");
  return file !== undefined && (await isPlanFile(file, context.io.cwd)) ? applySaved(file, context) : applyFresh(context);
}
