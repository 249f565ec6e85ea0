// The guest role: from a host's `vm:` to the virtual machine, for the hosts of the example inventory.
import { beforeAll, describe, expect, test } from "vitest";
import guest from "../../roles/guest/role.ts";
import { readInventory } from "../../src/inventory/read.ts";
import { validateValue } from "../../src/model/documents/validate.ts";
import type { Host, Inventory } from "../../src/model/host.ts";
import { viewOf } from "../../src/model/role.ts";
import type { ProxmoxVm } from "../../src/resources/proxmox-vm/desired.ts";
import { proxmoxVmKind } from "../../src/resources/proxmox-vm.ts";

let inventory: Inventory;

beforeAll(async () => {
  inventory = await readInventory(["inventory.example.yaml"], { cwd: new URL("../..", import.meta.url).pathname });
});

function hostOf(name: string, vm: object = {}): Host {
  const host = inventory.hosts.get(name);
  if (host === undefined) throw new Error(`no host ${name}`);
  return { ...host, vars: { ...host.vars, vm: { ...(host.vars["vm"] as object), ...vm } } };
}

function vmOf(host: Host, inputs: Readonly<Record<string, string>> = {}): ProxmoxVm {
  const [resource] = guest.declare({ params: {} as never, host, facts: {} as never, inventory: viewOf(inventory), inputs });
  expect(resource?.provides).toEqual([`host:${host.name}`, expect.stringMatching(/^guest:\d+$/)]);
  expect(validateValue(resource?.desired, proxmoxVmKind.schema, () => undefined, host.name)).toEqual([]);
  return resource?.desired as ProxmoxVm;
}

describe("a guest of the example", () => {
  test("has its number, node, image, size and network from the inventory", () => {
    expect(vmOf(hostOf("kube511"))).toEqual({
      cluster: { server: "192.168.1.105:8006", token: { secret: "proxmox.token" } },
      id: 511,
      name: "kube511",
      node: "node005",
      template: 9999,
      storage: "vm-boot-lvm-thin",
      disk: 10,
      agent: true,
      cores: 8,
      memory: 8192,
      onboot: true,
      running: true,
      user: "debian",
      nics: [{ mac: "BC:24:11:00:01:FF", bridge: "vmbr0" }],
      address: "192.168.1.54/24",
      gateway: "192.168.1.1",
      resolvers: ["192.168.1.9", "192.168.1.2"],
      search: "home",
    });
  });
  test("every one of them is valid", () => {
    for (const host of inventory.hosts.values()) if (host.vars["vm"] !== undefined) vmOf(host);
  });
  test.each([
    ["its own resolvers", "dns01", {}, { resolvers: ["1.1.1.1"] }],
    [
      "its card's MAC, cores and devices",
      "ocean",
      {},
      { cores: 40, memory: 512_000, disk: 128, pci: ["gpu", "sas"], nics: [{ mac: "a6:47:8f:4b:cc:41", bridge: "vmbr0" }] },
    ],
    ["a VLAN", "kube511", { vlan: 20 }, { nics: [{ mac: "BC:24:11:00:01:FF", bridge: "vmbr0", vlan: 20 }] }],
    ["no balloon", "kube511", { balloon: false }, { balloon: 0 }],
    [
      "further disks by size, with options, and ones that leave",
      "kube511",
      { disks: { scsi1: "100G", scsi2: { size: "1T", ssd: true }, scsi3: "detached", unused0: "destroyed" } },
      { disks: { scsi1: { size: 100 }, scsi2: { size: 1024, ssd: true }, scsi3: "detached", unused0: "destroyed" } },
    ],
    [
      "firmware, HA and an order",
      "kube511",
      { efi: true, tpm: true, ha: true, boot: ["scsi0"], startup: { order: 1 } },
      { efi: {}, tpm: true, ha: {}, boot: ["scsi0"], startup: { order: 1 } },
    ],
    ["snapshots before changes", "kube511", { snapshots: "7d" }, { snapshots: { days: 7 } }],
    ["a place outside of HA", "kube511", { ha: false }, { ha: false }],
    ["started by hand", "kube511", { start: "manual" }, { onboot: false }],
  ] as const)("may have %s", (...[, name, vm, wanted]) => expect(vmOf(hostOf(name, vm))).toMatchObject(wanted));
  test("keys come from files, one a line, without comments", () => {
    const host = hostOf("kube511", { keys: ["keys/me.pub"] });
    expect(guest.inputs?.({ params: {} as never, host, inventory: viewOf(inventory) })).toEqual({ key0: { input: "file", path: "keys/me.pub" } });
    expect(vmOf(host, { key0: "# me\nssh-ed25519 AAAA me@laptop\n\n" }).keys).toEqual(["ssh-ed25519 AAAA me@laptop"]);
  });
});

describe("what it is made from", () => {
  const url = "https://cloud.example/debian-12.qcow2";
  const sum = { url, sha512: "AB".repeat(64) };
  const volume = "local:import/debian-12-abababab.qcow2";
  const role = (params: object, host = "node005") => [{ role: "proxmox-cluster", host, params: params as never }];
  function origin(image: object, calls = role({}), vm: object = { node: "node006" }): Partial<ProxmoxVm> {
    const view = viewOf({ ...inventory, images: new Map([["debian12", image as never]]) }, calls);
    const [resource] = guest.declare({ params: {} as never, host: hostOf("kube511", vm), facts: {} as never, inventory: view, inputs: {} });
    expect(validateValue(resource?.desired, proxmoxVmKind.schema, () => undefined, "kube511")).toEqual([]);
    const { template, templateNode, templateStorage, image: file } = (resource?.desired ?? {}) as ProxmoxVm;
    return JSON.parse(JSON.stringify({ template, templateNode, templateStorage, image: file }));
  }

  test.each([
    ["the template, where the role makes it on the guest's node", { template: 9999, ...sum }, role({}), { node: "node005" }, { template: 9999 }],
    [
      "template and file, where the role makes it on another node",
      { template: 9999, storage: "lvm", ...sum },
      role({}),
      { node: "node006" },
      { template: 9999, templateNode: "node005", templateStorage: "lvm", image: volume },
    ],
    [
      "the role's storages, where the image names none",
      { template: 9999, ...sum },
      role({ files: "nfs", disks: "ceph" }),
      { node: "node006" },
      { template: 9999, templateNode: "node005", templateStorage: "ceph", image: volume.replace("local", "nfs") },
    ],
    [
      "the image's own node and file",
      { template: 9999, node: "node006", volume: "nfs:import/deb.qcow2" },
      [],
      { node: "node005" },
      { template: 9999, templateNode: "node006", image: "nfs:import/deb.qcow2" },
    ],
    ["the template alone, where nobody has its image", { template: 9999, ...sum }, [], { node: "node006" }, { template: 9999 }],
    ["the template alone, where the role leaves it out", { template: 9999, ...sum }, role({ images: [] }), { node: "node006" }, { template: 9999 }],
    ["the file alone, where there is no template", sum, role({}), { node: "node006" }, { image: volume }],
  ] as const)("%s", (...[, image, calls, vm, wanted]) => expect(origin(image, calls as ReturnType<typeof role>, vm)).toEqual(wanted));
  test("an image that nobody has downloaded is told", () =>
    expect(() => origin(sum, [])).toThrow(
      "the image debian12 of kube511 is on no node: give node006, or another node of its cluster, the role proxmox-cluster",
    ));
});

describe("what is missing is said", () => {
  test.each([
    ["storage", "vm.storage of kube511 is not in the inventory"],
    ["node", "vm.node of kube511 is not in the inventory"],
    ["id", "vm.id of kube511 is not in the inventory"],
  ])("%s", (key, message) => expect(() => vmOf(hostOf("kube511", { [key]: undefined }))).toThrow(message));
  test("a node without a token", () => {
    expect(() => vmOf(hostOf("kube511", { node: "asuna" }))).toThrow(
      "the Proxmox node asuna has no API token: write proxmox: { token: !secret NAME } for it or its group",
    );
  });
});
