// hlx status: do the services answer?
import type { Command, Context } from "../command.ts";
import type { Standing } from "../exit.ts";
import { choosing, connecting, extraVars, json, playing, reading, saying } from "../options.ts";

export const status: Command = {
  args: ["[inventory]"],
  about:
    "Asks every check that the playbook writes beside its roles and the inventory at its hosts, from the hosts themselves, once. Changes nothing.\nOf Proxmox nodes it shows how much is in use, as their API tells.\nExit code 3 when one is not good.",
  options: [
    ...reading,
    ...choosing,
    ...playing.filter(({ flags }) => !flags.startsWith("-w")),
    extraVars,
    { flags: "--wait", summary: "ask again until each is good or its deadline is over, as an apply does" },
    json,
    ...connecting,
    ...saying,
  ],
  examples: [
    { run: "hlx status", note: "a table: host, role, check" },
    { run: "hlx status -l web --wait", note: "after a reboot" },
  ],
  run,
};

async function run(context: Context): Promise<Standing> {
  const { statusNow } = await import("../run/status-now.ts");
  return statusNow(context);
}
