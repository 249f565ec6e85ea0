// A project over the double of a cluster of two bare nodes: the image downloaded and made a template by its role, guests that nobody logs in to.
import { createHash } from "node:crypto";
import type { Double } from "../../src/lab/proxmox/double.ts";
import { type Desk, newDesk } from "../soak/desk.ts";

export const url = "https://cloud.example/debian-12-generic-amd64.qcow2";
export const sha512 = createHash("sha512").update("an image").digest("hex");
export const file = `debian-12-generic-amd64-${sha512.slice(0, 8)}.qcow2`;

export interface Cluster {
  /** Lines of `hosts:`, each ending its own. */
  readonly guests: string;
  /** Of `images:`. */
  readonly image?: string;
  /** The plays; by default pve1 has the role proxmox-cluster. */
  readonly plays?: string;
  readonly groups?: string;
  /** How the nodes are logged in to. */
  readonly login?: string;
}

/** `a: { lan: 11, vm: { id: 501, node: pve1 } }`, and so on: the rest is in `defaults`. */
export function guestLine(name: string, vm: { readonly id: number; readonly node: string; readonly more?: string }): string {
  return `  ${name}: { lan: ${vm.id % 100}, vm: { id: ${vm.id}, node: ${vm.node}${vm.more === undefined ? "" : `, ${vm.more}`} } }\n`;
}

export const debian = `debian12: { template: 9999, url: "${url}", sha512: ${sha512}, storage: thin }`;

export function clusterDesk(double: Double, cluster: Cluster): Desk {
  double.held.web.set(url, sha512);
  const { plays = "- hosts: pve1\n  roles:\n    - proxmox-cluster: { mappings: false }\n" } = cluster;
  return newDesk({ "inventory.yaml": inventoryOf(double, cluster), "site.yaml": plays }, []);
}

/** The nodes have no role that logs in to them. */
export function inventoryOf(double: Double, { guests, image = debian, groups = "", login = "address: 127.0.0.1" }: Cluster): string {
  const api = `proxmox: { port: ${double.port}, token: !secret proxmox.token, fingerprint: "${double.fingerprint}" }`;
  return `format: 1
playbook: site.yaml
secrets:
  - command: [printf, 'proxmox: { token: "%s" }', "${double.token}"]
networks:
  lan: { cidr: 192.0.2.0/24, bridge: vmbr0 }
images:
  ${image}
defaults:
  vm: { image: debian12, storage: thin, cores: 1, memory: 1G, disk: 10G, start: manual }
hosts:
  pve1: { ${login}, ${api} }
  pve2: { ${login}, ${api} }
${guests}${groups}`;
}
