// What a container asks for that it does not have yet.
import type { Found } from "../../model/kind.ts";
import type { Added, Growth } from "../proxmox/room.ts";
import type { ProxmoxContainer } from "./desired.ts";
import type { ContainerActual } from "./probe.ts";

/** Undefined where it goes. Without cores it may use all of its node's, and asks for none. */
export function growthOf(desired: ProxmoxContainer, found: Found<ContainerActual>): Growth | undefined {
  if (desired.absent === true || (found.found !== "present" && found.found !== "absent")) return undefined;
  const { cores = 0, memory = 0 } = desired;
  const asked = { guest: desired, cores, memory, needs: "a part" } as const;
  if (found.found === "absent") return { ...asked, node: desired.node, computes: true, runs: desired.running === true, disks: disksOf(desired) };
  const { actual, evidence = {} } = found;
  const computes = grows(asked, actual) || (desired.running === true && !actual.running);
  const node = typeof evidence["node"] === "string" ? evidence["node"] : desired.node;
  return { ...asked, node, computes, runs: desired.running ?? actual.running, disks: disksOf(desired, actual) };
}

function grows({ cores, memory }: Pick<Growth, "cores" | "memory">, { settings }: ContainerActual): boolean {
  return memory > Number(settings["memory"] ?? 0) || cores > Number(settings["cores"] ?? cores);
}

function disksOf({ storage = "", disk = 0, mounts = {} }: ProxmoxContainer, actual?: ContainerActual): readonly Added[] {
  const further = Object.entries(mounts).flatMap(([slot, mount]) =>
    actual?.mounts[slot] === undefined ? [{ storage: mount.storage ?? storage, more: mount.size }] : [],
  );
  return [{ storage, more: disk - (actual === undefined ? 0 : (actual.disk ?? disk)) }, ...further].filter(({ more }) => more > 0);
}
