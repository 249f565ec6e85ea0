// hlx doctor: what is wrong with the way to a host and with the host, and what mends it.
import type { Command, Context } from "../command.ts";
import type { Standing } from "../exit.ts";
import { connecting, json, reading, saying } from "../options.ts";

export const doctor: Command = {
  args: ["<pattern>"],
  about:
    "Looks at this machine, then at each step of the way to the hosts (name, port, host key, login, root), then at what hlx needs there:\nshell, tools, systemd, packages, apt's locks, clock, disk, hlx's own folders. For a Proxmox node also at its API:\ncertificate, login, and the privileges of the token, with the pveum line that gives what is missing. Says what mends what is wrong, and changes nothing.\nExit 3 when there is an error.",
  options: [...reading, json, ...connecting.filter(({ flags }) => !flags.startsWith("--accept-new")), ...saying],
  examples: [
    { run: "hlx doctor web1", note: "one host" },
    { run: "hlx doctor all --json", note: "all of them, for a monitor" },
  ],
  run,
};

async function run(context: Context): Promise<Standing> {
  const { doctorNow } = await import("../run/doctor/doctor-now.ts");
  return doctorNow(context);
}
