// The calls that make a guest: cloned from a template, or created from an image or with an empty disk.
import type { Api } from "../../model/step.ts";
import { call, guestPath } from "../proxmox/cluster.ts";
import { described } from "../proxmox/mark.ts";
import { grow, turnedOn } from "../proxmox/power.ts";
import type { ProxmoxVm } from "./desired.ts";
import { drivesOf } from "./drives.ts";
import { haStep, haText, haWanted } from "./ha.ts";
import { configOf } from "./settings.ts";

/** From nothing to a guest as desired. */
export function made(desired: ProxmoxVm): readonly Api[] {
  const at = guestPath(desired.node, "qemu", desired.id);
  const ha = haWanted(desired) ?? haText(undefined);
  return [
    ...(desired.template === undefined ? [created(desired)] : cloned(desired, at)),
    ...(desired.image === undefined && desired.template === undefined
      ? []
      : [grow(desired.cluster, at, { slot: "scsi0", size: desired.disk ?? 1, title: "its disk" })]),
    ...(desired.running === true ? turnedOn({ cluster: desired.cluster, at, managed: false }) : []),
    ...(ha === haText(undefined) ? [] : [haStep(desired, haText(undefined))]),
  ];
}

// The mark is in the call that makes the guest: whoever comes after a run that died finds it.
function cloned(desired: ProxmoxVm, at: string): readonly Api[] {
  const { cluster, id, name, node, template, templateNode = node, linked = false, storage } = desired;
  const { description, ...config } = configOf(desired);
  const elsewhere = templateNode === node ? {} : { target: node };
  const body = { newid: id, name, description, full: !linked, ...(linked ? {} : { storage }), ...elsewhere, ...poolOf(desired) };
  const path = `${guestPath(templateNode, "qemu", template ?? 0)}/clone`;
  return [
    { ...call(cluster, { title: `clone template ${template}`, method: "POST", path, body }), ...madeElse(desired, at) },
    call(cluster, { title: "set its cores, memory, network and cloud-init", method: "POST", path: `${at}/config`, body: { ...config, ...drives(desired) } }),
  ];
}

function created(desired: ProxmoxVm): Api {
  const { cluster, id, node, image, storage, disk } = desired;
  const first = image === undefined ? `${storage}:${disk}` : `${storage}:0,import-from=${image}`;
  const usual = {
    scsihw: "virtio-scsi-single",
    scsi0: `${first},discard=on,iothread=1`,
    ide2: `${storage}:cloudinit`,
    boot: "order=scsi0",
    serial0: "socket",
    ostype: "l26",
  };
  const efi = desired.bios === "ovmf" ? { efidisk0: `${storage}:1,efitype=4m` } : {};
  const body = { vmid: id, ...usual, ...efi, ...configOf(desired), ...drives(desired), ...poolOf(desired) };
  const title = image === undefined ? "create" : `create from ${image}`;
  return {
    ...call(cluster, { title, method: "POST", path: `/nodes/${encodeURIComponent(node)}/qemu`, body }),
    ...madeElse(desired, guestPath(node, "qemu", id)),
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
