// PCI devices that two names of one node stand for, and that two guests would have.
import { isRecord } from "../../lib/json.ts";
import type { Finding } from "../../model/finding.ts";
import type { Host, Inventory } from "../../model/host.ts";
import type { Position } from "../../model/problem.ts";

/** A device has one guest, whatever it is called. The same name twice is an error of the inventory already. */
export function sharedDevices({ hosts }: Inventory): readonly Finding[] {
  const uses = [...hosts.values()].flatMap((host) => usesOf(host, hosts));
  return uses.flatMap((use, index) => {
    const other = uses.slice(0, index).find((one) => one.node === use.node && one.name !== use.name && isSame(one.path, use.path));
    return other === undefined ? [] : [shared(other, use)];
  });
}

interface Use {
  readonly node: string;
  readonly guest: string;
  readonly name: string;
  /** `0000:42:00`, with its function where only that is meant. */
  readonly path: string;
  readonly at?: Position;
}

function usesOf({ name: guest, vars, sources, at = sources["vm.pci"]?.at }: Host, hosts: Inventory["hosts"]): readonly Use[] {
  const vm = vars["vm"];
  if (!isRecord(vm) || !Array.isArray(vm["pci"])) return [];
  const node = String(vm["node"]);
  const proxmox = hosts.get(node)?.vars["proxmox"];
  const devices = isRecord(proxmox) && isRecord(proxmox["pci"]) ? proxmox["pci"] : {};
  const place = sources["vm.pci"]?.at ?? at;
  return vm["pci"].map(String).flatMap((name) => {
    const device = devices[name];
    return typeof device === "string" ? [{ node, guest, name, path: wholePath(device), ...(place === undefined ? {} : { at: place }) }] : [];
  });
}

function wholePath(device: string): string {
  const path = device.toLowerCase();
  return /^[0-9a-f]{4}:/.test(path) ? path : `0000:${path}`;
}

// Without a function it is all of them.
function isSame(one: string, other: string): boolean {
  return one === other || one.startsWith(`${other}.`) || other.startsWith(`${one}.`);
}

function shared(first: Use, { guest, name, node, path, at }: Use): Finding {
  const whose = first.guest === guest ? `"${guest}" twice` : `"${first.guest}" and to "${guest}"`;
  return {
    level: "error",
    message: `the PCI device ${path} of ${node} is given to ${whose}: as "${first.name}" and as "${name}"`,
    ...(at === undefined ? {} : { at }),
    ...(first.at === undefined ? {} : { also: [{ at: first.at, note: `"${first.guest}" has it here` }] }),
    hint: "a device has one guest: take it from the other, or mend proxmox.pci",
  };
}
