// hlx trust: look at hosts' keys, and write them down.
import type { Command, Context } from "../command.ts";
import type { Standing } from "../exit.ts";
import { connecting, json, reading, saying } from "../options.ts";

export const trust: Command = {
  args: ["<pattern>"],
  about:
    "Connects without logging in, shows each key's SHA256 fingerprint, asks, and writes it to known_hosts.\nCompare the fingerprint with what the host's console says: ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub\nA changed key is shown beside the old one and replaced only with --replace.",
  options: [
    ...reading,
    { flags: "-y, --yes", summary: "write them down without asking" },
    { flags: "--replace", summary: "put the shown keys in place of others that are written down" },
    json,
    ...connecting.filter(({ flags }) => !/--(accept-new|ask-become-pass|become-password-file)/.test(flags)),
    ...saying,
  ],
  examples: [
    { run: "hlx trust web1", note: "one host" },
    { run: "hlx trust all -y", note: "a lab that was just built, on a network that is trusted" },
  ],
  run,
};

async function run(context: Context): Promise<Standing> {
  const { trustNow } = await import("../run/trust-now.ts");
  return trustNow(context);
}
