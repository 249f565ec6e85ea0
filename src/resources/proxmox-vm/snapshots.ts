// Snapshots before changes of risk: which change has one, what it is recognised by, and the way back to it.
import { sha256 } from "../../lib/hash.ts";
import { canonical } from "../../lib/json.ts";
import { type Change, highestRisk } from "../../model/kind.ts";
import type { SnapshotsSeen } from "../../model/ports/proxmox.ts";
import type { Api } from "../../model/step.ts";
import { call } from "../proxmox/cluster.ts";
import type { ProxmoxVm } from "./desired.ts";
import { leavingOf } from "./drives.ts";
import type { VmActual } from "./probe.ts";

type Snapshot = SnapshotsSeen["list"][number];

const mark = "made by hlx before a change, state ";

/** Does a snapshot come before these changes? Where a disk goes, it would be held by the snapshot. */
export function isProtected(desired: ProxmoxVm, changes: readonly Change[]): boolean {
  return desired.snapshots !== undefined && leavingOf(desired).size === 0 && highestRisk(changes) === "reboot";
}

/** What a guest that was found is recognised by. */
export function stateOf({ snapshot: _, ...actual }: VmActual): string {
  return sha256(canonical(actual)).slice(0, 16);
}

/** The newest snapshot of hlx that holds this state. */
export function holding(state: string, list: readonly Snapshot[]): Snapshot | undefined {
  return list.findLast(({ description }) => description === `${mark}${state}`);
}

/** The snapshot before the changes. */
export function taken({ cluster }: ProxmoxVm, at: string, { actual, now }: { readonly actual: VmActual; readonly now: Date }): Api {
  const stamp = now.toISOString().replace(/[-:]/g, "").replace(/\..*/, "");
  const state = stateOf(actual);
  const body = { snapname: `hlx-${stamp}-${state.slice(0, 4)}`, description: `${mark}${state}` };
  return call(cluster, { title: "take a snapshot", method: "POST", path: `${at}/snapshot`, body });
}

/** Those of hlx that are older than they are kept. */
export function outdated(
  { cluster, snapshots }: ProxmoxVm,
  at: string,
  { list, now }: { readonly list: readonly Snapshot[]; readonly now: Date },
): readonly Api[] {
  const before = now.getTime() / 1000 - (snapshots?.days ?? 0) * 86_400;
  return list.filter((one) => one.description.startsWith(mark) && one.at < before).map(({ name }) => removed(cluster, at, name));
}

/** Back to a snapshot: settings and disks as they were in it; then it is gone. */
export function backTo({ cluster, running }: ProxmoxVm, at: string, name: string): readonly Api[] {
  const path = `${at}/snapshot/${encodeURIComponent(name)}/rollback`;
  return [call(cluster, { title: `go back to the snapshot ${name}`, method: "POST", path, body: { start: running === true } }), removed(cluster, at, name)];
}

export function removed(cluster: ProxmoxVm["cluster"], at: string, name: string): Api {
  return call(cluster, { title: `remove the snapshot ${name}`, method: "DELETE", path: `${at}/snapshot/${encodeURIComponent(name)}`, body: {} });
}
