// A pool of a Proxmox cluster: a name for guests and storages that belong together. What else is in it stays.
import { absent, type Change, change, type Found, type Irreversible, type Kind, type Known, present } from "../model/kind.ts";
import type { Readers } from "../model/ports/index.ts";
import type { ProxmoxCluster } from "../model/ports/proxmox.ts";
import type { Resource, ResourceOptions } from "../model/resource.ts";
import type { JsonSchema } from "../model/schema.ts";
import type { Api } from "../model/step.ts";
import { given, resourceOf } from "./make.ts";
import { call, clusterSchema as cluster, word } from "./proxmox/cluster.ts";

const properties = {
  cluster,
  name: { type: "string", pattern: "^[A-Za-z0-9][A-Za-z0-9_.-]*(/[A-Za-z0-9][A-Za-z0-9_.-]*){0,2}$", title: "a pool's name, below others with /" },
  comment: { type: "string", pattern: "^[^\\u0000-\\u001f]*$" },
  guests: { type: "array", items: { type: "integer", minimum: 100 }, description: "Numbers of guests that are in it; others stay" },
  storages: { type: "array", items: word, description: "Storages that are in it; others stay" },
  absent: { const: true },
} as const;
const one = { type: "object", additionalProperties: false, properties, required: ["cluster", "name"] } as const;
const schema = one satisfies JsonSchema;

export interface ProxmoxPool {
  readonly cluster: ProxmoxCluster;
  readonly name: string;
  readonly comment?: string;
  readonly guests?: readonly number[];
  readonly storages?: readonly string[];
  readonly absent?: true;
}

interface PoolActual {
  readonly comment: string;
  /** Of those that are desired, the ones that are in it. */
  readonly guests: readonly number[];
  readonly storages: readonly string[];
}

export const proxmoxPoolKind: Kind<ProxmoxPool, PoolActual, "proxmox"> = {
  kind: "proxmox.pool",
  summary: "A pool of a Proxmox cluster, and guests and storages that are in it; what else is in it stays.",
  schema,
  via: ["proxmox"],
  wayIn: "cluster",
  identity: ({ name }) => name,
  probe,
  diff,
  steps,
  absent: ({ cluster, name }) => ({ cluster, name, absent: true }),
  restore,
};

/** A pool. */
export function proxmoxPool({ provides, exclusive, ...desired }: ProxmoxPool & ResourceOptions): Resource<ProxmoxPool> {
  return resourceOf(proxmoxPoolKind, given(desired) as ProxmoxPool, { ...given({ provides, exclusive }) });
}

async function probe({ cluster, name, guests = [], storages = [] }: ProxmoxPool, on: Pick<Readers, "proxmox">): Promise<Found<PoolActual>> {
  const seen = await on.proxmox.pool(cluster, name);
  if (seen === null) return absent;
  const actual = {
    comment: seen.comment,
    guests: guests.filter((guest) => seen.guests.includes(guest)),
    storages: storages.filter((storage) => seen.storages.includes(storage)),
  };
  return present(actual, { guests: seen.guests, storages: seen.storages });
}

function diff(desired: ProxmoxPool, found: Known<PoolActual>): readonly Change[] {
  const actual = found.found === "present" ? found.actual : undefined;
  if (desired.absent === true)
    return actual === undefined ? [] : [change("pool", { before: "present", after: null, note: "what is in it stays, and is in no pool" })];
  const { comment, guests = [], storages = [] } = desired;
  const commented =
    comment !== undefined && comment !== (actual?.comment ?? "") ? [change("comment", { before: actual?.comment ?? null, after: comment })] : [];
  const made = actual === undefined ? [change("pool", { before: null, after: desired.name })] : [];
  const joined = guests.filter((guest) => actual?.guests.includes(guest) !== true).map((guest) => change(`guest ${guest}`, { before: null, after: "member" }));
  const held = storages
    .filter((storage) => actual?.storages.includes(storage) !== true)
    .map((storage) => change(`storage ${storage}`, { before: null, after: "member" }));
  return [...made, ...commented, ...joined, ...held];
}

function steps(
  { cluster, name, comment, ...desired }: ProxmoxPool,
  found: Known<PoolActual>,
  { changes }: { readonly changes: readonly Change[] },
): readonly Api[] {
  if (changes.length === 0) return [];
  if (desired.absent === true)
    return [...emptied(cluster, name, found), call(cluster, { title: "remove it", method: "DELETE", path: "/pools", body: { poolid: name } })];
  const has = (property: string): boolean => changes.some((one) => one.property === property);
  const made =
    found.found === "absent" ? [call(cluster, { title: "make it", method: "POST", path: "/pools", body: { poolid: name, ...given({ comment }) } })] : [];
  const said = found.found === "present" && has("comment") ? { comment } : {};
  const vms = (desired.guests ?? []).filter((guest) => has(`guest ${guest}`)).join(",");
  const storage = (desired.storages ?? []).filter((each) => has(`storage ${each}`)).join(",");
  // A guest is in one pool at most: one that is in another moves.
  const members = { ...(vms === "" ? {} : { vms, "allow-move": true }), ...(storage === "" ? {} : { storage }) };
  const body = { ...said, ...members };
  return Object.keys(body).length === 0
    ? made
    : [...made, call(cluster, { title: "set what is in it", method: "PUT", path: "/pools", body: { poolid: name, ...body } })];
}

// Only an empty pool can be removed.
function emptied(cluster: ProxmoxCluster, name: string, found: Known<PoolActual>): readonly Api[] {
  const [vms, storage] = ["guests", "storages"].map((key) => [found.evidence?.[key] ?? []].flat().join(","));
  const members = { ...(vms === "" ? {} : { vms }), ...(storage === "" ? {} : { storage }) };
  if (Object.keys(members).length === 0) return [];
  return [call(cluster, { title: "let go of what is in it", method: "PUT", path: "/pools", body: { poolid: name, delete: true, ...members } })];
}

function restore({ cluster, name }: ProxmoxPool, before: Found<PoolActual>): ProxmoxPool | Irreversible {
  if (before.found === "absent") return { cluster, name, absent: true };
  return { irreversible: `what was in the pool ${name} before is not kept` };
}
