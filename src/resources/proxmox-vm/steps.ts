// The API calls that make a guest as desired, in order; each is awaited to the end of its task.
import type { Change, Known } from "../../model/kind.ts";
import type { SnapshotsSeen } from "../../model/ports/proxmox.ts";
import type { Api } from "../../model/step.ts";
import { call, guestPath, intoPool } from "../proxmox/cluster.ts";
import { grow, turnedOff, turnedOn } from "../proxmox/power.ts";
import type { ProxmoxVm } from "./desired.ts";
import { drivesOf, leavingOf, partsOf, rewritten, textOf } from "./drives.ts";
import { haStep, haText } from "./ha.ts";
import { made } from "./made.ts";
import { originOf } from "./origin.ts";
import type { VmActual } from "./probe.ts";
import { configOver, withoutOf } from "./settings.ts";
import { backTo, isProtected, outdated, taken } from "./snapshots.ts";

/** How long a guest may take to shut down before it is told to be off. */
const shutdownSeconds = 180;

interface Here {
  readonly at: string;
  readonly actual: VmActual;
  /** Its drives, as the server has them. */
  readonly config: Readonly<Record<string, string>>;
  /** Of its first disk. */
  readonly slot: string;
  /** In the care of HA. */
  readonly managed: boolean;
  readonly changed: ReadonlySet<string>;
}

export function steps(
  desired: ProxmoxVm,
  found: Known<VmActual>,
  { changes, now }: { readonly changes: readonly Change[]; readonly now: Date },
): readonly Api[] {
  if (found.found === "absent") return made(desired, originOf(desired, found));
  const here = hereOf(desired, found, changes);
  const { at, actual } = here;
  if (desired.absent === true) return gone(desired, here);
  if (actual.snapshot !== undefined) return backTo(desired, at, actual.snapshot);
  if (!isProtected(desired, changes)) return changing(desired, here, changes);
  const list = (found.evidence?.["snapshots"] ?? []) as SnapshotsSeen["list"];
  return [taken(desired, at, { actual, now }), ...changing(desired, here, changes), ...outdated(desired, at, { list, now })];
}

function changing(desired: ProxmoxVm, here: Here, changes: readonly Change[]): readonly Api[] {
  const { at, actual, slot, changed } = here;
  const restart = actual.running && desired.running !== false && changes.some(({ risk }) => risk === "reboot");
  return [
    ...settings(desired, here),
    ...drives(desired, here),
    ...when(changed.has("disk"), () => [grow(desired.cluster, at, { slot, size: desired.disk ?? 1, title: "its disk" })]),
    ...when(changed.has("pool"), () => [intoPool(desired.cluster, desired)]),
    ...when(restart, () => [...off(desired, here), ...on(desired, here)]),
    ...when(changed.has("running"), () => (desired.running === true ? on : off)(desired, here)),
    ...when(changed.has("ha"), () => [haStep(desired, actual.ha ?? haText(undefined))]),
  ];
}

function hereOf(desired: ProxmoxVm, { actual, evidence = {} }: Extract<Known<VmActual>, { found: "present" }>, changes: readonly Change[]): Here {
  const { node = desired.node, config = {}, managed, disk = "scsi0" } = evidence;
  return {
    at: guestPath(String(node), "qemu", desired.id),
    actual,
    config: config as Here["config"],
    slot: String(disk),
    managed: managed === true,
    changed: new Set(changes.map(({ property }) => property)),
  };
}

function when(holds: boolean, steps: () => readonly Api[]): readonly Api[] {
  return holds ? steps() : [];
}

function settings(desired: ProxmoxVm, { at, actual, changed }: Here): readonly Api[] {
  const wanted = configOver(desired, actual.settings);
  const set = [...changed].flatMap((key) => (wanted[key] === undefined ? [] : [[key, wanted[key]] as const]));
  const without = withoutOf(desired).filter((key) => changed.has(key));
  const body = { ...Object.fromEntries(set), ...(without.length === 0 ? {} : { delete: without.join(",") }) };
  const what = [...(set.length === 0 ? [] : [`set ${set.map(([key]) => key).join(", ")}`]), ...(without.length === 0 ? [] : [`unset ${without.join(", ")}`])];
  return what.length === 0 ? [] : [call(desired.cluster, { title: what.join(", "), method: "PUT", path: `${at}/config`, body })];
}

// Storage is allocated by a task; an option is written with the volume's name, or an empty one would take its place.
function drives(desired: ProxmoxVm, { at, actual, config, changed }: Here): readonly Api[] {
  const { cluster } = desired;
  const found = actual.drives ?? {};
  const path = `${at}/config`;
  const due = [...drivesOf(desired)].filter(([slot]) => changed.has(slot));
  const added = due.filter(([slot]) => found[slot] === undefined);
  const kept = due.filter(([slot]) => found[slot] !== undefined);
  const put = (title: string, body: Api["body"]): Api => call(cluster, { title, method: "PUT", path, body });
  const otherwise = kept.filter(([slot, drive]) => partsOf(found[slot] ?? "").options !== partsOf(textOf(drive)).options);
  const larger = kept.filter(([slot, drive]) => partsOf(found[slot] ?? "").size !== partsOf(textOf(drive)).size);
  return [
    ...(added.length === 0
      ? []
      : [call(cluster, { title: `add ${slots(added)}`, method: "POST", path, body: Object.fromEntries(added.map(([slot, { make }]) => [slot, make])) })]),
    ...otherwise.map(([slot, drive]) => put(`set the options of ${slot}`, { [slot]: rewritten(config[slot] ?? "", drive) })),
    ...larger.flatMap(([slot, { size }]) => (size === undefined ? [] : [grow(desired.cluster, at, { slot, size })])),
    ...[...leavingOf(desired)].filter(([slot]) => changed.has(slot)).map(([slot, how]) => put(...leave(slot, how))),
  ];
}

function leave(slot: string, how: "detached" | "destroyed"): readonly [string, Api["body"]] {
  return how === "detached" ? [`detach ${slot}`, { delete: slot }] : [`destroy ${slot}`, { delete: slot, force: true }];
}

function slots(drives: readonly (readonly [string, unknown])[]): string {
  return drives.map(([slot]) => slot).join(", ");
}

function gone(desired: ProxmoxVm, here: Here): readonly Api[] {
  const body = { purge: true, "destroy-unreferenced-disks": true };
  const destroy = call(desired.cluster, { title: "destroy", method: "DELETE", path: here.at, body });
  return here.actual.running ? [...off(desired, here), destroy] : [destroy];
}

function on({ cluster }: ProxmoxVm, { at, managed }: Here): readonly Api[] {
  return turnedOn({ cluster, at, managed });
}

function off({ cluster }: ProxmoxVm, { at, managed }: Here): readonly Api[] {
  return turnedOff({ cluster, at, managed }, shutdownSeconds);
}
