// The proxmox-host role: who is no node, repositories, devices for guests.
import { describe, expect, test } from "vitest";
import role from "../../roles/proxmox-host/role.ts";
import type { Resource } from "../../src/model/resource.ts";
import { asking, cards, declared, enterprise, ids, node } from "./proxmox-host.ts";

describe("who is no node", () => {
  test.each<readonly [string, string | undefined, RegExp]>([
    ["a Debian", "version \n", /node005 is no node of Proxmox VE: it has no pveversion/],
    ["one that prints nonsense", "pve-manager/8.1\n", /is no node of Proxmox VE/],
  ])("%s", (_, printed, expected) => expect(() => declared({}, "node005", printed)).toThrow(expected));

  test("one that did not answer is not taken for one", () => expect(() => role.declare({ ...asking({}), seen: {} })).toThrow("could not be looked at"));
});

describe("repositories", () => {
  const textOf = (resources: readonly Resource[], path: string) =>
    (resources.find(({ id }) => id === `file:${path}`)?.desired as { content?: readonly string[] } | undefined)?.content?.join("");
  const list = "/etc/apt/sources.list.d/hlx-proxmox.list";

  test("are left alone where nothing is said", () => expect(ids(declared({}, "node005", `${node}repo ${enterprise}\n`))).toEqual([]));

  test.each<readonly [string, object, string, string | undefined]>([
    ["no subscription", { repositories: "no-subscription" }, node, "deb http://download.proxmox.com/debian/pve bookworm pve-no-subscription\n"],
    [
      "Ceph with it",
      { repositories: "enterprise", ceph: "squid" },
      node,
      "deb https://enterprise.proxmox.com/debian/pve bookworm pve-enterprise\ndeb https://enterprise.proxmox.com/debian/ceph-squid bookworm enterprise\n",
    ],
    ["what somebody has written is not written twice", { repositories: "enterprise" }, `${node}repo ${enterprise}\n`, undefined],
    [
      "of what somebody has written the rest is",
      { repositories: "enterprise", ceph: "reef" },
      `${node}repo ${enterprise}\n`,
      "deb https://enterprise.proxmox.com/debian/ceph-reef bookworm enterprise\n",
    ],
    ["none", { repositories: "none" }, node, undefined],
  ])("%s", (_, ...[given, printed, expected]) => {
    const resources = declared(given, "node005", printed);
    expect([ids(resources)[0], textOf(resources, list)]).toEqual(["command:switch off Proxmox's other repositories", expected]);
  });

  test("Proxmox VE 9 has stanzas with a key", () =>
    expect(
      textOf(declared({ repositories: "no-subscription" }, "node005", "version pve-manager/9.0.3/x\n"), "/etc/apt/sources.list.d/hlx-proxmox.sources"),
    ).toMatch(
      /^URIs: http:\/\/download\.proxmox\.com\/debian\/pve\nSuites: bookworm\nComponents: pve-no-subscription\nSigned-By: \/usr\/share\/keyrings\/proxmox-archive-keyring\.gpg$/m,
    ));
});

describe("devices for guests", () => {
  const passed = (passthrough: object, printed = node + cards) => declared({ passthrough }, "node006", printed);
  const conf = (passthrough: object) =>
    (passed(passthrough).find(({ id }) => id === "file:/etc/modprobe.d/hlx-vfio.conf")?.desired as { content?: readonly string[] } | undefined)?.content?.join(
      "",
    );
  const boot = (passthrough: object, printed?: string) => passed(passthrough, printed).at(-1)?.desired;

  test("modules, vfio-pci before the drivers, the initial RAM disk, then the boot", () => {
    expect(ids(passed({}))).toEqual([
      "directory:/etc/modules-load.d",
      "file:/etc/modules-load.d/hlx-vfio.conf",
      "directory:/etc/modprobe.d",
      "file:/etc/modprobe.d/hlx-vfio.conf",
      "command:vfio-pci in the initial RAM disk",
      "kernel.boot:cmdline",
    ]);
    expect(conf({})).toBe(
      "# devices that go to guests\noptions vfio-pci ids=10de:2684,10de:22ba,1000:0072\n" +
        ["nouveau", "nvidia", "nvidiafb", "snd_hda_intel", "mpt3sas", "megaraid_sas"].map((driver) => `softdep ${driver} pre: vfio-pci\n`).join(""),
    );
  });

  test.each<readonly [string, object, string, object]>([
    [
      "those that are named",
      { devices: ["gpu"] },
      node + cards,
      { parameters: ["intel_iommu=on", "iommu=pt"], drivers: { "0000:42:00.0": "vfio-pci", "0000:42:00.1": "vfio-pci" } },
    ],
    ["addresses", { devices: ["0000:02:00.0"] }, node + cards, { drivers: { "0000:02:00.0": "vfio-pci" } }],
    ["none yet", { devices: [] }, node + cards, { drivers: {}, iommu: true }],
    ["AMD's is on by itself", { devices: [] }, node + cards.replace("GenuineIntel", "AuthenticAMD"), { parameters: ["iommu=pt"] }],
    ["unless it is said otherwise", { devices: [], cpu: "intel", parameters: ["x=1"] }, node, { parameters: ["intel_iommu=on", "iommu=pt", "x=1"] }],
  ])("%s", (_, ...[given, printed, expected]) => expect(boot(given, printed)).toMatchObject(expected));

  test("a module that is not to be loaded at all needs no order", () =>
    expect(conf({ devices: ["gpu"], blacklist: ["nouveau"] })).toMatch(/^(?!.*softdep nouveau)[\s\S]*blacklist nouveau\n$/));

  test.each<readonly [string, object, string, RegExp]>([
    ["one that is not there", { devices: ["99:00"] }, node + cards, /there is no PCI device at 99:00$/],
    ["a named one that is not there", { devices: ["gpu"] }, node, /there is no PCI device at 42:00 \(proxmox\.pci names it "gpu"\)/],
    [
      "one of two of a make",
      { devices: ["gpu"] },
      `${node}${cards}pci 0000:82:00.0 10de:2684 030000 32\n`,
      /0000:82:00\.0 is of the same make \(10de:2684\) as a device that goes to guests/,
    ],
    ["a processor of nobody", { devices: [] }, node, /is the processor Intel's or AMD's/],
  ])("%s is refused", (_, ...[given, printed, expected]) => expect(() => passed(given, printed)).toThrow(expected));

  test("who shares a group is told, bridges are not", () => {
    const notes = (devices: readonly string[]) => role.notes?.(asking({ passthrough: { devices } }, "node006", node + cards));
    expect(notes(["gpu"])).toEqual([]);
    expect(notes(["sas"])).toEqual(["0000:02:00.0 is in IOMMU group 20 together with 0000:02:00.1: they can only be given away together"]);
  });
});
