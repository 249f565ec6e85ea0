// hlx inventory: who is in it, and where each value comes from.
import type { Command, Context } from "../command.ts";
import type { Standing } from "../exit.ts";
import { choosing, extraVars, json, reading, saying } from "../options.ts";

export const inventory: Command = {
  args: ["[inventory]"],
  about: "Without an option: hosts with their groups and addresses. Connects to no host; the sources that the inventory names are asked.",
  options: [
    ...reading,
    { flags: "--list", summary: "everything as JSON, in the form that Ansible reads" },
    { flags: "--list-hosts <pattern>", summary: "the names that a pattern selects, one a line" },
    { flags: "--host <host>", summary: "each value of one host, with the place it came from" },
    { flags: "--graph", summary: "groups and hosts as a tree" },
    ...choosing,
    { flags: "--playbook-dir <folder>", summary: "whose group_vars and host_vars count as the playbook's (default: this folder)" },
    extraVars,
    json,
    ...saying,
  ],
  examples: [
    { run: "hlx inventory --host ocean", note: "why is this value what it is?" },
    { run: "hlx inventory --list-hosts 'web:&prod'", note: "what a pattern means" },
  ],
  run,
};

async function run(context: Context): Promise<Standing> {
  const { inventoryNow } = await import("../run/inventory-now.ts");
  return inventoryNow(context);
}
