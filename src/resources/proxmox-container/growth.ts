// What a container asks for that it does not have yet.
import type { Found } from "../../model/kind.ts";
import { addedBy, type Growth } from "../proxmox/room.ts";
import type { ProxmoxContainer } from "./desired.ts";
import { placedIn } from "./mounts.ts";
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
  return {
    ...asked,
    node,
    computes,
    runs: desired.running ?? actual.running,
    disks: disksOf(desired, { ...actual, config: (evidence["config"] ?? {}) as Readonly<Record<string, string>> }),
  };
}

function grows({ cores, memory }: Pick<Growth, "cores" | "memory">, { settings }: ContainerActual): boolean {
  return memory > Number(settings["memory"] ?? 0) || cores > Number(settings["cores"] ?? cores);
}

function disksOf(desired: ProxmoxContainer, there?: ContainerActual & { readonly config: Readonly<Record<string, string>> }): Growth["disks"] {
  const { storage = "", disk } = desired;
  const { kept = {}, mounts = {}, config = {} } = there ?? {};
  const further = placedIn(config, desired).map(({ name, slot, mount }) => {
    const has = mounts[name] === undefined ? {} : { has: { size: Number.parseFloat(mounts[name]), volume: kept[slot] } };
    return { size: mount.size, storage: mount.storage ?? storage, ...has };
  });
  const has = there === undefined ? {} : { has: { size: there.disk, volume: kept["rootfs"] } };
  return addedBy([...(disk === undefined ? [] : [{ size: disk, storage, ...has }]), ...further]);
}
