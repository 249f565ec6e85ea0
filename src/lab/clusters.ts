// The Proxmox clusters of an inventory's twins: a double of each, whose guests are twins that boot when it starts them.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { deserialize, serialize } from "node:v8";
import { isRecord } from "../lib/json.ts";
import type { Host, Inventory } from "../model/host.ts";
import { isProxmoxNode, proxmoxNodesOf } from "../model/proxmox-cluster.ts";
import type { Certificate } from "./proxmox/config.ts";
import { type Double, type Kept, kept, proxmoxDouble } from "./proxmox/double.ts";
import { guestsOf, seed } from "./proxmox/seed.ts";

/** Nodes that share a cluster, with the hosts that are their guests. */
export interface LabCluster {
  readonly nodes: readonly Host[];
  readonly guests: readonly Host[];
}

/** The clusters whose API the inventory says how to ask. */
export function clustersOf(inventory: Inventory): readonly LabCluster[] {
  const nodes = [...inventory.hosts.values()].filter(isProxmoxNode);
  const groups = nodes.map(({ name }) => proxmoxNodesOf(name, inventory));
  return groups.filter(([first], index) => first === nodes[index]).map((members) => ({ nodes: members, guests: guestsOf(members, inventory) }));
}

/** A double that runs in this process. */
export interface RunningCluster extends LabCluster {
  readonly double: Double;
  /** What its API token is called among the secrets of the twins. */
  readonly secret: string;
}

export interface StartingClusters {
  readonly inventory: Inventory;
  /** Where what they hold is kept between two commands. */
  readonly folder: string;
  /** Nodes on which the playbook makes what guests need. */
  readonly bare: ReadonlySet<string>;
  certify(): Promise<Certificate>;
}

/** Starts a double of each cluster, as it was left or as a fresh one. What it holds is written down with each change. */
export async function startClusters({ inventory, folder, bare, certify }: StartingClusters): Promise<readonly RunningCluster[]> {
  return Promise.all(
    clustersOf(inventory).map(async (cluster, index) => {
      const file = join(folder, `proxmox-${index}.state`);
      const before = existsSync(file) ? (deserialize(readFileSync(file)) as Kept) : undefined;
      const names = cluster.nodes.map(({ name }) => name);
      const double = await proxmoxDouble(names, { certify, ...(before === undefined ? {} : { kept: before }) });
      if (before === undefined) seed(double, { inventory, nodes: cluster.nodes, bare: names.some((name) => bare.has(name)) });
      const keep = (): void => writeFileSync(file, serialize(kept(double)), { mode: 0o600 });
      keep();
      double.onWrite = keep;
      return { ...cluster, double, secret: `twin.proxmox.${index}` };
    }),
  );
}

/** The inventory in which the nodes are asked through their doubles, and guests are logged in to by this key. */
export function withClusters(inventory: Inventory, clusters: readonly RunningCluster[], publicKey: string): Inventory {
  const hosts = new Map(inventory.hosts);
  for (const { nodes, guests, double, secret } of clusters) {
    const mark = { double: double.fingerprint };
    const asked = { address: "127.0.0.1", port: double.port, token: { secret }, fingerprint: double.fingerprint };
    const change = ({ name }: Host, variable: string, changed: Readonly<Record<string, unknown>>): void => {
      const host = inventory.hosts.get(name);
      if (host !== undefined) hosts.set(name, withSettings({ ...host, login: { ...host.login, ...mark } }, variable, changed));
    };
    for (const node of nodes) change(node, "proxmox", { user: undefined, password: undefined, ca: undefined, ...asked });
    for (const guest of guests) change(guest, "vm", { keys: [publicKey] });
  }
  const secrets = clusters.map(({ secret, double }): readonly [string, string] => [secret, double.token]);
  return { ...inventory, hosts, secretValues: new Map([...(inventory.secretValues ?? []), ...secrets]) };
}

// Settings that are undefined go.
function withSettings(host: Host, variable: string, changed: Readonly<Record<string, unknown>>): Host {
  const settings = Object.entries({ ...(host.vars[variable] as object), ...changed }).filter(([, value]) => value !== undefined);
  return { ...host, vars: Object.assign(Object.create(null), host.vars, { [variable]: Object.fromEntries(settings) }) as Host["vars"] };
}

/** Which host a guest stands for. */
export function hostOf(id: number, { guests }: LabCluster): Host | undefined {
  return guests.find(({ vars }) => isRecord(vars["vm"]) && Number(vars["vm"]["id"]) === id);
}
