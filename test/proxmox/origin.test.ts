// What a guest is made from: a clone of its template where one gets to its node, else the template's image, with the settings that a clone would have.
import { beforeEach, describe, expect, test } from "vitest";
import { proxmoxStorageContentKind } from "../../src/resources/proxmox-storage-content.ts";
import { proxmoxTemplateKind } from "../../src/resources/proxmox-template.ts";
import type { ProxmoxVm } from "../../src/resources/proxmox-vm/desired.ts";
import { cluster, converge, convergeAs, double, look, lookAs, run, titles, useDouble, wanted } from "./bench.ts";

useDouble();

const volume = "local:import/debian-12.qcow2";
/** A guest of pve2 whose template is on pve1. */
const far = (more: Partial<ProxmoxVm> = {}): ProxmoxVm => wanted({ node: "pve2", templateNode: "pve1", templateStorage: "thin", image: volume, ...more });
const plain = (more: Partial<ProxmoxVm> = {}): ProxmoxVm => {
  const { agent: _, onboot: __, tags: ___, ...desired } = far(more);
  return desired;
};
const on = (name: string, shared?: true) => {
  double.held.storages.set(name, { content: ["images"], ...(shared && { shared }) });
  double.room = { ...double.room, storages: { ...double.room.storages, [name]: { type: "rbd", gib: 1000, free: 900, ...(shared && { shared }) } } };
};
const noticesOf = ({ found }: Awaited<ReturnType<typeof look>>) => ("evidence" in found ? (found.evidence?.notices ?? []).map(({ because }) => because) : []);
const put = (config: Record<string, string>) => double.guests.set(9999, { node: "pve1", config: { template: "1", ...config }, running: false, pending: {} });

describe("a template on its node's own storage, and a guest of another node", () => {
  test("the image is imported there, and the plan says why", async () => {
    const seen = await look(far());
    expect(titles(seen.steps)).toEqual([`create from ${volume}`, "grow its disk to 10G", "start"]);
    expect(noticesOf(seen)).toEqual(["template 9999 is on pve1's own storage: its image is imported on pve2 instead"]);
    expect(await converge(far())).toMatchObject({ from: volume, disk: "10G" });
    expect(double.guests.get(514)).toMatchObject({ node: "pve2", running: true, config: { scsi0: expect.stringMatching(/^thin:vm-514-disk-0.*size=10G$/) } });
    expect(double.writes[0]).toMatch(/^POST \/nodes\/pve2\/qemu \{.*import-from=local:import/);
  });
  test("changes come after as to any other", async () => {
    await converge(far());
    expect(titles((await look(far({ cores: 4 }))).steps)).toEqual(["set cores", "shut down", "start"]);
    await converge(far({ cores: 4 }));
  });
  test("cut off while it is created: it is gone on with, not made twice", async () => {
    double.dropAnswers = true;
    await run((await look(far())).steps);
    double.dropAnswers = false;
    await converge(far());
    expect(double.writes.filter((write) => write.startsWith("POST /nodes/pve2/qemu {"))).toHaveLength(1);
  });
  test("one that was to be linked is linked to nothing", async () => {
    expect(noticesOf(await look(far({ linked: true })))).toEqual([expect.stringMatching(/imported on pve2 instead, linked to nothing$/)]);
    await converge(far({ linked: true }));
  });
  test("without an image it is refused, with what to write", async () => {
    const { image: _, ...without } = far();
    expect((await look(without)).found).toEqual({
      found: "unknown",
      about: "image",
      because: {
        code: "failed",
        message: "template 9999 is on pve1's own storage, guest 514 is to be on pve2, and nothing says which image it was made from",
        hint: "write url: and sha512: for the image and give a node the role proxmox-cluster, which has it downloaded to pve2; or volume: with a file of pve2; or vm.node: pve1",
      },
    });
  });
  test("with a disk more than an image has it is refused", async () => {
    put({ scsi0: "thin:base-9999-disk-0,size=2G", scsi1: "thin:base-9999-disk-1,size=5G" });
    expect((await look(far())).found).toMatchObject({ because: { message: expect.stringContaining("its scsi1 is in no image") } });
  });
});

describe("the settings are those that a clone would have", () => {
  const own = /^(vmgenid|smbios1|meta|description|name|digest)$/;
  const configOf = (id: number): Record<string, string> =>
    Object.fromEntries(
      Object.entries(double.guests.get(id)?.config ?? {})
        .filter(([key]) => !own.test(key))
        .map(([key, value]) => [
          key,
          value
            .replaceAll(String(id), "ID")
            .replace(/BC:24:11(:..){3}/, "MAC")
            .split(",")
            .toSorted()
            .join(","),
        ]),
    );
  const both = async (desired: ProxmoxVm): Promise<readonly [Record<string, string>, Record<string, string>]> => {
    await converge({ ...desired, id: 515, name: "near", node: "pve1" });
    await converge(desired);
    return [configOf(514), configOf(515)];
  };

  test("of a template that the same plan makes", async () => {
    double.guests.delete(9999);
    const { steps, found } = await look(plain());
    expect(noticesOf({ steps, found, changes: [] })).toEqual(["template 9999 is on pve1's own storage: its image is imported on pve2 instead"]);
    const template = { cluster: cluster(), id: 9999, name: "debian12", node: "pve1", image: volume, storage: "thin" };
    await convergeAs(proxmoxTemplateKind, template);
    expect((await run(steps)).map(({ result }) => result)).toEqual(["done", "done", "done"]);
    const [made, cloned] = [configOf(514), (await both(plain({ id: 516, name: "other" })))[1]];
    expect(made).toEqual({ ...cloned, ide2: made["ide2"] });
    expect(made).toMatchObject({ agent: "enabled=1", ide2: expect.stringContaining("cloudinit"), serial0: "socket", scsihw: "virtio-scsi-single" });
    expect((await look(plain())).changes).toEqual([]);
  });
  test("of one with firmware, another slot, another card and a console of its own", async () => {
    put({
      ...{
        name: "theirs",
        description: "by hand",
        bios: "ovmf",
        machine: "q35",
        cpu: "host",
        agent: "enabled=1,fstrim_cloned_disks=1",
        numa: "1",
        tags: "cloud",
      },
      ...{ vga: "serial0", serial0: "socket", scsihw: "virtio-scsi-pci", ostype: "l26", boot: "order=scsi2", net1: "virtio=BC:24:11:99:99:99,bridge=vmbr0" },
      ...{ scsi2: "thin:base-9999-disk-0,discard=on,size=2G,ssd=1", efidisk0: "thin:base-9999-disk-1,efitype=4m,pre-enrolled-keys=1,size=4M" },
      ...{ ide0: "thin:vm-9999-cloudinit,media=cdrom,size=4M", cipassword: "**********", vmgenid: "x", smbios1: "uuid=x" },
    });
    const { steps } = await look(plain());
    expect(steps[0]?.body).toMatchObject({
      ...{ bios: "ovmf", machine: "q35", cpu: "host", vga: "serial0", tags: "cloud", numa: "1", boot: "order=scsi2", net1: "virtio,bridge=vmbr0" },
      scsi2: `thin:0,import-from=${volume},discard=on,ssd=1`,
      efidisk0: "thin:1,efitype=4m,pre-enrolled-keys=1",
      ide0: "thin:cloudinit",
      cores: "8",
      description: "managed by hlx as kube514",
    });
    expect(Object.keys(steps[0]?.body ?? {})).toEqual(expect.not.arrayContaining(["vmgenid", "smbios1", "template", "cipassword", "scsi0", "digest"]));
    expect(steps[1]).toMatchObject({ body: { disk: "scsi2", size: "10G" } });
    await converge(plain());
  });
});

describe("where a clone gets there it is a clone", () => {
  beforeEach(() => {
    on("ceph", true);
    put({ name: "debian12", scsi0: "ceph:base-9999-disk-0,size=2G", boot: "order=scsi0" });
  });

  test("from a shared storage into a shared one", async () => {
    const seen = await look(far({ storage: "ceph" }));
    expect([titles(seen.steps)[0], noticesOf(seen)]).toEqual(["clone template 9999", []]);
    expect(await converge(far({ storage: "ceph" }))).toMatchObject({ from: "a copy of template 9999" });
    expect(double.guests.get(514)?.node).toBe("pve2");
    expect(double.writes[0]).toContain('"target":"pve2"');
  });
  test("linked, whatever storage further disks have", async () => {
    double.linked.add("ceph");
    await converge(far({ linked: true }));
    expect(double.writes[0]).toMatch(/qemu\/9999\/clone .*"target":"pve2"/);
  });
  test("not into the node's own storage", async () => {
    const seen = await look(far());
    expect(noticesOf(seen)).toEqual(["template 9999 is on pve1, and thin is pve2's own storage: its image is imported on pve2 instead"]);
    await converge(far());
  });
  test("of a template that will be made on a shared storage", async () => {
    double.guests.delete(9999);
    expect(titles((await look(far({ storage: "ceph", templateStorage: "ceph" }))).steps)[0]).toBe("clone template 9999");
  });
  test("of a template that is on the guest's node by now", async () => {
    double.guests.set(9999, { node: "pve2", config: { template: "1", scsi0: "thin:base-9999-disk-0,size=2G" }, running: false, pending: {} });
    await converge(far());
    expect(double.writes[0]).toMatch(/^POST \/nodes\/pve2\/qemu\/9999\/clone/);
  });
});

test("a template that nobody has seen, and that nobody will make: its image stands in for it", async () => {
  double.guests.delete(9999);
  const desired = wanted({ image: volume });
  expect(noticesOf(await look(desired))).toEqual(["template 9999 is not there: its image is imported"]);
  await converge(desired);
});

describe("the image's file on the node of such guests", () => {
  const url = "https://cloud.example/debian-12.qcow2";
  const unless = { node: "pve1", template: 9999, disk: "thin", into: ["thin"] };
  const file = (more: object = {}) => ({
    ...{ cluster: cluster(), node: "pve2", storage: "local", content: "import", filename: "debian-12.qcow2", url, sha512: "a".repeat(128), unless },
    ...more,
  });
  const stepsFor = async (more: object = {}) => titles((await lookAs(proxmoxStorageContentKind, file(more) as never)).steps);
  const download = ["download debian-12.qcow2"];

  beforeEach(() => on("ceph", true));

  test("is downloaded where they cannot be cloned", async () => {
    double.held.web.set(url, "a".repeat(128));
    await convergeAs(proxmoxStorageContentKind, file() as never);
    expect(double.held.volumes).toMatchObject([{ node: "pve2", volid: volume }]);
  });
  test("before the template is there, too", async () => {
    double.guests.delete(9999);
    expect(await stepsFor()).toEqual(download);
    expect(await stepsFor({ unless: { ...unless, disk: "ceph", into: ["ceph"] } })).toEqual([]);
  });
  test("is not where clones get there, nor where the template is, nor where the files of both nodes are the same", async () => {
    expect(await stepsFor({ storage: "nfs" })).toEqual([]);
    put({ scsi0: "ceph:base-9999-disk-0,size=2G" });
    expect(await stepsFor({ unless: { ...unless, into: ["ceph"] } })).toEqual([]);
    expect(await stepsFor({ unless: { ...unless, into: [] } })).toEqual([]);
    expect(await stepsFor()).toEqual(download);
    double.guests.set(9999, { node: "pve2", config: { scsi0: "thin:base-9999-disk-0,size=2G" }, running: false, pending: {} });
    expect(await stepsFor()).toEqual([]);
  });
  test("is not for guests that are made already", async () => {
    expect(await stepsFor({ unless: { ...unless, guests: [514, 515] } })).toEqual(download);
    for (const id of [514, 515]) double.guests.set(id, { node: "pve1", config: {}, running: false, pending: {} });
    expect(await stepsFor({ unless: { ...unless, guests: [514, 515] } })).toEqual([]);
    expect(await stepsFor({ unless: { ...unless, guests: [514, 516] } })).toEqual(download);
  });
  test("of an image without a template, and where it was asked for, it is wherever it is not the same", async () => {
    expect(await stepsFor({ unless: { node: "pve1" } })).toEqual(download);
    expect(await stepsFor({ storage: "nfs", unless: { node: "pve1" } })).toEqual([]);
  });
});
