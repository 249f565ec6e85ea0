// The API calls that make a guest as desired, in order; each is awaited to the end of its task.
import { type Change, highestRisk, type Known } from "../../model/kind.ts";
import type { Api } from "../../model/step.ts";
import { call as callOn } from "../proxmox/cluster.ts";
import type { ProxmoxVm } from "./desired.ts";
import type { VmActual } from "./probe.ts";
import { configOf } from "./settings.ts";

/** How long a guest may take to shut down before it is told to be off, in seconds. */
const shutdownSeconds = 180;

export function steps(desired: ProxmoxVm, found: Known<VmActual>, { changes }: { readonly changes: readonly Change[] }): readonly Api[] {
  if (found.found === "absent") return made(desired);
  const node = String(found.evidence?.["node"] ?? desired.node);
  const at = `/nodes/${encodeURIComponent(node)}/qemu/${desired.id}`;
  if (desired.absent === true) return gone(desired, at, found.actual);
  const config = configOf(desired);
  const changed = changes.flatMap(({ property }) => (config[property] === undefined ? [] : [[property, config[property]] as const]));
  const restart = found.actual.running && desired.running !== false && highestRisk(changes) === "reboot";
  return [
    ...(changed.length === 0
      ? []
      : [call(desired, { title: `set ${changed.map(([key]) => key).join(", ")}`, method: "PUT", path: `${at}/config`, body: Object.fromEntries(changed) })]),
    ...(changes.some(({ property }) => property === "disk") ? [grow(desired, at, String(found.evidence?.["disk"] ?? "scsi0"))] : []),
    ...(restart ? [shutdown(desired, at), power(desired, at, "start")] : []),
    ...changes.filter(({ property }) => property === "running").map(() => (desired.running === true ? power(desired, at, "start") : shutdown(desired, at))),
  ];
}

function made(desired: ProxmoxVm): readonly Api[] {
  const at = `/nodes/${encodeURIComponent(desired.node)}/qemu/${desired.id}`;
  return [
    ...(desired.template === undefined ? created(desired) : cloned(desired, at)),
    ...(desired.image === undefined && desired.template === undefined ? [] : [grow(desired, at, "scsi0")]),
    ...(desired.running === true ? [power(desired, at, "start")] : []),
  ];
}

// The mark is in the call that makes the guest: whoever comes after a run that died finds it.
function cloned(desired: ProxmoxVm, at: string): readonly Api[] {
  const { id, name, node, template, templateNode = node, linked = false, storage } = desired;
  const { description, ...config } = configOf(desired);
  const elsewhere = templateNode === node ? {} : { target: node };
  const body = { newid: id, name, description, full: !linked, ...(linked ? {} : { storage }), ...elsewhere, ...poolOf(desired) };
  return [
    call(desired, { title: `clone template ${template}`, method: "POST", path: `/nodes/${encodeURIComponent(templateNode)}/qemu/${template}/clone`, body }),
    call(desired, { title: "set its cores, memory, network and cloud-init", method: "POST", path: `${at}/config`, body: config }),
  ];
}

function created(desired: ProxmoxVm): readonly Api[] {
  const { id, node, image, storage, disk } = desired;
  const first = image === undefined ? `${storage}:${disk}` : `${storage}:0,import-from=${image}`;
  const drives = {
    scsihw: "virtio-scsi-single",
    scsi0: `${first},discard=on,iothread=1`,
    ide2: `${storage}:cloudinit`,
    boot: "order=scsi0",
    serial0: "socket",
    ostype: "l26",
  };
  const efi = desired.bios === "ovmf" ? { efidisk0: `${storage}:1,efitype=4m` } : {};
  const body = { vmid: id, ...drives, ...efi, ...configOf(desired), ...poolOf(desired) };
  return [
    call(desired, { title: image === undefined ? "create" : `create from ${image}`, method: "POST", path: `/nodes/${encodeURIComponent(node)}/qemu`, body }),
  ];
}

function gone(desired: ProxmoxVm, at: string, { running }: VmActual): readonly Api[] {
  const destroy = call(desired, { title: "destroy", method: "DELETE", path: at, body: { purge: true, "destroy-unreferenced-disks": true } });
  return running ? [shutdown(desired, at), destroy] : [destroy];
}

function grow(desired: ProxmoxVm, at: string, disk: string): Api {
  return call(desired, { title: `grow its disk to ${desired.disk}G`, method: "PUT", path: `${at}/resize`, body: { disk, size: `${desired.disk}G` } });
}

function shutdown(desired: ProxmoxVm, at: string): Api {
  return call(desired, { title: "shut down", method: "POST", path: `${at}/status/shutdown`, body: { timeout: shutdownSeconds, forceStop: true } });
}

function power(desired: ProxmoxVm, at: string, verb: "start"): Api {
  return call(desired, { title: verb, method: "POST", path: `${at}/status/${verb}`, body: {} });
}

function poolOf({ pool }: ProxmoxVm): { readonly pool?: string } {
  return pool === undefined ? {} : { pool };
}

function call({ cluster }: ProxmoxVm, request: Parameters<typeof callOn>[1]): Api {
  return callOn(cluster, request);
}
