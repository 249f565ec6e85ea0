// hlx import: what there is already, as an inventory and a playbook.
import type { Command, Context } from "../command.ts";
import type { Standing } from "../exit.ts";
import { saying } from "../options.ts";

export const importCommand: Command = {
  args: ["<kind>", "<source...>"],
  about:
    "Reads what other servers and tools were told, and writes an inventory and a playbook that say the same: zones (zone files, named.conf), dhcpd, kea, pihole. " +
    "proxmox asks the API of one node for its cluster: nodes, guests with their vm:, networks; nothing is changed there, and the token is named, never written. " +
    "Several kinds of files at once with commas between; ZONE=FILE says which zone a file is. Shows what it leaves out; never overwrites a file.",
  options: [
    { flags: "-o, --out <folder>", summary: "write inventory.yaml and site.yaml there; by default they are shown" },
    { flags: "--host <name>", summary: "the host that gets the roles; by default the zones' name server" },
    { flags: "--fingerprint <sha256>", summary: "proxmox: the node's certificate" },
    { flags: "--ca <file>", summary: "proxmox: the cluster's CA instead (/etc/pve/pve-root-ca.pem)" },
    { flags: "--token <name>", summary: "proxmox: the secret that is its API token (default: proxmox.token)" },
    { flags: "--secrets <file>", summary: "proxmox: the secrets file that has it; without one it is asked for" },
    ...saying,
  ],
  examples: [
    { run: "hlx import zones,dhcpd bind/named.conf dhcpd.conf", note: "names, addresses and reservations as one inventory" },
    { run: "hlx import zones home=db.home 1.168.192.in-addr.arpa=db.rev -o lab", note: "zone files that do not say which zone they are" },
    { run: "hlx import kea /etc/kea/kea-dhcp4.conf --host dns01", note: "with the role dhcp on dns01" },
    { run: "hlx import proxmox 192.168.1.105 --fingerprint AB:CD:… -o lab", note: "a whole cluster, ready to be adopted" },
  ],
  run,
};

async function run(context: Context): Promise<Standing> {
  const { importNow } = await import("../run/import-now.ts");
  return importNow(context);
}
