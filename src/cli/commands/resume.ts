// hlx resume: go on where a run stopped.
import type { Command, Context } from "../command.ts";
import type { Standing } from "../exit.ts";
import { approving, connecting, goingBack, reading, saying, showing } from "../options.ts";

export const resume: Command = {
  args: ["[run]"],
  about:
    "Applies again what an apply that failed, was killed or was interrupted was meant to do: the same hosts, tags and variables. The run is the last one that did not end well and that no later one made up for, unless one is named. Everything is probed again; nothing is taken for done.",
  options: [...reading, ...showing, ...approving, ...goingBack, ...connecting, ...saying],
  examples: [
    { run: "hlx resume", note: "after a failure, a kill, a reboot" },
    { run: "hlx resume 17 --yes", note: "that run, without a question" },
  ],
  run,
};

async function run(context: Context): Promise<Standing> {
  const { resumeNow } = await import("../run/resume.ts");
  return resumeNow(context);
}
