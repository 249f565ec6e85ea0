// What a guest asks for that it does not have yet.
import type { Found } from "../../model/kind.ts";
import type { Added, Growth } from "../proxmox/room.ts";
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
  return { ...asked, node, computes, runs: desired.running ?? actual.running, disks: disksOf(desired, actual) };
}

function grows(desired: ProxmoxVm, { settings }: VmActual): boolean {
  return (["memory", "cores", "sockets"] as const).some((name) => (desired[name] ?? 0) > Number(settings[name] ?? 1));
}

function disksOf({ storage = "", disk = 0, disks = {} }: ProxmoxVm, actual?: VmActual): readonly Added[] {
  const further = Object.entries(disks).flatMap(([slot, one]) =>
    typeof one === "string" || actual?.drives?.[slot] !== undefined ? [] : [{ storage: one.storage ?? storage, more: one.size }],
  );
  return [{ storage, more: disk - (actual === undefined ? 0 : (actual.disk ?? disk)) }, ...further].filter(({ more }) => more > 0);
}
