// What a guest asks for that it does not have yet.
import type { Found } from "../../model/kind.ts";
import { addedBy, type Growth } from "../proxmox/room.ts";
import type { ProxmoxVm } from "./desired.ts";
import type { VmActual } from "./probe.ts";

/** Undefined where nothing is made or grows: it goes, or its settings are put back. */
export function growthOf(desired: ProxmoxVm, found: Found<VmActual>): Growth | undefined {
  if (desired.absent === true || desired.back !== undefined || (found.found !== "present" && found.found !== "absent")) return undefined;
  const { cores = 1, sockets = 1, memory = 0 } = desired;
  const asked = { guest: desired, cores: cores * sockets, memory, needs: "all" } as const;
  if (found.found === "absent") return { ...asked, node: desired.node, computes: true, runs: desired.running === true, disks: disksOf(desired) };
  const { actual, evidence = {} } = found;
  const computes = grows(desired, actual) || (desired.running === true && !actual.running);
  const node = typeof evidence["node"] === "string" ? evidence["node"] : desired.node;
  return {
    ...asked,
    node,
    computes,
    runs: desired.running ?? actual.running,
    disks: disksOf(desired, { ...actual, slot: String(evidence["disk"] ?? "scsi0") }),
  };
}

function grows(desired: ProxmoxVm, { settings }: VmActual): boolean {
  return (["memory", "cores", "sockets"] as const).some((name) => (desired[name] ?? 0) > Number(settings[name] ?? 1));
}

function disksOf({ storage = "", disk, disks = {} }: ProxmoxVm, there?: VmActual & { readonly slot: string }): Growth["disks"] {
  const { kept = {}, drives = {} } = there ?? {};
  const further = Object.entries(disks).flatMap(([slot, one]) => {
    if (typeof one === "string") return [];
    const has = drives[slot] === undefined ? {} : { has: { size: Number.parseFloat(drives[slot]), volume: kept[slot] } };
    return [{ size: one.size, storage: one.storage ?? storage, ...has }];
  });
  const has = there === undefined ? {} : { has: { size: there.disk, volume: kept[there.slot] } };
  return addedBy([...(disk === undefined ? [] : [{ size: disk, storage, ...has }]), ...further]);
}
