// hlx validate: everything that can be known wrong without connecting.
import type { Command, Context } from "../command.ts";
import type { Standing } from "../exit.ts";
import { choosing, extraVars, json, playing, reading, saying } from "../options.ts";

export const validate: Command = {
  args: ["[inventory]"],
  about: "Reads inventory, playbook and roles: schemas, addresses, references, params, the order of the work. All errors at once, each with its place.",
  options: [...reading, ...choosing, ...playing, extraVars, json, ...saying],
  examples: [
    { run: "hlx validate", note: "before every commit" },
    { run: "hlx validate lab/ --json", note: "for machines: exit 1 and a list of problems" },
  ],
  run,
};

async function run(context: Context): Promise<Standing> {
  const { validateNow } = await import("../run/validate-now.ts");
  return validateNow(context);
}
