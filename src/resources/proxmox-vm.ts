// A virtual machine of a Proxmox cluster.
import type { Kind } from "../model/kind.ts";
import type { Places, Resource, ResourceOptions } from "../model/resource.ts";
import { given, resourceOf } from "./make.ts";
import { fitting } from "./proxmox/room.ts";
import { usesOf, using } from "./proxmox/uses.ts";
import { adoption } from "./proxmox-vm/adoption.ts";
import { type ProxmoxVm, schema } from "./proxmox-vm/desired.ts";
import { diff } from "./proxmox-vm/diff.ts";
import { growthOf } from "./proxmox-vm/growth.ts";
import { unmade } from "./proxmox-vm/origin.ts";
import { probe, type VmActual } from "./proxmox-vm/probe.ts";
import { restore } from "./proxmox-vm/restore.ts";
import { wantedOf } from "./proxmox-vm/settings.ts";
import { steps } from "./proxmox-vm/steps.ts";

export const proxmoxVmKind: Kind<ProxmoxVm, VmActual, "proxmox"> = {
  kind: "proxmox.vm",
  summary: "A virtual machine of a Proxmox cluster: cloned or created, its size, network, cloud-init and power, whichever node it is on.",
  schema,
  via: ["proxmox"],
  wayIn: "cluster",
  outside: "machine",
  identity: ({ id }) => String(id),
  probe: async (desired, on) => {
    const found = await probe(desired, on, `take it over if it is this one: hlx adopt ${desired.name}`);
    const uses = usesOf({ desired, found, wanted: (settings) => wantedOf(desired, settings) });
    return using(await fitting(found, growthOf(desired, found), on), uses, on);
  },
  anew: unmade,
  diff,
  steps,
  adoption,
  hostKeys: ({ cluster, id }, on) => on.proxmox.hostKeys(cluster, id),
  absent: ({ cluster, id, name, node }) => ({ cluster, id, name, node, absent: true }),
  restore,
};

/** A guest. What is not given is left as Proxmox or the template has it. `places` says where its members are written, so that what is wrong with one of them is told with its line. */
export function proxmoxVm({ provides, exclusive, places, ...desired }: ProxmoxVm & ResourceOptions & { readonly places?: Places }): Resource<ProxmoxVm> {
  return resourceOf(proxmoxVmKind, given(desired) as ProxmoxVm, { ...given({ provides, exclusive, places }) });
}
