// hlx destroy: remove what hlx made, wanted or not.
import { ProblemError } from "../../model/problem.ts";
import type { Command, Context } from "../command.ts";
import type { Standing } from "../exit.ts";
import { approving, choosing, connecting, extraVars, playing, reading, saying, showing, targeting } from "../options.ts";

export const destroy: Command = {
  args: ["[inventory]"],
  about:
    "Plans the removal of what hlx made and --target stands for, last made first, shows it, asks, and applies it. What was there before hlx stays, and what another resource wants, too.\nWhat a role still declares is made anew by the next apply: a line that is removed from the playbook is removed from the hosts by hlx apply itself.",
  options: [
    ...reading,
    ...choosing,
    ...playing.filter(({ flags }) => flags.startsWith("-p")),
    ...targeting.filter(({ flags }) => !flags.startsWith("--replace")),
    extraVars,
    ...showing,
    ...approving,
    ...connecting,
    ...saying,
  ],
  examples: [
    { run: "hlx destroy --target 'web1/hello/**'", note: "what a role made on a host" },
    { run: "hlx destroy --target web2 -y --allow replace", note: "all that hlx made there" },
  ],
  run,
};

async function run(context: Context): Promise<Standing> {
  if (context.given.texts("target").length === 0)
    throw new ProblemError({ code: "usage", message: "hlx destroy wants a --target", hint: "hlx state list shows addresses; 'web1/**' is all of a host" });
  const { destroyNow } = await import("../run/destroy.ts");
  return destroyNow(context);
}
