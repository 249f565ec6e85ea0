// hlx import proxmox: a cluster becomes a project, and the plan of that project against the same cluster changes nothing but the mark.
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { type Double, type DoubleGuest, proxmoxDouble } from "../../src/lab/proxmox/double.ts";
import { type Desk, type HlxRun, inside, newDesk } from "../soak/desk.ts";

let double: Double;
let desk: Desk;
let imported: HlxRun;

const guest = (node: string, config: Record<string, string>, more: Partial<DoubleGuest> = {}): DoubleGuest => ({
  ...{ node, running: true, pending: {} },
  config: { boot: "order=scsi0", vmgenid: "x", smbios1: "uuid=x", meta: "creation-qemu=10.0.2", ...config },
  ...more,
});

const ours = guest(
  "pve1",
  {
    name: "kube514",
    description: "the third worker\n\nmanaged by hlx as kube514",
    ...{ cores: "8", memory: "8192", agent: "1", onboot: "1", tags: "hlx;kube", scsihw: "virtio-scsi-single", serial0: "socket", ostype: "l26" },
    net0: "virtio=BC:24:11:00:05:14,bridge=vmbr0,firewall=1",
    ...{ ciuser: "debian", ipconfig0: "ip=127.0.9.57/24,gw=127.0.9.1", nameserver: "127.0.9.9", searchdomain: "home" },
    scsi0: "thin:vm-514-disk-0,discard=on,iothread=1,size=10G",
    ide2: "thin:vm-514-cloudinit,media=cdrom",
  },
  { pool: "lab" },
);

// Set by hand, in ways that the inventory has words for.
const bare = guest("pve2", {
  name: "web",
  tags: "prod",
  net0: "virtio=BC:24:11:00:01:01,bridge=vmbr0,tag=20",
  ipconfig0: "gw=127.0.9.1,ip=127.0.9.58/24",
  ...{ nameserver: "127.0.9.9", searchdomain: "home" },
  virtio0: "thin:vm-101-disk-0,size=2252M",
  scsi1: "thin:vm-101-disk-1,size=100G,ssd=1,backup=0",
  scsi2: "other:vm-101-disk-2,size=1T",
  boot: "order=virtio0;net0",
  startup: "order=2,up=30",
  protection: "1",
});

// In ways that it has none for.
const foreign = guest(
  "pve2",
  {
    name: "windows",
    description: "do not touch\n",
    ...{ cores: "4", sockets: "2", memory: "6000", balloon: "0", cpu: "host,flags=+aes", machine: "q35", bios: "ovmf" },
    ...{ args: "-device vfio", hookscript: "local:snippets/x.pl", vga: "qxl", ostype: "win11", net1: "virtio=BC:24:11:00:02:03,bridge=vmbr1" },
    net0: "e1000=BC:24:11:00:02:02,bridge=vmbr0",
    hostpci0: "mapping=gpu,pcie=1",
    hostpci1: "0000:02:00.0",
    scsi0: "thin:vm-102-disk-2,size=64G",
    scsi1: "/dev/disk/by-id/ata-x,size=4000G",
    unused0: "thin:vm-102-disk-9",
    efidisk0: "thin:vm-102-disk-0,efitype=4m,pre-enrolled-keys=1,size=4M",
    tpmstate0: "thin:vm-102-disk-1,version=v2.0,size=4M",
  },
  { running: false },
);

beforeAll(async () => {
  double = await proxmoxDouble();
  await double.join("pve2", "127.0.0.2");
  double.held.mappings.set("gpu", { map: ["id=10de:2684,node=pve2,path=0000:42:00.0,iommugroup=14"] });
  double.guests.set(9999, guest("pve1", { name: "debian12", template: "1", scsi0: "thin:base-9999-disk-0,size=2G" }, { running: false }));
  for (const [id, one] of [
    [514, ours],
    [101, bare],
    [102, foreign],
  ] as const)
    double.guests.set(id, structuredClone(one));
  double.ha.set(514, { state: "started" });
  desk = newDesk({}, []);
  imported = await importing("--fingerprint", double.fingerprint, "-o", ".");
});
afterAll(() => {
  double.stop();
  rmSync(desk.folder, { recursive: true, force: true });
});

function hlx(...args: readonly string[]): Promise<HlxRun> {
  return inside(desk, args, { env: { HLX_SECRET_PROXMOX_TOKEN: double.token } });
}

const importing = (...args: readonly string[]): Promise<HlxRun> => hlx("import", "proxmox", `127.0.0.1:${double.port}`, ...args);

const read = (name: string): string => readFileSync(join(desk.folder, name), "utf8");

const guests = "!pve*";

describe("what is written", () => {
  test("nodes with their way in, networks, images, and guests in the words of vm:", () => {
    expect(imported).toMatchObject({ code: 0 });
    const [first = "", second = ""] = double.members.map(({ fingerprint }) => fingerprint);
    expect(read("inventory.yaml").replaceAll(String(double.port), "PORT").replace(first, "FIRST").replace(second, "SECOND")).toMatchInlineSnapshot(`
      "format: 1
      playbook: site.yaml
      networks:
        lan: { cidr: 127.0.9.0/24, gateway: 1, bridge: vmbr0, domain: home, dns: [ 127.0.9.9 ] }
      images:
        debian12-9999: { template: 9999, node: pve1 }
      hosts:
        pve1: { address: 127.0.0.1, proxmox: { port: PORT, token: !secret proxmox.token, fingerprint: FIRST } }
        pve2: { address: 127.0.0.2, proxmox: { port: PORT, token: !secret proxmox.token, fingerprint: SECOND, pci: { gpu: 0000:42:00.0 } } }
        web: { lan: 58, mac: "BC:24:11:00:01:01", vm: { id: 101, node: pve2, cores: 1, memory: 512M, storage: thin, disk: 2G, disks: { scsi1: { size: 100G, ssd: true, backup: false }, scsi2: { size: 1024G, storage: other } }, boot: [ virtio0, net0 ], protection: true, tags: [ prod ], startup: { order: 2, up: 30 }, adopt: true, vlan: 20 } }
        windows: { mac: "BC:24:11:00:02:02", vm: { id: 102, node: pve2, cores: 4, sockets: 2, cpu: host, memory: 6000M, balloon: false, storage: thin, disk: 64G, efi: { keys: true }, tpm: true, bios: ovmf, machine: q35, boot: [ scsi0 ], pci: [ gpu ], description: do not touch, start: manual, adopt: true } }
        kube514: { lan: 57, mac: "BC:24:11:00:05:14", user: debian, vm: { id: 514, node: pve1, cores: 8, memory: 8G, storage: thin, disk: 10G, agent: true, boot: [ scsi0 ], tags: [ kube ], description: the third worker, start: boot, pool: lab, ha: true } }
      "
    `);
    expect(read("site.yaml")).toBe("- hosts: all\n  roles: []\n");
  });
  test("the token nowhere, and nothing was changed", () => {
    expect(read("inventory.yaml") + read("site.yaml") + imported.stdout + imported.stderr).not.toContain(double.token.split("=")[1]);
    expect(double.writes).toEqual([]);
  });
  test("what there is no word for is told at its guest", () =>
    expect(imported.stderr).toMatchInlineSnapshot(`
    "warning: guest 102 "windows" on pve2 keeps what the inventory has no word for: args, hookscript, vga, ostype, net1, net0, hostpci1, scsi1, unused0, cpu flags
    warning: guest 102 "windows" on pve2 says no address: it is reached by its name until you write one
    "
  `));
});

describe("the plan of it", () => {
  test("changes nothing but the mark of guests that hlx did not make", async () => {
    const { code, stdout } = await hlx("plan", "--limit", guests, "--no-diff");
    expect({ code, stdout }).toMatchObject({ code: 0 });
    expect(stdout.replace(/, [\d.]+ s\./, "")).toMatchInlineSnapshot(`
      "  ~ web      proxmox.vm:101  description none → managed by hlx as web (at once), tags prod → hlx;prod (at once)
        ~ windows  proxmox.vm:102  description do not touch → do not touch\\n\\nmanaged by hlx as windows
      Plan: 0 to add, 2 to change, 0 to remove. 3 hosts, 3 resources
      Apply:  hlx apply --limit '!pve*'
      "
    `);
    expect(double.writes).toEqual([]);
  });
  test("applied, they are hlx's with all that they had, and the next plan is empty", async () => {
    expect(await hlx("apply", "--limit", guests, "--yes")).toMatchObject({ code: 0 });
    const { description, tags, ...rest } = double.guests.get(101)?.config ?? {};
    const { tags: _, ...before } = bare.config;
    expect([description, tags, rest]).toEqual(["managed by hlx as web", "hlx;prod", before]);
    const windows = { ...foreign.config, description: "do not touch\n\nmanaged by hlx as windows" };
    expect(double.guests.get(102)).toEqual({ ...foreign, config: windows });
    expect(double.guests.get(514)).toEqual(ours);
    expect(await hlx("plan", "--limit", guests, "--detailed-exitcode")).toMatchObject({ code: 0 });
  });
  test("a change of somebody else would be seen", async () => {
    Object.assign(double.guests.get(101)?.config ?? {}, { memory: "1024" });
    expect((await hlx("plan", "--limit", guests)).stdout).toMatch(/memory 1024 → 512/);
  });
});

describe("an address that cloud-init did not give", () => {
  const mac = "bc:24:11:00:03:03";
  const addresses = (...all: readonly string[]) => all.map((address) => ({ "ip-address": address, "ip-address-type": "ipv4", prefix: 24 }));
  const card = (...all: readonly string[]) => ({ name: "eth0", "hardware-address": mac, "ip-addresses": addresses(...all) });
  const lo = { name: "lo", "hardware-address": "00:00:00:00:00:00", "ip-addresses": addresses("127.0.0.1") };

  afterEach(() => double.guests.delete(103));
  test.each([
    ["is its agent's", [lo, card("169.254.0.7", "10.9.0.7")], 0, "db: { address: 10.9.0.7, mac"],
    ["is none where nothing reaches beyond the link", [lo, card("169.254.0.7")], 0, "db: { mac"],
    ["is none where what the agent says is no address", [lo, card("$(reboot)")], 0, "db: { mac"],
    ["is none where the agent is silent", [card("10.9.0.7")], 9, "db: { mac"],
  ] as const)("%s", async (...[, interfaces, silent, line]) => {
    const config = { name: "db", agent: "1", net0: `virtio=${mac.toUpperCase()},bridge=vmbr0`, scsi0: "thin:vm-103-disk-0,size=10G" };
    double.guests.set(103, guest("pve1", config));
    double.agents.set(103, { silent, files: {}, interfaces });
    const { code, stdout } = await importing("--fingerprint", double.fingerprint);
    expect([code, stdout]).toEqual([0, expect.stringContaining(line)]);
  });
});

test("a second import refuses to write over the first", async () => {
  writeFileSync(join(desk.folder, "site.yaml"), "mine\n");
  const again = await importing("--fingerprint", double.fingerprint, "-o", ".");
  expect(again).toMatchObject({ code: 1, stderr: expect.stringContaining("not writing over inventory.yaml, site.yaml") });
  expect(read("site.yaml")).toBe("mine\n");
});

test("an import of what was adopted says nothing of adopting, and names the secrets file from where the inventory is", async () => {
  const args = ["import", "proxmox", `127.0.0.1:${double.port}`, "--fingerprint", double.fingerprint, "-o", "again"];
  const { code } = await inside(desk, [...args, "--secrets", "secrets.yaml.age", "--token", "lab.token"], { env: { HLX_SECRET_LAB_TOKEN: double.token } });
  expect([code, read("again/inventory.yaml")]).toEqual([0, expect.stringContaining("secrets: ../secrets.yaml.age\n")]);
  expect(read("again/inventory.yaml")).toContain("token: !secret lab.token");
  expect(read("again/inventory.yaml")).not.toContain("adopt");
});

test.each([
  ["no way to recognise the node", [], /nothing says how to recognise the node: --fingerprint/],
  ["a fingerprint of another node", ["--fingerprint", "AB:".repeat(31).concat("AB")], /fingerprint|certificate/],
  ["half a fingerprint", ["--fingerprint", "AB:CD"], /"AB:CD" is no SHA-256 fingerprint/],
  ["a CA that is not there", ["--ca", "nothing.pem"], /--ca nothing.pem: /],
  ["a token on the command line", ["--fingerprint", "AB:".repeat(31).concat("AB"), "--token", "a@pam!b=c"], /--token takes the name of a secret/],
])("%s is refused", async (_, args, said) => {
  const { code, stderr } = await importing(...args);
  expect({ code, stderr }).toMatchObject({ code: expect.any(Number), stderr: expect.stringMatching(said) });
  expect(code).not.toBe(0);
});

describe("a token that is typed", () => {
  const typing = (typed: string, ...more: readonly string[]) =>
    inside(desk, ["import", "proxmox", `127.0.0.1:${double.port}`, "--fingerprint", double.fingerprint, "-o", "typed", ...more], { typed });

  test("is used, and shown nowhere: not even where the API is asked with it in vain", async () => {
    expect(await typing(`${double.token}\n`)).toMatchObject({ code: 0 });
    const wrong = double.token.replace(/.$/, (last) => (last === "0" ? "1" : "0"));
    const { code, stderr } = await typing(`${wrong}\n`, "-vv");
    expect(code).not.toBe(0);
    expect(stderr).not.toContain(wrong.split("=")[1]);
  });
  test("and is none is told, and the words stay whole", async () => {
    const { code, stderr, stdout } = await typing("\n");
    expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringContaining("no API token was typed") });
    expect(stderr + stdout).not.toMatch(/\(sensitive\)|\(redacted\)/);
  });
});

test("without a token anywhere, it says where one is looked for", async () => {
  const { code, stderr } = await inside(desk, ["import", "proxmox", "127.0.0.1", "--fingerprint", double.fingerprint]);
  expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringContaining("HLX_SECRET_PROXMOX_TOKEN") });
});
