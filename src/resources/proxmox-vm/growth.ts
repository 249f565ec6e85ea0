// What a guest asks for that it does not have yet.
import type { Found } from "../../model/kind.ts";
import { growthFrom, type There } from "../proxmox/growth.ts";
import { addedBy, type Growth } from "../proxmox/room.ts";
import type { ProxmoxVm } from "./desired.ts";
import type { VmActual } from "./probe.ts";

/** Undefined where nothing is made or grows: it goes, or its settings are put back. */
export function growthOf(desired: ProxmoxVm, found: Found<VmActual>): Growth | undefined {
  if (desired.back !== undefined) return undefined;
  const { cores = 1, sockets = 1, memory = 0 } = desired;
  const asked = { guest: desired, cores: cores * sockets, memory, needs: "all" } as const;
  return growthFrom(desired, found, { asked, grows: (actual) => grows(desired, actual), disks: (there) => disksOf(desired, there) });
}

function grows(desired: ProxmoxVm, { settings }: VmActual): boolean {
  return (["memory", "cores", "sockets"] as const).some((name) => (desired[name] ?? 0) > Number(settings[name] ?? 1));
}

function disksOf({ storage = "", disk, disks = {} }: ProxmoxVm, there?: There<VmActual>): Growth["disks"] {
  const { kept = {}, drives = {} } = there?.actual ?? {};
  const further = Object.entries(disks).flatMap(([slot, one]) => {
    if (typeof one === "string") return [];
    const has = drives[slot] === undefined ? {} : { has: { size: Number.parseFloat(drives[slot]), volume: kept[slot] } };
    return [{ size: one.size, storage: one.storage ?? storage, ...has }];
  });
  const has = there === undefined ? {} : { has: { size: there.actual.disk, volume: kept[String(there.evidence["disk"] ?? "scsi0")] } };
  return addedBy([...(disk === undefined ? [] : [{ size: disk, storage, ...has }]), ...further]);
}
