// hlx init: a first project, to be changed from there.
import type { Command, Context } from "../command.ts";
import type { Standing } from "../exit.ts";
import { saying } from "../options.ts";

export const init: Command = {
  args: ["[folder]"],
  about: "Writes inventory.yaml, site.yaml and one role into the folder, by default this one. Never overwrites a file.",
  options: saying,
  examples: [
    { run: "hlx init", note: "then: write your hosts into inventory.yaml, and hlx validate" },
    { run: "hlx init lab", note: "in a new folder" },
  ],
  run,
};

async function run(context: Context): Promise<Standing> {
  const { initNow } = await import("../run/init-now.ts");
  return initNow(context);
}
