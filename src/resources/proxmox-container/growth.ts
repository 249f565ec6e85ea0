// What a container asks for that it does not have yet.
import type { Found } from "../../model/kind.ts";
import { growthFrom, type There } from "../proxmox/growth.ts";
import { addedBy, type Growth } from "../proxmox/room.ts";
import type { ProxmoxContainer } from "./desired.ts";
import { placedIn } from "./mounts.ts";
import type { ContainerActual } from "./probe.ts";

/** Undefined where it goes. Without cores it may use all of its node's, and asks for none. */
export function growthOf(desired: ProxmoxContainer, found: Found<ContainerActual>): Growth | undefined {
  const { cores = 0, memory = 0 } = desired;
  const asked = { guest: desired, cores, memory, needs: "a part" } as const;
  return growthFrom(desired, found, { asked, grows: (actual) => grows(asked, actual), disks: (there) => disksOf(desired, there) });
}

function grows({ cores, memory }: Pick<Growth, "cores" | "memory">, { settings }: ContainerActual): boolean {
  return memory > Number(settings["memory"] ?? 0) || cores > Number(settings["cores"] ?? cores);
}

function disksOf(desired: ProxmoxContainer, there?: There<ContainerActual>): Growth["disks"] {
  const { storage = "", disk } = desired;
  const { kept = {}, mounts = {} } = there?.actual ?? {};
  const config = (there?.evidence["config"] ?? {}) as Readonly<Record<string, string>>;
  const further = placedIn(config, desired).map(({ name, slot, mount }) => {
    const has = mounts[name] === undefined ? {} : { has: { size: Number.parseFloat(mounts[name]), volume: kept[slot] } };
    return { size: mount.size, storage: mount.storage ?? storage, ...has };
  });
  const has = there === undefined ? {} : { has: { size: there.actual.disk, volume: kept["rootfs"] } };
  return addedBy([...(disk === undefined ? [] : [{ size: disk, storage, ...has }]), ...further]);
}
