// hlx rollback: a plan towards what was there before a run.
import type { Command, Context } from "../command.ts";
import type { Standing } from "../exit.ts";
import { approving, choosing, connecting, reading, saying, showing, targeting } from "../options.ts";

export const rollback: Command = {
  args: ["<run>"],
  about: "Makes a plan towards what was there before a run, shows it, asks, and applies it. What cannot be brought back is named.",
  options: [...reading, ...choosing, ...targeting, ...showing, ...approving, ...connecting, ...saying],
  examples: [
    { run: "hlx rollback 17", note: "hlx history lists the runs" },
    { run: "hlx rollback 17 -l web1", note: "on one host" },
  ],
  run,
};

async function run(context: Context): Promise<Standing> {
  const { rollbackNow } = await import("../run/rollback.ts");
  return rollbackNow(context);
}
