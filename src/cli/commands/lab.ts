// hlx lab: a disposable twin of the inventory in containers.
import type { Command, Context } from "../command.ts";
import type { Standing } from "../exit.ts";
import { approving, connecting, extraVars, playing, reading, saying, showing, targeting } from "../options.ts";
import { oneOf } from "../parse/one-of.ts";

export const lab: Command = {
  args: ["<up|status|plan|apply|down>", "[inventory]"],
  about:
    "up: a container for each host of the inventory, reached only through the container engine. plan, apply: as hlx plan and hlx apply, on the twins.\nstatus: which run. down: remove them. The real hosts are never connected to.",
  options: [
    ...reading,
    { flags: "-l, --limit <pattern>", summary: "only these hosts" },
    ...playing,
    ...targeting,
    extraVars,
    ...showing,
    ...approving,
    { flags: "--install", summary: "up: install a container engine where none answers (root, Debian)" },
    { flags: "--json", summary: "plan: one document; apply: one event a line" },
    ...connecting.filter(({ flags }) => /--(forks|timeout)/.test(flags)),
    ...saying,
  ],
  examples: [
    { run: "hlx lab up", note: "then: hlx lab apply -y, hlx lab plan" },
    { run: "hlx lab down", note: "nothing is left" },
  ],
  run,
};

const actions = ["up", "status", "plan", "apply", "down"] as const;

async function run(context: Context): Promise<Standing> {
  const { labActions } = await import("../run/lab.ts");
  return labActions[oneOf(context.given.args[0] ?? "", actions, "unknown action")](context);
}
