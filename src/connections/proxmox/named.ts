// Looking at what guests use of their node by name: bridges, vnets, mapped devices. Asked before a guest is made, since Proxmox says it only at the start.
import type { NamedSeen } from "../../model/ports/proxmox.ts";
import type { Client } from "./client.ts";
import { type Row, rowsOf } from "./rows.ts";
import { type Visible, wouldSee } from "./visible.ts";

interface Named {
  readonly node: string;
  readonly name: string;
}

const bridgePrivileges = ["SDN.Audit", "SDN.Use"] as const;

/** From the node's list, which has plain bridges, those of Open vSwitch and vnets (`any_bridge`), each only for who may use or audit it. */
export async function lookAtBridge(client: Client, { node, name }: Named): Promise<NamedSeen> {
  const rows = await listed(client, `/nodes/${encodeURIComponent(node)}/network`, { type: "any_bridge" });
  const what = `the bridge ${name}`;
  // It may be a vnet of any zone: only who sees all of them can tell that there is none.
  const plain: Visible = { what, path: `/sdn/zones/localnetwork/${name}`, privileges: bridgePrivileges };
  return seenIn(client, { rows, name, key: "iface", visible: [plain, { ...plain, path: "/sdn/zones", below: true }] });
}

/** From the cluster's mappings, which say the device of each node: `id=10de:2684,node=pve1,path=0000:01:00.0`. */
export async function lookAtMapped(client: Client, { node, name }: Named): Promise<NamedSeen> {
  const rows = (await listed(client, "/cluster/mapping/pci", {}))?.filter(({ map }) => (Array.isArray(map) ? map : []).some((one) => isOn(String(one), node)));
  const visible: Visible = { what: `the PCI mapping ${name}`, path: `/mapping/pci/${name}`, privileges: ["Mapping.Audit", "Mapping.Use", "Mapping.Modify"] };
  return seenIn(client, { rows, name, key: "id", visible: [visible] });
}

function isOn(entry: string, node: string): boolean {
  return entry.split(",").includes(`node=${node}`);
}

// Where the list is refused, nobody can tell.
async function listed(client: Client, path: string, params: Readonly<Record<string, string>>): Promise<readonly Row[] | undefined> {
  const answer = await client.together.once(path, () => client.ask("GET", path, params));
  return "data" in answer ? rowsOf(answer.data) : undefined;
}

interface Looked {
  readonly rows: readonly Row[] | undefined;
  readonly name: string;
  readonly key: string;
  readonly visible: readonly Visible[];
}

async function seenIn(client: Client, { rows, name, key, visible }: Looked): Promise<NamedSeen> {
  if (rows === undefined) return { seen: "hidden" };
  const names = rows.map((row) => String(row[key]));
  if (names.includes(name)) return { seen: "there" };
  const all = await Promise.all(visible.map((one) => wouldSee(client, one)));
  return all.every(Boolean) ? { seen: "absent", others: names } : { seen: "hidden" };
}
