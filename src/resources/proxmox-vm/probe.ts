// Reads a guest: where it is, what is set, and whether it is hlx's to change.
import { type Found, present } from "../../model/kind.ts";
import type { Readers } from "../../model/ports/index.ts";
import type { GuestSeen, SnapshotsSeen } from "../../model/ports/proxmox.ts";
import type { Problem } from "../../model/problem.ts";
import { awayOf } from "../proxmox/away.ts";
import { isBeingMade, wholeGuest } from "../proxmox/being-made.ts";
import { bears } from "../proxmox/mark.ts";
import { type Settings, sizeOf } from "../proxmox/properties.ts";
import type { ProxmoxVm } from "./desired.ts";
import { type Drive, drivesOf, leavingOf, restOf, textOfFound } from "./drives.ts";
import { firstDisk } from "./first-disk.ts";
import { haText } from "./ha.ts";
import { unmade } from "./origin.ts";
import { configOf, settingsOf, withoutOf } from "./settings.ts";
import { holding } from "./snapshots.ts";

export interface VmActual {
  /** The settings that are desired, as they are. */
  readonly settings: Settings;
  /** What nobody says of its disks, by slot: their volumes, and options that are written along. Changed meanwhile, it must be looked at anew. */
  readonly kept?: Settings;
  /** Of its first disk, in GiB. */
  readonly disk?: number;
  /** Its further drives that are desired or should go, by slot. */
  readonly drives?: Settings;
  readonly pool?: string;
  readonly ha?: string;
  readonly running: boolean;
  /** The snapshot that it should go back to, while it is there. */
  readonly snapshot?: string;
  /** It bears the mark of hlx. */
  readonly ours: boolean;
  /** Of the desired settings, those that wait for its next start. */
  readonly waiting: readonly string[];
}

type Here = Extract<GuestSeen, { guest: "here" }>;

/** `takeOver` is the next move where the number is that of a guest that hlx did not make. */
export async function probe(desired: ProxmoxVm, on: Pick<Readers, "proxmox">, takeOver = "say adopt: true if it is this one"): Promise<Found<VmActual>> {
  const seen = await wholeGuest(on, desired.cluster, desired.id);
  if (seen.guest === "absent") return desired.back === undefined ? unmade(desired, on) : { found: "unknown", because: lost(desired) };
  if (seen.guest === "hidden") return { found: "unknown", because: hidden(desired) };
  const problem = foreign(desired, seen, takeOver) ?? busy(desired, seen);
  if (problem !== undefined) return { found: "unknown", because: problem };
  const shrunk = shrinking(desired, seen);
  if (shrunk !== undefined) return shrunk;
  const { node, config, ha } = seen;
  const kept = await snapshotsOf(desired, on);
  if (kept === null) return { found: "unknown", because: unprotected(desired) };
  const { snapshot, list = [] } = kept;
  const evidence = { node, disk: firstDisk(config), config: writtenAlong(desired, config), managed: ha !== undefined, snapshots: list, ...awayOf(seen) };
  return present({ ...actualOf(desired, seen), ...(snapshot === undefined ? {} : { snapshot }) }, evidence);
}

// Asked only where somebody wants them; null where they are wanted and cannot be.
async function snapshotsOf(
  { cluster, id, snapshots, to }: ProxmoxVm,
  on: Pick<Readers, "proxmox">,
): Promise<{ readonly snapshot?: string; readonly list?: SnapshotsSeen["list"] } | null> {
  if (snapshots === undefined && to === undefined) return {};
  const seen = await on.proxmox.snapshots(cluster, id);
  if (seen === null) return {};
  const snapshot = to === undefined ? undefined : holding(to, seen.list)?.name;
  if (snapshots !== undefined && !seen.can) return null;
  return { list: seen.list, ...(snapshot === undefined ? {} : { snapshot }) };
}

// What a step writes again together with what it changes.
function writtenAlong(desired: ProxmoxVm, config: Here["config"]): Here["config"] {
  return Object.fromEntries([...drivesOf(desired).keys()].flatMap((key) => (config[key] === undefined ? [] : [[key, config[key]]])));
}

function actualOf(desired: ProxmoxVm, seen: Here): VmActual {
  const { config } = seen;
  const keys = [...Object.keys(configOf(desired)), ...withoutOf(desired).filter((key) => config[key] !== undefined)];
  const kept = keptOf(desired, config);
  const drives = drivesFound(desired, config);
  const disk = sizeOf(config[firstDisk(config)]);
  return {
    settings: settingsOf(config, keys),
    ...(Object.keys(kept).length === 0 ? {} : { kept }),
    running: seen.running,
    ours: isOurs(desired, seen),
    waiting: seen.pending.filter((key) => keys.includes(key) || key in drives),
    ...(disk === undefined ? {} : { disk }),
    ...(Object.keys(drives).length === 0 ? {} : { drives }),
    ...(desired.pool === undefined || seen.pool === undefined ? {} : { pool: seen.pool }),
    ...(desired.ha === undefined ? {} : { ha: haText(seen.ha) }),
  };
}

const driveKeys = /^(scsi|virtio|sata|ide|efidisk|tpmstate|unused)\d+$/;

// Of the disks that may be written, grown, taken away or destroyed with it.
function keptOf(desired: ProxmoxVm, config: Here["config"]): Settings {
  const drives = drivesOf(desired);
  const all = desired.absent === true ? Object.keys(config).filter((key) => driveKeys.test(key)) : [];
  const first = desired.disk === undefined ? [] : [firstDisk(config)];
  const slots = new Set([...all, ...first, ...drives.keys(), ...leavingOf(desired).keys()]);
  const entries = [...slots].flatMap((slot) => (config[slot] === undefined ? [] : [[slot, restOf(config[slot], drives.get(slot) ?? nothingSaid)] as const]));
  return Object.fromEntries(entries.toSorted(([one], [other]) => (one < other ? -1 : 1)));
}

const nothingSaid = { options: {} };

function drivesFound(desired: ProxmoxVm, config: Here["config"]): Settings {
  const there = [...drivesOf(desired)].flatMap(([slot, drive]) => (config[slot] === undefined ? [] : [[slot, textOfFound(config[slot], drive)] as const]));
  const leaving = [...leavingOf(desired).keys()].flatMap((slot) =>
    config[slot] === undefined ? [] : [[slot, textOfFound(config[slot], leavingDrive(config[slot]))] as const],
  );
  return Object.fromEntries([...there, ...leaving]);
}

// A volume that no guest has attached says no size.
function leavingDrive(value: string): Drive {
  const size = sizeOf(value);
  return size === undefined ? { make: "", options: {} } : { make: "", size, options: {} };
}

function isOurs({ name }: ProxmoxVm, { config }: Here): boolean {
  return bears(config["description"], name);
}

function foreign(desired: ProxmoxVm, seen: Here, takeOver: string): Problem | undefined {
  const { id, name, adopt = false } = desired;
  if (seen.type === "qemu" && (adopt || isOurs(desired, seen) || isNobodysYet(seen))) return undefined;
  const what = seen.type === "lxc" ? "a container" : `the guest "${seen.config["name"] ?? "without a name"}"`;
  const hint = seen.type === "lxc" ? `choose another vm.id for ${name}` : `choose another vm.id for ${name}, or ${takeOver}`;
  return { code: "failed", message: `number ${id} is ${what} on ${seen.node}, which hlx did not make`, hint };
}

// Until a clone is whole it has neither name nor mark: nobody can tell whose it will be. Any other lock is on a guest that is somebody's.
function isNobodysYet(seen: Here): boolean {
  return isBeingMade(seen) && seen.config["name"] === undefined;
}

function busy({ id }: ProxmoxVm, seen: Here): Problem | undefined {
  if (!isBeingMade(seen)) return undefined;
  const { lock, node } = seen;
  const hint = `if nothing works on it any more: qm unlock ${id} on ${node}, and remove what was left of it; else plan again when it is done`;
  return { code: "unknown", message: `guest ${id} on ${node} is being made (lock ${lock})`, hint };
}

function shrinking(desired: ProxmoxVm, { config }: Here): Extract<Found<never>, { found: "unknown" }> | undefined {
  const { id, disk } = desired;
  const further = [...drivesOf(desired)].flatMap(([slot, { size }]) =>
    size === undefined ? [] : [{ what: `disk ${slot}`, about: `disks.${slot}`, is: sizeOf(config[slot]), wanted: size }],
  );
  const all = [...(disk === undefined ? [] : [{ what: "disk", about: "disk", is: sizeOf(config[firstDisk(config)]), wanted: disk }]), ...further];
  // Sizes are whole GiB: a disk of 2252M, as images have it, is no smaller where 2G are wanted.
  const shrunk = all.find(({ is, wanted }) => is !== undefined && Math.floor(is) > wanted);
  if (shrunk === undefined) return undefined;
  const { what, about, is = 0, wanted } = shrunk;
  const message = `the ${what} of guest ${id} has ${is} GiB, and ${wanted} are wanted: a disk never shrinks`;
  return { found: "unknown", about, because: { code: "failed", message, hint: `write ${about}: ${Math.ceil(is)}G` } };
}

function unprotected({ id }: ProxmoxVm): Problem {
  const hint =
    "move its disks to a storage that has snapshots (LVM-thin, ZFS, Ceph, qcow2), or leave out vm.snapshots: then a change has no way back but its settings";
  return { code: "failed", message: `guest ${id} is to have snapshots before changes, and a storage of its disks cannot make any`, hint };
}

function lost({ id }: ProxmoxVm): Problem {
  return { code: "failed", message: `guest ${id} is not there any more: it has no settings that could be put back` };
}

function hidden({ id }: ProxmoxVm): Problem {
  const hint = "choose another vm.id, or give the token rights on it: pveum acl modify /vms --tokens 'USER@REALM!NAME' --roles ROLE";
  return { code: "privilege", message: `number ${id} is taken by a guest that the token may not see`, hint };
}
