// hlx adopt: take over what somebody else made.
import type { Command, Context } from "../command.ts";
import type { Standing } from "../exit.ts";
import { choosing, connecting, extraVars, playing, reading, recording, saying, showing } from "../options.ts";

export const adopt: Command = {
  args: ["<address>"],
  about:
    "Looks at a virtual machine or container that is there already, writes hlx's mark to it, and nothing else; then says what differs from the inventory still, and what the inventory would have to say to keep it.\nAn address is a host or host/role/kind:identity, with globs; the role may be left out. Nothing logs in to the guest.\nIt is adopted for good when nothing differs any more. What another hlx manages is refused.",
  options: [
    ...reading,
    ...choosing,
    ...playing.filter(({ flags }) => flags.startsWith("-p")),
    extraVars,
    ...showing,
    { flags: "-y, --yes", summary: "do not ask" },
    { flags: "--auto-approve", summary: "the same as --yes" },
    { flags: "--detailed-exitcode", summary: "exit 2 when something differs still" },
    { flags: "--json", summary: 'one JSON event a line on standard output ("format": 1), the last one with what differs still; needs --yes' },
    ...recording,
    ...connecting,
    ...saying,
  ],
  examples: [
    { run: "hlx adopt kube514", note: "the guest that is this host" },
    { run: "hlx adopt kube514/proxmox.vm:514 -y", note: "by its address, without asking" },
    { run: "hlx adopt 'pve1/proxmox-cluster/proxmox.container:*'", note: "all containers that a node's role declares" },
  ],
  run,
};

async function run(context: Context): Promise<Standing> {
  const { adoptNow } = await import("../run/adopt-now.ts");
  return adoptNow(context);
}
