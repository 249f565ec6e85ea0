// A snapshot of a Proxmox guest: its disks and settings as they were.
import { absent, blocked, type Change, change, type Found, type Irreversible, type Kind, type Known, present } from "../model/kind.ts";
import type { Readers } from "../model/ports/index.ts";
import type { ProxmoxCluster } from "../model/ports/proxmox.ts";
import type { Resource, ResourceOptions } from "../model/resource.ts";
import type { JsonSchema } from "../model/schema.ts";
import type { Api } from "../model/step.ts";
import { given, resourceOf } from "./make.ts";
import { call, clusterSchema as cluster, guestPath } from "./proxmox/cluster.ts";

const properties = {
  cluster,
  vm: { type: "integer", minimum: 100, maximum: 999999999, description: "The guest's number" },
  name: { type: "string", pattern: "^[A-Za-z][A-Za-z0-9_-]{1,39}$", title: "a name of letters, digits, - and _ that begins with a letter" },
  description: { type: "string", pattern: "^[^\\u0000-\\u001f]*$" },
  absent: { const: true },
  back: { const: true, description: "With absent: the guest goes back to it first. What a rollback desires" },
} as const;
const schema = { type: "object", additionalProperties: false, properties, required: ["cluster", "vm", "name"] } as const satisfies JsonSchema;

export interface ProxmoxSnapshot {
  readonly cluster: ProxmoxCluster;
  readonly vm: number;
  readonly name: string;
  readonly description?: string;
  readonly absent?: true;
  readonly back?: true;
}

interface SnapshotActual {
  readonly taken: true;
}

export const proxmoxSnapshotKind: Kind<ProxmoxSnapshot, SnapshotActual, "proxmox"> = {
  kind: "proxmox.snapshot",
  summary: "A snapshot of a Proxmox guest: made once, of the guest as it is then; a rollback of the run that made it goes back to it.",
  schema,
  via: ["proxmox"],
  wayIn: "cluster",
  outside: "beside",
  identity: ({ vm, name }) => `${vm}/${name}`,
  probe,
  diff,
  steps,
  absent: ({ cluster, vm, name }) => ({ cluster, vm, name, absent: true }),
  restore,
};

/** A snapshot of a guest; it is never made again. */
export function proxmoxSnapshot({ provides, exclusive, ...desired }: ProxmoxSnapshot & ResourceOptions): Resource<ProxmoxSnapshot> {
  return resourceOf(proxmoxSnapshotKind, given(desired) as ProxmoxSnapshot, { ...given({ provides, exclusive }) });
}

async function probe({ cluster, vm, name, absent: gone }: ProxmoxSnapshot, on: Pick<Readers, "proxmox">): Promise<Found<SnapshotActual>> {
  const seen = await on.proxmox.snapshots(cluster, vm);
  if (seen === null) return gone === true ? absent : blocked(`guest:${vm}`, `there is no guest ${vm}`);
  const evidence = { node: seen.node, running: seen.running };
  if (seen.list.some((one) => one.name === name)) return present({ taken: true }, evidence);
  if (seen.can || gone === true) return { found: "absent", evidence };
  const hint = "move its disks to a storage that has snapshots (LVM-thin, ZFS, Ceph, qcow2), or do without";
  return { found: "unknown", because: { code: "failed", message: `guest ${vm} cannot have a snapshot: a storage of its disks cannot make any`, hint } };
}

function diff({ name, absent: gone, back }: ProxmoxSnapshot, { found }: Known<SnapshotActual>): readonly Change[] {
  if (gone !== true) return found === "present" ? [] : [change("snapshot", { before: null, after: name, note: "the guest goes on meanwhile" })];
  if (found === "absent") return [];
  if (back === true)
    return [
      change("guest", { before: "as it is now", after: `as in the snapshot ${name}`, risk: "data-loss", note: "what was written to its disks since is lost" }),
    ];
  return [change("snapshot", { before: name, after: null, note: "the way back to it is gone" })];
}

function steps(desired: ProxmoxSnapshot, found: Known<SnapshotActual>, { changes }: { readonly changes: readonly Change[] }): readonly Api[] {
  if (changes.length === 0) return [];
  const { cluster, vm, name, description, absent: gone, back } = desired;
  const { node, running } = { node: "", running: false, ...found.evidence };
  const at = `${guestPath(String(node), "qemu", vm)}/snapshot`;
  const one = `${at}/${encodeURIComponent(name)}`;
  const body = { snapname: name, ...(description === undefined ? {} : { description }) };
  if (gone !== true) return [call(cluster, { title: `take the snapshot ${name}`, method: "POST", path: at, body })];
  const remove = call(cluster, { title: `remove the snapshot ${name}`, method: "DELETE", path: one, body: {} });
  if (back !== true) return [remove];
  const start = { start: running === true };
  return [call(cluster, { title: `go back to the snapshot ${name}`, method: "POST", path: `${one}/rollback`, body: start }), remove];
}

function restore({ cluster, vm, name }: ProxmoxSnapshot, before: Found<SnapshotActual>): ProxmoxSnapshot | Irreversible {
  if (before.found === "absent") return { cluster, vm, name, absent: true, back: true };
  return { irreversible: `the snapshot ${name} of guest ${vm} was removed` };
}
