// hlx rehearse: everything on a twin, twice, and then it is gone.
import type { Command, Context } from "../command.ts";
import type { Standing } from "../exit.ts";
import { extraVars, playing, reading, saying, showing } from "../options.ts";

export const rehearse: Command = {
  args: ["[inventory]"],
  about: "Boots twins of all hosts, applies the playbook to them with every risk allowed, plans again (nothing may be left to do), and removes them.",
  options: [
    ...reading,
    ...playing,
    extraVars,
    ...showing,
    { flags: "--keep", summary: "leave the twins running: hlx lab down removes them" },
    { flags: "--install", summary: "install a container engine where none answers (root, Debian)" },
    ...saying,
  ],
  examples: [
    { run: "hlx rehearse", note: "before the real thing" },
    { run: "hlx rehearse --keep", note: "and look around afterwards" },
  ],
  run,
};

async function run(context: Context): Promise<Standing> {
  const { rehearseNow } = await import("../run/lab.ts");
  return rehearseNow(context);
}
