// Reads a guest: where it is, what is set, and whether it is hlx's to change.
import { absent, type Found, present } from "../../model/kind.ts";
import type { Readers } from "../../model/ports/index.ts";
import type { GuestSeen } from "../../model/ports/proxmox.ts";
import type { Problem } from "../../model/problem.ts";
import { bears } from "../proxmox/mark.ts";
import { type Settings, sizeOf } from "../proxmox/properties.ts";
import type { ProxmoxVm } from "./desired.ts";
import { configOf, settingsOf } from "./settings.ts";

export interface VmActual {
  /** The settings that are desired, as they are. */
  readonly settings: Settings;
  /** GiB. */
  readonly disk?: number;
  readonly running: boolean;
  /** It bears the mark of hlx. */
  readonly ours: boolean;
  /** Of the desired settings, those that wait for its next start. */
  readonly waiting: readonly string[];
}

type Here = Extract<GuestSeen, { guest: "here" }>;

export async function probe(desired: ProxmoxVm, on: Pick<Readers, "proxmox">): Promise<Found<VmActual>> {
  const seen = await on.proxmox.guest(desired.cluster, desired.id);
  if (seen.guest === "absent") return absent;
  if (seen.guest === "hidden") return { found: "unknown", because: hidden(desired) };
  const problem = foreign(desired, seen) ?? busy(desired, seen) ?? shrinking(desired, seen);
  if (problem !== undefined) return { found: "unknown", because: problem };
  const keys = Object.keys(configOf(desired));
  const disk = sizeOf(seen.config[firstDisk(seen.config)]);
  const actual: VmActual = {
    settings: settingsOf(seen.config, keys),
    running: seen.running,
    ours: isOurs(desired, seen),
    waiting: seen.pending.filter((key) => keys.includes(key)),
    ...(disk === undefined ? {} : { disk }),
  };
  return present(actual, { node: seen.node, disk: firstDisk(seen.config) });
}

/** The key of the disk that a guest boots from: the first of its boot order, else scsi0. */
export function firstDisk(config: Readonly<Record<string, string>>): string {
  const order = /(?:^|,)order=([^,]*)/.exec(config["boot"] ?? "")?.[1]?.split(";") ?? [];
  return order.find((key) => /^(scsi|virtio|sata|ide)\d+$/.test(key) && !/media=cdrom/.test(config[key] ?? "")) ?? "scsi0";
}

function isOurs({ name }: ProxmoxVm, { config }: Here): boolean {
  return bears(config["description"], name);
}

function foreign(desired: ProxmoxVm, seen: Here): Problem | undefined {
  const { id, name, adopt = false } = desired;
  if (seen.type === "qemu" && (adopt || isOurs(desired, seen) || "lock" in seen)) return undefined;
  const what = seen.type === "lxc" ? "a container" : `the guest "${seen.config["name"] ?? "without a name"}"`;
  const hint = seen.type === "lxc" ? `choose another vm.id for ${name}` : `choose another vm.id for ${name}, or say adopt: true if it is this one`;
  return { code: "failed", message: `number ${id} is ${what} on ${seen.node}, which hlx did not make`, hint };
}

// A clone bears no mark until it is whole: whose it is, is seen then.
function busy({ id }: ProxmoxVm, { lock, node }: Here): Problem | undefined {
  if (lock === undefined || !["clone", "create"].includes(lock)) return undefined;
  const hint = `wait until it is done and plan again; if nothing works on it any more: qm unlock ${id} on ${node}`;
  return { code: "unknown", message: `guest ${id} on ${node} is being made (lock ${lock})`, hint };
}

function shrinking({ id, disk }: ProxmoxVm, { config }: Here): Problem | undefined {
  const has = sizeOf(config[firstDisk(config)]);
  if (disk === undefined || has === undefined || has <= disk) return undefined;
  return {
    code: "failed",
    message: `the disk of guest ${id} has ${has} GiB, and ${disk} are wanted: a disk never shrinks`,
    hint: `write disk: ${Math.ceil(has)}G`,
  };
}

function hidden({ id }: ProxmoxVm): Problem {
  const hint = "choose another vm.id, or give the token rights on it: pveum acl modify /vms --tokens 'USER@REALM!NAME' --roles ROLE";
  return { code: "privilege", message: `number ${id} is taken by a guest that the token may not see`, hint };
}
