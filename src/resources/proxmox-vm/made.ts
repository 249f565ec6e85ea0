// The calls that make a guest: cloned from a template, or created from an image or with an empty disk.
import type { Api } from "../../model/step.ts";
import { call, guestPath } from "../proxmox/cluster.ts";
import { described } from "../proxmox/mark.ts";
import { grow, turnedOn } from "../proxmox/power.ts";
import type { ProxmoxVm } from "./desired.ts";
import { drivesOf } from "./drives.ts";
import { firstDisk } from "./first-disk.ts";
import { haStep, haText, haWanted } from "./ha.ts";
import { likeTemplate } from "./like.ts";
import type { Origin } from "./origin.ts";
import { configOf } from "./settings.ts";

/** From nothing to a guest as desired. */
export function made(desired: ProxmoxVm, origin: Origin): readonly Api[] {
  const at = guestPath(desired.node, "qemu", desired.id);
  const ha = haWanted(desired) ?? haText(undefined);
  const slot = "like" in origin ? firstDisk(origin.like ?? {}) : "scsi0";
  return [
    ...(origin.from === "template" ? cloned(desired, { at, from: origin.node }) : [created(desired, origin.like)]),
    ...(desired.image === undefined && desired.template === undefined ? [] : [grow(desired.cluster, at, { slot, size: desired.disk ?? 1, title: "its disk" })]),
    ...(desired.running === true ? turnedOn({ cluster: desired.cluster, at, managed: false }) : []),
    ...(ha === haText(undefined) ? [] : [haStep(desired, haText(undefined))]),
  ];
}

// The mark is in the call that makes the guest: whoever comes after a run that died finds it.
function cloned(desired: ProxmoxVm, { at, from }: { readonly at: string; readonly from: string }): readonly Api[] {
  const { cluster, id, name, node, template, linked = false, storage } = desired;
  const { description, ...config } = configOf(desired);
  const elsewhere = from === node ? {} : { target: node };
  const body = { newid: id, name, description, full: !linked, ...(linked ? {} : { storage }), ...elsewhere, ...poolOf(desired) };
  const path = `${guestPath(from, "qemu", template ?? 0)}/clone`;
  return [
    { ...call(cluster, { title: `clone template ${template}`, method: "POST", path, body }), ...madeElse(desired, at) },
    call(cluster, { title: "set its cores, memory, network and cloud-init", method: "POST", path: `${at}/config`, body: { ...config, ...drives(desired) } }),
  ];
}

function created(desired: ProxmoxVm, like: Readonly<Record<string, string>> | undefined): Api {
  const { cluster, id, node, image, storage = "", disk: size } = desired;
  const disk = image === undefined ? `${storage}:${size}` : `${storage}:0,import-from=${image}`;
  const usual = like === undefined ? bare(desired, disk) : likeTemplate(like, { storage, disk });
  const body = { vmid: id, ...usual, ...configOf(desired), ...drives(desired), ...poolOf(desired) };
  const title = image === undefined ? "create" : `create from ${image}`;
  return {
    ...call(cluster, { title, method: "POST", path: `/nodes/${encodeURIComponent(node)}/qemu`, body }),
    ...madeElse(desired, guestPath(node, "qemu", id)),
  };
}

// In place of a template that is still to be made, it is made as the template will be.
function bare({ storage, bios, template }: ProxmoxVm, disk: string): Readonly<Record<string, string>> {
  return {
    scsihw: "virtio-scsi-single",
    scsi0: `${disk},discard=on,iothread=1`,
    ide2: `${storage}:cloudinit`,
    boot: "order=scsi0",
    serial0: "socket",
    ostype: "l26",
    ...(bios === "ovmf" ? { efidisk0: `${storage}:1,efitype=4m` } : {}),
    ...(template === undefined ? {} : { agent: "enabled=1" }),
  };
}

// Another run may be making it at this moment: then it is the same guest in the end, or somebody else's.
function madeElse({ name, description }: ProxmoxVm, at: string): Pick<Api, "otherwise"> {
  return { otherwise: { path: `${at}/config`, until: { lock: null, description: described(name, description) } } };
}

function drives(desired: ProxmoxVm): Readonly<Record<string, string>> {
  return Object.fromEntries([...drivesOf(desired)].map(([slot, { make }]) => [slot, make]));
}

function poolOf({ pool }: ProxmoxVm): { readonly pool?: string } {
  return pool === undefined ? {} : { pool };
}
