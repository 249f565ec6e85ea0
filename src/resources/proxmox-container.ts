// A container of a Proxmox cluster (LXC).
import type { Found, Irreversible, Kind } from "../model/kind.ts";
import type { Resource, ResourceOptions } from "../model/resource.ts";
import { given, resourceOf } from "./make.ts";
import type { Settings } from "./proxmox/properties.ts";
import { fitting } from "./proxmox/room.ts";
import { usesOf, using } from "./proxmox/uses.ts";
import { adoption } from "./proxmox-container/adoption.ts";
import { type ProxmoxContainer, schema } from "./proxmox-container/desired.ts";
import { diff } from "./proxmox-container/diff.ts";
import { growthOf } from "./proxmox-container/growth.ts";
import { type ContainerActual, probe } from "./proxmox-container/probe.ts";
import { wantedOf } from "./proxmox-container/settings.ts";
import { steps } from "./proxmox-container/steps.ts";

export const proxmoxContainerKind: Kind<ProxmoxContainer, ContainerActual, "proxmox"> = {
  kind: "proxmox.container",
  summary: "A container of a Proxmox cluster (LXC): its size, network, file systems and power, whichever node it is on.",
  schema,
  via: ["proxmox"],
  wayIn: "cluster",
  outside: "machine",
  identity: ({ id }) => String(id),
  probe: async (desired, on) => {
    const found = await probe(desired, on);
    const uses = usesOf({ desired, found, wanted: (settings) => wantedOf(desired, settings) });
    return using(await fitting(found, growthOf(desired, found), on), uses, on);
  },
  diff,
  steps,
  adoption,
  absent: goneOf,
  restore,
};

/** A container. What is not given is left as Proxmox has it. */
export function proxmoxContainer({ provides, exclusive, ...desired }: ProxmoxContainer & ResourceOptions): Resource<ProxmoxContainer> {
  return resourceOf(proxmoxContainerKind, given(desired) as ProxmoxContainer, { ...given({ provides, exclusive }) });
}

function goneOf({ cluster, id, name, node }: ProxmoxContainer): ProxmoxContainer {
  return { cluster, id, name, node, absent: true };
}

function restore(desired: ProxmoxContainer, before: Found<ContainerActual>): ProxmoxContainer | Irreversible {
  if (before.found === "absent") return goneOf(desired);
  if (before.found === "present" && desired.back !== undefined) return { ...desired, back: settingsBefore(desired.back, before.actual) };
  return { irreversible: `the settings of container ${desired.id} before are not kept` };
}

function settingsBefore(back: Settings, { settings }: ContainerActual): Settings {
  return Object.fromEntries(Object.keys(back).map((key) => [key, settings[key] ?? ""]));
}
