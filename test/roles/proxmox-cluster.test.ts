// The role proxmox-cluster: from the inventory's images and nodes to files, templates, mappings, pools, containers.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import role from "../../roles/proxmox-cluster/role.ts";
import { readInventory } from "../../src/inventory/read.ts";
import { validateValue } from "../../src/model/documents/validate.ts";
import type { Resource } from "../../src/model/resource.ts";
import { viewOf } from "../../src/model/role.ts";
import { kinds } from "../../src/resources/registry.ts";

const folder = mkdtempSync(join(tmpdir(), "hlx-pve-cluster-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const sha512 = "0123456789ABCDEF".repeat(8);
const inventory = (images: string, guests = "") => `format: 1
networks:
  lan: { cidr: 192.168.1.0/24, gateway: 1, bridge: vmbr0, domain: home, dns: [dns01] }
images: { ${images} }
hosts:
  node005: { lan: 105, proxmox: { fingerprint: "${"AB:".repeat(31)}AB", pci: { gpu: "42:00" } } }
  node006: { lan: 106, proxmox: { pci: { gpu: "0000:81:00.0", hba: "02:00" } } }
  dns01: { lan: 2 }
${guests}devices:
  proxy: { lan: 30, mac: "bc:24:11:00:03:00" }
  nomac: { lan: 31 }
groups:
  nodes: { hosts: node00*, proxmox: { token: !secret proxmox.token } }
`;
const debian = `debian12: { template: 9999, url: "https://cloud.example/debian-12-generic-amd64.qcow2", sha512: "${sha512}", storage: local-lvm }`;

let count = 0;
async function declared(params: object, images = debian, guests = ""): Promise<readonly Resource[]> {
  const file = `inventory${count++}.yaml`;
  writeFileSync(join(folder, file), inventory(images, guests));
  const read = await readInventory([file], { cwd: folder });
  const host = read.hosts.get("node005");
  if (host === undefined) throw new Error("no node005");
  expect(validateValue(params, role.params, () => undefined, "params")).toEqual([]);
  const around = { params: params as never, host, inventory: viewOf(read), inputs: {} };
  expect(role.claims?.(around).filter(({ claim }) => claim !== "takes")).toEqual([]);
  const resources = role.declare({ ...around, facts: {} as never });
  for (const { kind, desired, id } of resources)
    expect(validateValue(desired, kinds.find((one) => one.kind === kind)?.schema ?? {}, () => undefined, id)).toEqual([]);
  return resources;
}

const ids = (resources: readonly Resource[]) => resources.map(({ id }) => id);
const desiredOf = (resources: readonly Resource[], id: string) => resources.find((one) => one.id === id)?.desired;
const cluster = { server: "192.168.1.105:8006", token: { secret: "proxmox.token" }, fingerprint: "AB:".repeat(31).concat("AB") };
const file = "debian-12-generic-amd64-01234567.qcow2";

describe("images", () => {
  test("each one with a url is downloaded, then made a template; its file's name changes with its content", async () => {
    const resources = await declared({ mappings: false });
    expect(ids(resources)).toEqual([`proxmox.storageContent:node005/local:import/${file}`, "proxmox.template:9999"]);
    expect(desiredOf(resources, "proxmox.template:9999")).toEqual({
      ...{ cluster, id: 9999, name: "debian12", node: "node005", image: `local:import/${file}`, storage: "local-lvm" },
    });
  });
  test.each([
    ["another storage for the files", { files: "nfs" }, debian, [`proxmox.storageContent:node005/nfs:import/${file}`, "proxmox.template:9999"]],
    [
      "on all nodes, so that guests there are made from it",
      { imagesOn: "nodes" },
      debian,
      [`proxmox.storageContent:node005/local:import/${file}`, `proxmox.storageContent:node006/local:import/${file}`, "proxmox.template:9999"],
    ],
    ["a file of a given name", {}, debian.replace("template: 9999", 'volume: "nfs:import/deb.qcow2"'), ["proxmox.storageContent:node005/nfs:import/deb.qcow2"]],
    [
      "a template on another node",
      {},
      debian.replace("template:", "node: node006, template:"),
      [`proxmox.storageContent:node006/local:import/${file}`, "proxmox.template:9999"],
    ],
    ["Ubuntu's .img, which is qcow2", {}, debian.replace(".qcow2", ".img"), [`proxmox.storageContent:node005/local:import/${file}`, "proxmox.template:9999"]],
    ["only those that are named", { images: [] }, debian, []],
    ["none without a url", {}, "debian12: { template: 9999 }", []],
  ])("%s", async (...[, params, images, expected]) => expect(ids(await declared({ mappings: false, ...params }, images))).toEqual(expected));
  test.each([
    ["an image that is not there", { images: ["arch"] }, debian, 'images: the inventory has no image "arch"'],
    ["no checksum", {}, 'debian12: { template: 9999, url: "https://x/y.qcow2" }', 'image "debian12" has a url and no sha256 or sha512'],
    ["no storage for the disk", {}, debian.replace(", storage: local-lvm", ""), 'image "debian12" names no storage for its template\'s disk'],
    ["one that is named and has no url", { images: ["debian12"] }, "debian12: { template: 9999 }", 'image "debian12" has no url'],
  ])("%s is told before anything connects", (...[, params, images, message]) =>
    expect(declared({ mappings: false, ...params }, images)).rejects.toThrow(message),
  );
});

describe("images on the nodes of guests that may not be cloned there", () => {
  const guest = (name: string, lan: number, vm: string): string => `  ${name}: { lan: ${lan}, vm: { id: ${lan}0, image: debian12, ${vm} } }\n`;
  const guests = [
    guest("a", 10, "node: node006, storage: local-lvm"),
    guest("b", 11, "node: node006, storage: fast"),
    guest("c", 12, "node: node006, storage: slow, linked: true"),
    guest("d", 13, "node: node005, storage: local-lvm"),
  ].join("");
  const there = `proxmox.storageContent:node006/local:import/${file}`;
  const given = async (params: object, images?: string, of = guests) => desiredOf(await declared({ mappings: false, ...params }, images, of), there);

  test("unless a clone of the template gets there after all", async () => {
    expect(ids(await declared({ mappings: false }, debian, guests))).toEqual([
      `proxmox.storageContent:node005/local:import/${file}`,
      there,
      "proxmox.template:9999",
    ]);
    const unless = { node: "node005", template: 9999, disk: "local-lvm", into: ["local-lvm", "fast"], guests: [100, 110, 120] };
    expect(await given({})).toMatchObject({ node: "node006", sha512: sha512.toLowerCase(), unless });
    expect(await given({ disks: "ceph" }, debian.replace(", storage: local-lvm", ""))).toMatchObject({ unless: { ...unless, disk: "ceph" } });
  });
  test("an image without a template is imported everywhere", async () => {
    expect(await given({}, debian.replace("template: 9999, ", ""))).toMatchObject({ unless: { node: "node005", guests: [100, 110, 120] } });
  });
  test("where it was asked for, whoever can be cloned", async () => {
    expect(await given({ imagesOn: "nodes" })).toHaveProperty("unless", { node: "node005" });
  });
  test("not for guests of the template's node, of another image, or of none", async () => {
    expect(await given({}, debian, guest("d", 13, "node: node005, storage: local-lvm") + "  e: { lan: 14, vm: { id: 140, node: node006 } }\n")).toBe(undefined);
    expect(await given({}, debian.replace("template:", "node: node006, template:"), guests.replace(/ {2}d:.*\n/, ""))).not.toHaveProperty("unless");
  });
});

describe("mappings", () => {
  test("a device that several nodes have is one mapping; a node without a fingerprint is asked through the other", async () => {
    const resources = await declared({ images: [] });
    expect(ids(resources)).toEqual(["proxmox.mapping:gpu", "proxmox.mapping:hba"]);
    expect(desiredOf(resources, "proxmox.mapping:gpu")).toEqual({
      cluster,
      name: "gpu",
      devices: [
        { node: "node005", path: "42:00" },
        { node: "node006", path: "0000:81:00.0" },
      ],
    });
  });
});

describe("pools, files, Ceph", () => {
  test("are what they are called", async () => {
    const resources = await declared({
      ...{ images: [], mappings: false },
      pools: { kube: { comment: "the cluster", storages: ["ceph"] }, lab: null },
      downloads: { "virtio-win.iso": { content: "iso", url: "https://x/virtio-win.iso", sha256: "A".repeat(64), storage: "nfs" } },
      ceph: { atWorst: "HEALTH_OK", pools: { vms: { size: 3, storage: true } } },
    });
    expect(ids(resources)).toEqual([
      "proxmox.cephHealth:ceph",
      "proxmox.cephPool:vms",
      "proxmox.pool:kube",
      "proxmox.pool:lab",
      "proxmox.storageContent:node005/nfs:iso/virtio-win.iso",
    ]);
    expect(desiredOf(resources, "proxmox.storageContent:node005/nfs:iso/virtio-win.iso")).toMatchObject({ sha256: "a".repeat(64), content: "iso" });
  });
});

describe("containers", () => {
  const own = { images: [], mappings: false };
  const proxy = { id: 300, template: "debian-12.tar.zst", storage: "local-lvm", disk: 8 };
  const downloads = { "debian-12.tar.zst": { content: "vztmpl", url: "http://x/debian-12.tar.zst", sha512 } };

  test("come after the file that they are made from, with the network that the inventory says", async () => {
    const resources = await declared({ ...own, downloads, containers: { proxy: { ...proxy, nesting: true, mounts: { "/data": { size: 20 } } } } });
    expect(ids(resources)).toEqual(["proxmox.storageContent:node005/local:vztmpl/debian-12.tar.zst", "proxmox.container:300"]);
    expect(desiredOf(resources, "proxmox.container:300")).toEqual({
      ...{ cluster, id: 300, name: "proxy", node: "node005", ostemplate: "local:vztmpl/debian-12.tar.zst", storage: "local-lvm", disk: 8, memory: 512 },
      features: { nesting: true },
      mounts: { "/data": { size: 20 } },
      nics: [{ mac: "bc:24:11:00:03:00", bridge: "vmbr0", address: "192.168.1.30/24", gateway: "192.168.1.1" }],
      resolvers: ["192.168.1.2"],
      search: "home",
      onboot: true,
      running: true,
    });
  });
  test("started by hand, left as it is", async () => {
    const resources = await declared({ ...own, containers: { other: { ...proxy, template: "local:vztmpl/x.tar.zst", start: "manual" } } });
    expect(desiredOf(resources, "proxmox.container:300")).toMatchObject({ onboot: false, ostemplate: "local:vztmpl/x.tar.zst" });
    expect(desiredOf(resources, "proxmox.container:300")).not.toHaveProperty("running");
  });
  test("one in a network without a MAC is refused", () =>
    expect(declared({ ...own, containers: { nomac: proxy } })).rejects.toThrow('container "nomac" needs a mac'));
});

describe("params", () => {
  test.each([
    ["a download without a checksum", { downloads: { "x.iso": { content: "iso", url: "https://x/x.iso" } } }],
    ["a misspelt key", { pool: {} }],
    ["a container without a number", { containers: { proxy: { template: "x", storage: "y", disk: 1 } } }],
  ])("%s is refused", (_, params) => expect(validateValue(params, role.params, () => undefined, "params")).not.toEqual([]));
});
