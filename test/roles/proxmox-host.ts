// What the tests of the role proxmox-host share: an inventory, a node that was looked at, and what the role makes of them.
import { expect } from "vitest";
import role from "../../roles/proxmox-host/role.ts";
import { loadInventory } from "../../src/inventory/load.ts";
import { validateValue } from "../../src/model/documents/validate.ts";
import type { Facts } from "../../src/model/facts.ts";
import type { Resource } from "../../src/model/resource.ts";
import { viewOf } from "../../src/model/role.ts";
import { withDefaults } from "../../src/playbook/params.ts";
import type { NetworkInterfaces } from "../../src/resources/network-interfaces/desired.ts";
import { kinds } from "../../src/resources/registry.ts";

const inventory = loadInventory({
  file: "/lab/inventory.yaml",
  text: `format: 1
networks:
  lan: { cidr: 192.168.1.0/24, gateway: 1, bridge: vmbr0 }
  six: { cidr: "fd00:1::/64", gateway: "fd00:1::1", bridge: vmbr0 }
  storage: { cidr: 10.10.0.0/24, bridge: vmbr1 }
hosts:
  node005: { lan: 105, storage: 5 }
  node006: { lan: 106, six: "fd00:1::106", storage: 6, proxmox: { pci: { gpu: "42:00", sas: "02:00.0" } } }
  dns01: { lan: 2 }
`,
});

const facts = { os: { id: "debian", versionId: "12", codename: "bookworm" } } as Facts;
export const node = "version pve-manager/8.4.1/2a5fa54a8503f96d (running kernel: 6.8.12-9-pve)\n";
export const enterprise = "/etc/apt/sources.list.d/pve-enterprise.list https://enterprise.proxmox.com/debian/pve pve-enterprise";
export const cards = `cpu GenuineIntel
pci 0000:00:03.0 8086:0e08 060400 14
pci 0000:42:00.0 10de:2684 030000 14
pci 0000:42:00.1 10de:22ba 040300 14
pci 0000:02:00.0 1000:0072 010700 20
pci 0000:02:00.1 8086:1521 020000 20
pci 0000:81:00.0 10de:1eb8 030200 31
`;

export function asking(given: object, host = "node005", printed = node) {
  const params = withDefaults(given, role.params) as never;
  expect(validateValue(params, role.params, () => undefined, "proxmox-host")).toEqual([]);
  return {
    params,
    host: inventory.hosts.get(host) as never,
    inventory: viewOf(inventory),
    inputs: {},
    facts,
    seen: { node: { look: "answered", printed } } as const,
  };
}

export function declared(given: object, host?: string, printed?: string): readonly Resource[] {
  const resources = role.declare(asking(given, host, printed));
  const schemaOf = (kind: string) => kinds.find((one) => one.kind === kind)?.schema ?? { not: {} };
  expect(resources.flatMap(({ kind, desired, id }) => validateValue(desired, schemaOf(kind), () => undefined, id))).toEqual([]);
  return resources;
}

export const ids = (resources: readonly Resource[]): readonly string[] => resources.map(({ id }) => id);
export const interfacesOf = (given: object, host?: string) =>
  (declared(given, host).find(({ kind }) => kind === "network.interfaces")?.desired as NetworkInterfaces | undefined)?.interfaces;
export const found = (given: object, host?: string): readonly string[] =>
  (role.claims?.(asking(given, host)) ?? []).map((claim) => `${claim.path.join(".")}: ${claim.claim === "finding" ? claim.message : claim.claim}`);
