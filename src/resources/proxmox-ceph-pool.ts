// A pool of Ceph on a Proxmox cluster.
import { absent, type Change, change, type Found, type Irreversible, type Kind, type Known, present } from "../model/kind.ts";
import type { Readers } from "../model/ports/index.ts";
import type { CephPoolSeen, ProxmoxCluster } from "../model/ports/proxmox.ts";
import type { Resource, ResourceOptions } from "../model/resource.ts";
import type { JsonSchema } from "../model/schema.ts";
import type { Api } from "../model/step.ts";
import { given, resourceOf } from "./make.ts";
import { notInstalled } from "./proxmox/ceph.ts";
import { call, clusterSchema as cluster, word } from "./proxmox/cluster.ts";

const copies = { type: "integer", minimum: 1, maximum: 7 } as const;
const properties = {
  cluster,
  node: { ...word, description: "A node with Ceph: whichever, it answers for the cluster" },
  name: { type: "string", pattern: "^[^:/\\s\\u0000-\\u001f]+$", title: "a pool's name" },
  size: { ...copies, description: "Copies of each object" },
  minSize: { ...copies, description: "Copies that must be there to write" },
  placementGroups: { type: "integer", minimum: 1, maximum: 32768, description: "Left to Ceph where autoscale is on" },
  autoscale: { enum: ["on", "off", "warn"], description: "Who chooses the placement groups" },
  rule: { ...word, description: "The CRUSH rule" },
  application: { enum: ["rbd", "cephfs", "rgw"], description: "What it is for, told when it is made; default rbd" },
  storage: { type: "boolean", description: "Makes a storage of the same name for guests with it; default false" },
  absent: { const: true },
} as const;
const schema = { type: "object", additionalProperties: false, required: ["cluster", "node", "name"], properties } as const satisfies JsonSchema;

/** A pool; see the schema. What is not given is left as Ceph has it. */
export interface ProxmoxCephPool {
  readonly cluster: ProxmoxCluster;
  readonly node: string;
  readonly name: string;
  readonly size?: number;
  readonly minSize?: number;
  readonly placementGroups?: number;
  readonly autoscale?: "on" | "off" | "warn";
  readonly rule?: string;
  readonly application?: "rbd" | "cephfs" | "rgw";
  readonly storage?: boolean;
  readonly absent?: true;
}

/** The settings that are desired, as they are. */
type CephPoolActual = Partial<Pick<CephPoolSeen, "size" | "minSize" | "placementGroups" | "autoscale" | "rule">>;

export const proxmoxCephPoolKind: Kind<ProxmoxCephPool, CephPoolActual, "proxmox"> = {
  kind: "proxmox.cephPool",
  summary: "A pool of Ceph on a Proxmox cluster: its copies, placement groups and rule.",
  schema,
  via: ["proxmox"],
  wayIn: "cluster",
  identity: ({ name }) => name,
  probe,
  diff,
  steps,
  absent: ({ cluster: to, node, name }) => ({ cluster: to, node, name, absent: true }),
  restore,
};

/** A pool of Ceph. */
export function proxmoxCephPool({ provides, exclusive, ...desired }: ProxmoxCephPool & ResourceOptions): Resource<ProxmoxCephPool> {
  return resourceOf(proxmoxCephPoolKind, given(desired) as ProxmoxCephPool, { ...given({ provides, exclusive }) });
}

/** Desired settings and the parameters that set them. */
const parameters = { size: "size", minSize: "min_size", placementGroups: "pg_num", autoscale: "pg_autoscale_mode", rule: "crush_rule" } as const;
type Setting = keyof typeof parameters;

function wantedOf(desired: ProxmoxCephPool): readonly (readonly [Setting, string | number])[] {
  return (Object.keys(parameters) as Setting[]).flatMap((name) => {
    const value = desired[name];
    return value === undefined ? [] : [[name, value] as const];
  });
}

async function probe(desired: ProxmoxCephPool, on: Pick<Readers, "proxmox">): Promise<Found<CephPoolActual>> {
  const seen = await on.proxmox.ceph(desired.cluster, desired.node);
  if (seen === null) return { found: "unknown", because: notInstalled(desired.node) };
  const pool = seen.pools.find(({ name }) => name === desired.name);
  if (pool === undefined) return absent;
  return present(Object.fromEntries(wantedOf(desired).map(([name]) => [name, pool[name]])), { health: seen.health });
}

function diff(desired: ProxmoxCephPool, found: Known<CephPoolActual>): readonly Change[] {
  const actual = found.found === "present" ? found.actual : undefined;
  if (desired.absent === true)
    return actual === undefined ? [] : [change("pool", { before: "present", after: "absent", risk: "data-loss", note: "with everything that is in it" })];
  const made = actual === undefined ? [change("pool", { before: null, after: desired.name })] : [];
  const differing = wantedOf(desired).filter(([name, value]) => actual?.[name] !== value);
  return [...made, ...differing.map(([name, value]) => change(name, { before: actual?.[name] ?? null, after: value, ...noteOf(name, actual) }))];
}

function noteOf(name: Setting, actual: CephPoolActual | undefined): { readonly note?: string } {
  return actual === undefined || !["size", "placementGroups", "rule"].includes(name) ? {} : { note: "Ceph moves data for a while" };
}

function steps(desired: ProxmoxCephPool, found: Known<CephPoolActual>, { changes }: { readonly changes: readonly Change[] }): readonly Api[] {
  if (changes.length === 0) return [];
  const { cluster: to, node, name, application, storage } = desired;
  const at = `/nodes/${encodeURIComponent(node)}/ceph/pool`;
  const one = `${at}/${encodeURIComponent(name)}`;
  if (desired.absent === true) return [call(to, { title: "destroy it", method: "DELETE", path: one, body: { remove_storages: true } })];
  const due = wantedOf(desired).filter(([property]) => changes.some((each) => each.property === property));
  const body = Object.fromEntries(due.map(([property, value]) => [parameters[property], value]));
  if (found.found === "present") return [call(to, { title: `set ${due.map(([property]) => property).join(", ")}`, method: "PUT", path: one, body })];
  return [call(to, { title: "make it", method: "POST", path: at, body: { name, ...body, ...given({ application, add_storages: storage }) } })];
}

function restore({ cluster: to, node, name }: ProxmoxCephPool, before: Found<CephPoolActual>): ProxmoxCephPool | Irreversible {
  if (before.found === "absent") return { cluster: to, node, name, absent: true };
  return { irreversible: `the settings of the Ceph pool ${name} before are not kept` };
}
