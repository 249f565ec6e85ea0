// Guests in the inventory's words: what of each can be said, and what happens where two have the same.
import { describe, expect, test } from "vitest";
import { importedCluster } from "../../src/import/proxmox.ts";
import { filesOf } from "../../src/import/write.ts";
import { loadInventory } from "../../src/inventory/load.ts";
import type { GuestThere } from "../../src/model/proxmox-seen.ts";
import { guestSaid } from "../../src/resources/proxmox-vm/said.ts";

interface Made {
  readonly id?: number;
  readonly config?: Readonly<Record<string, string>>;
  readonly more?: Partial<GuestThere>;
}

const made = ({ id = 101, config = {}, more = {} }: Made = {}): GuestThere => ({
  ...{ guest: "here", id, node: "pve1", type: "qemu", running: true, pending: [] },
  config: {
    name: `vm${id}`,
    scsi0: `thin:vm-${id}-disk-0,size=10G`,
    net0: `virtio=BC:24:11:00:00:${id % 100 < 10 ? "0" : ""}${id % 100},bridge=vmbr0`,
    ...config,
  },
  ...more,
});

const said = (config: Readonly<Record<string, string>>, more: Partial<GuestThere> = {}) => guestSaid(made({ config, more }));

describe("of a guest is said", () => {
  test.each([
    ["what is not set, as the server means it", {}, { cores: 1, memory: "512M", storage: "thin", disk: "10G", adopt: true }],
    ["memory in its longer spelling", { memory: "current=2048" }, { memory: "2G" }],
    ["a balloon, and none", { balloon: "1024" }, { balloon: "1G" }],
    ["no balloon", { balloon: "0" }, { balloon: false }],
    ["an agent that is off", { agent: "0" }, { agent: false }],
    ["a start with its node", { onboot: "1" }, { start: "boot" }],
    ["a first disk of a part of a GiB more", { scsi0: "thin:x,size=2252M" }, { disk: "2G" }],
    ["mapped devices in a row", { hostpci0: "mapping=gpu", hostpci1: "mapping=sas" }, { pci: ["gpu", "sas"] }],
    [
      "a disk that the backup leaves out",
      { sata0: "thin:y,size=1G,backup=0,cache=writeback" },
      { disks: { sata0: { size: "1G", backup: false, cache: "writeback" } } },
    ],
    ["a description without its mark", { description: "mine\n\nmanaged by hlx as vm101" }, { description: "mine" }],
  ])("%s", (_, config, vm) => expect(said(config)).toMatchObject({ vm }));

  test("a mark of another name is no mark", () => expect(said({ description: "managed by hlx as other" })).toMatchObject({ vm: { adopt: true } }));
  test("one that is off is started by hand", () => expect(said({}, { running: false })).toMatchObject({ vm: { start: "manual" } }));
  test("HA as it is", () =>
    expect(said({}, { ha: { state: "stopped", restarts: 2, relocates: 0 } })).toMatchObject({ vm: { ha: { state: "stopped", restarts: 2, relocates: 0 } } }));
});

describe("there is no word for", () => {
  test.each([
    ["a device that is no mapping", { hostpci0: "0000:01:00.0" }, ["hostpci0"]],
    ["one whose options are its own", { hostpci0: "mapping=gpu,rombar=0" }, ["hostpci0"]],
    ["tags in capitals", { tags: "Prod;a" }, ["tags"]],
    ["an old boot order", { boot: "cdn" }, ["boot"]],
    [
      "a raw disk, a CD and a disk of a part of a GiB",
      { scsi1: "/dev/sdb,size=10G", ide2: "none,media=cdrom", scsi2: "thin:z,size=100M" },
      ["scsi1", "ide2", "scsi2"],
    ],
    ["parts of what is said", { cpu: "host,flags=+aes", machine: "q35,viommu=virtio" }, ["cpu flags", "machine viommu"]],
    ["an address of DHCP", { ipconfig0: "ip=dhcp", nameserver: "10.0.0.1" }, ["ipconfig0", "nameserver"]],
  ])("%s", (_, config, kept) => {
    const { kept: all } = said(config) as { readonly kept: readonly string[] };
    expect(all.filter((key) => key !== "net0")).toEqual(kept);
  });
  test("a new kind of setting", () => expect(said({ something: "new" })).toMatchObject({ kept: expect.arrayContaining(["something"]) }));
});

test.each([
  ["a container", {}, { type: "lxc" }, /it is a container/],
  ["one that is being cloned", {}, { lock: "clone" }, /being made/],
  ["one without a name", { name: "" }, {}, /no name/],
  ["one that is off until its node boots", { onboot: "1" }, { running: false }, /it is off, and starts when its node does/],
  ["one without a disk", { scsi0: "none,media=cdrom" }, {}, /boots from no disk/],
  ["one on a raw disk", { scsi0: "/dev/sda,size=10G" }, {}, /boots from no disk/],
] as const)("%s is not said at all", (...[, config, more, because]) => expect(said(config, more)).toMatchObject({ unsaid: expect.stringMatching(because) }));

const way = { address: "192.168.1.105", port: 8006, token: "proxmox.token", trust: { fingerprint: "AB:".repeat(31).concat("AB") } };
const nodes = [
  { name: "pve1", here: true, address: "10.9.9.1", pci: { gpu: "0000:01:00.0" } },
  { name: "pve2", here: false, address: "192.168.1.106", fingerprint: "CD:".repeat(31).concat("CD"), pci: {} },
];

function importOf(...guests: readonly GuestThere[]) {
  const found = guests.map((guest) => ({
    id: guest.id,
    name: guest.config["name"] ?? "",
    node: guest.node,
    template: guest.config["template"] === "1",
    said: guestSaid(guest),
  }));
  const imported = importedCluster({ nodes, guests: found, way });
  const text = filesOf(imported).get("inventory.yaml") ?? "";
  return { text, notes: imported.notes.map(({ message }) => message), ...loadInventory({ file: "/lab/inventory.yaml", text }) };
}

const at = (address: string, more: Readonly<Record<string, string>> = {}) => ({ ipconfig0: `ip=${address},gw=192.168.1.1`, ...more });

describe("a cluster", () => {
  test("has its nodes where their addresses are, each with its certificate; that which was asked where it was asked", () => {
    const { hosts } = importOf(made({ config: at("192.168.1.57/24") }));
    expect([hosts.get("pve1")?.addresses, hosts.get("pve2")?.addresses]).toEqual([{ lan: "192.168.1.105" }, { lan: "192.168.1.106" }]);
    expect(hosts.get("pve2")?.vars["proxmox"]).toEqual({ token: { secret: "proxmox.token" }, fingerprint: nodes[1]?.fingerprint });
  });
  test("where the CA is trusted has it at every node", () => {
    const ca = "-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----\n";
    const { inventory } = importedCluster({ nodes, guests: [], way: { ...way, trust: { ca } } });
    expect(inventory["hosts"]).toMatchObject({ pve1: { proxmox: { ca } }, pve2: { proxmox: { ca } } });
  });
  test("whose guests agree on bridge and resolvers says it once; what one alone has stays with it", () => {
    const { networks, hosts } = importOf(
      made({ id: 101, config: at("192.168.1.57/24", { nameserver: "192.168.1.9" }) }),
      made({ id: 102, config: at("192.168.1.58/24") }),
      made({ id: 103, config: { ipconfig0: "ip=10.8.0.5/16,gw=10.8.0.1", searchdomain: "far" } }),
    );
    expect(networks.get("lan")).toMatchObject({ cidr: "192.168.1.0/24", gateway: "192.168.1.1", bridge: "vmbr0", dns: [] });
    expect(networks.get("net-10-8")).toMatchObject({ cidr: "10.8.0.0/16", domain: "far" });
    expect([hosts.get("vm101")?.vars["vm"], hosts.get("vm102")?.vars["vm"]]).toMatchObject([{ dns: ["192.168.1.9"] }, {}]);
  });
  test("with one name twice keeps the first, and tells of the other", () => {
    const { hosts, notes } = importOf(
      made({ id: 101, config: { name: "web" } }),
      made({ id: 102, config: { name: "web" } }),
      made({ id: 103, config: { name: "pve2" } }),
    );
    expect([...hosts.keys()]).toEqual(["pve1", "pve2", "web"]);
    expect(notes).toEqual(
      expect.arrayContaining([expect.stringMatching(/^guest 102 "web" .* has this name/), expect.stringMatching(/^guest 103 "pve2" .* has this name/)]),
    );
  });
  test.each([
    ["address", { ipconfig0: "ip=192.168.1.57/24,gw=192.168.1.1" }, "net0, ipconfig0"],
    ["MAC", { ...at("192.168.1.58/24"), net0: "virtio=BC:24:11:00:00:01,bridge=vmbr0" }, "net0, ipconfig0"],
    ["device", { ...at("192.168.1.58/24"), hostpci0: "mapping=gpu" }, "hostpci0"],
    ["gateway of its own", { ipconfig0: "ip=192.168.1.58/24,gw=192.168.1.2" }, "net0, ipconfig0"],
  ])("whose second guest has the first one's %s is a valid inventory all the same", (_, config, kept) => {
    const first = made({ id: 101, config: at("192.168.1.57/24", { hostpci0: "mapping=gpu" }) });
    const { notes } = importOf(first, made({ id: 103, config: at("192.168.1.59/24") }), made({ id: 102, config }));
    expect(notes).toEqual([`guest 102 "vm102" on pve1 keeps what the inventory has no word for: ${kept}`]);
  });
  test.each([
    ["a gateway outside of its network", { ipconfig0: "ip=192.0.2.4/32,gw=172.31.1.1" }, "address", "192.0.2.4"],
    ["an address of its network that is none", { ipconfig0: "ip=192.0.2.999/24" }, "net0", undefined],
    ["two search domains", at("192.168.1.57/24", { searchdomain: "home lab" }), "", "home lab"],
    ["a user that no login has", { ciuser: "a b" }, "ciuser", undefined],
    ["a description of several lines with everything in it", { description: "a: [b]\n\n# 'c' \"d\" \\ {{ e }} !secret f" }, "", undefined],
    ["a name of digits", { name: "123" }, "", undefined],
  ])("whose guest has %s is a valid inventory", (...[, config, kept, address]) => {
    const { hosts, notes, text } = importOf(made({ config }));
    const [host] = [...hosts.values()].slice(-1);
    expect(notes.join()).toContain(kept === "address" ? "net0" : kept);
    expect(text).toContain(address ?? "");
    if ("description" in config) expect(host?.vars["vm"]).toMatchObject({ description: config.description });
  });
  test("whose guest waits for its next start says that the plan would restart it", () =>
    expect(importOf(made({ more: { pending: ["cores", "cpu"] } })).notes.join()).toMatch(
      /guest 101 .* has settings that wait for its next start, which the plan would be: cores, cpu/,
    ));
  test("has templates as images", () =>
    expect(importOf(made({ id: 9999, config: { name: "debian.12", template: "1" } })).text).toContain("debian-12-9999: { template: 9999, node: pve1 }"));
  test("that shows no guests says why that may be", () => expect(importOf().notes).toEqual([expect.stringMatching(/the login sees no guests/)]));
});
