// Files in storages, pools and mappings over the connection and the double: what is planned is what is done, and a second look finds nothing.
import { createHash, randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, describe, expect, test } from "vitest";
import { highestRisk } from "../../src/model/kind.ts";
import { proxmoxMappingKind as mappingKind, type ProxmoxMapping } from "../../src/resources/proxmox-mapping.ts";
import { type ProxmoxPool, proxmoxPoolKind as poolKind } from "../../src/resources/proxmox-pool.ts";
import { proxmoxStorageContentKind as contentKind, type ProxmoxStorageContent } from "../../src/resources/proxmox-storage-content.ts";
import { cluster, converge, convergeAs, double, lookAs, run, titles, useDouble, wanted } from "./bench.ts";

useDouble();

const url = "https://cloud.example/debian-12.qcow2";
const sha512 = "a".repeat(128);

describe("proxmox.storageContent", () => {
  const image = (more: Partial<ProxmoxStorageContent> = {}): ProxmoxStorageContent => ({
    ...{ cluster: cluster(), node: "pve1", storage: "local", content: "import", filename: "debian-12.qcow2", url, sha512 },
    ...more,
  });

  test("is downloaded by the node, with its checksum, and once only", async () => {
    double.held.web.set(url, sha512);
    expect(await convergeAs(contentKind, image())).toEqual({ volume: "local:import/debian-12.qcow2" });
    expect(double.writes).toEqual([
      `POST /nodes/pve1/storage/local/download-url ${JSON.stringify({ content: "import", filename: "debian-12.qcow2", url, checksum: sha512, "checksum-algorithm": "sha512" })}`,
    ]);
  });
  test.each([
    ["what is not there", () => undefined, "404 Not Found"],
    ["what has another checksum", () => double.held.web.set(url, "b".repeat(128)), "checksum mismatch"],
  ])("%s fails with the node's words, and nothing is left", async (_, prepare, because) => {
    prepare();
    expect((await run((await lookAs(contentKind, image())).steps))[0]).toMatchObject({ result: "failed", because: expect.stringContaining(because) });
    expect(double.held.volumes).toEqual([]);
  });
  test.each([
    [
      "a storage that is not for it",
      { storage: "plain" },
      'the storage "plain" of pve1 takes no import: it is for iso, vztmpl, backup',
      "pvesm set plain --content iso,vztmpl,backup,import",
    ],
    ["a storage that is not there", { storage: "nope" }, 'pve1 has no storage "nope"', "pvesm status"],
  ])("%s is refused in the plan, with what mends it", async (...[, more, message, hint]) => {
    expect((await lookAs(contentKind, image(more))).found).toMatchObject({ found: "unknown", because: { message, hint: expect.stringContaining(hint) } });
    expect(double.writes).toEqual([]);
  });
  test("what another run is downloading is waited for, and not downloaded twice", async () => {
    double.held.web.set(url, sha512);
    double.taskMs = 300;
    const first = run((await lookAs(contentKind, image())).steps);
    while (double.writes.length === 0) await sleep(5);
    expect((await lookAs(contentKind, image())).changes).toEqual([]);
    expect(await first).toMatchObject([{ result: "done" }]);
    expect(double.writes).toHaveLength(1);
  });
  describe("one of this machine", () => {
    const folder = mkdtempSync(join(tmpdir(), "hlx-pve-upload-"));
    afterAll(() => rmSync(folder, { recursive: true, force: true }));
    const file = join(folder, "mine.qcow2");
    const bytes = randomBytes(3_000_000);
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    const sent = (more: Partial<ProxmoxStorageContent> = {}): ProxmoxStorageContent => {
      const { url: _, sha512: __, ...bare } = image({ file, sha256, ...more });
      return bare;
    };

    test("is sent piece by piece, byte for byte, with its checksum", async () => {
      writeFileSync(file, bytes);
      await convergeAs(contentKind, sent());
      expect(double.held.volumes).toEqual([{ node: "pve1", volid: "local:import/debian-12.qcow2", size: 3_000_000 }]);
      expect(double.writes).toEqual([
        `POST /nodes/pve1/storage/local/upload ${JSON.stringify({ content: "import", checksum: sha256, "checksum-algorithm": "sha256" })}`,
      ]);
    });
    test("with another checksum fails, and is not there", async () => {
      writeFileSync(file, bytes);
      expect((await run((await lookAs(contentKind, sent({ sha256: "0".repeat(64) }))).steps))[0]).toMatchObject({
        result: "failed",
        because: expect.stringContaining("checksum mismatch"),
      });
      expect(double.held.volumes).toEqual([]);
    });
    test("that is not there is told before anything is sent", async () => {
      const { steps } = await lookAs(contentKind, sent({ file: "/nowhere/mine.qcow2" }));
      await expect(run(steps)).rejects.toThrow("the file /nowhere/mine.qcow2 of this machine cannot be read");
      expect(double.writes).toEqual([]);
    });
  });
  test("on a shared storage it is there for every node", async () => {
    double.held.web.set(url, sha512);
    await convergeAs(contentKind, image({ storage: "nfs" }));
    expect((await lookAs(contentKind, image({ storage: "nfs", node: "pve2" }))).changes).toEqual([]);
  });
  test("is deleted only when that is desired, with the risk of data", async () => {
    double.held.web.set(url, sha512);
    await convergeAs(contentKind, image());
    const gone = contentKind.absent?.(image()) ?? image();
    expect(highestRisk((await lookAs(contentKind, gone)).changes)).toBe("data-loss");
    await convergeAs(contentKind, gone);
    expect(double.held.volumes).toEqual([]);
    expect(contentKind.restore?.(image(), { found: "absent" }, new Map())).toEqual(gone);
  });
});

describe("proxmox.pool", () => {
  const pool = (more: Partial<ProxmoxPool> = {}): ProxmoxPool => ({ cluster: cluster(), name: "kube", ...more });

  test("is made with its comment, its guests and its storages; what else is in it stays", async () => {
    double.pools.delete("kube");
    await converge(wanted());
    expect(await convergeAs(poolKind, pool({ comment: "the cluster", guests: [514, 9999], storages: ["thin"] }))).toEqual({
      pool: "kube",
      comment: "the cluster",
      "guest 514": "member",
      "guest 9999": "member",
      "storage thin": "member",
    });
    double.writes.splice(0);
    await convergeAs(poolKind, pool({ comment: "mine", guests: [514] }));
    expect(double.writes).toEqual(['PUT /pools {"poolid":"kube","comment":"mine"}']);
    expect(double.guests.get(9999)?.pool).toBe("kube");
  });
  test("a guest of another pool moves", async () => {
    await converge(wanted());
    await convergeAs(poolKind, pool({ name: "lab", guests: [514] }));
    await convergeAs(poolKind, pool({ guests: [514] }));
    expect(double.guests.get(514)?.pool).toBe("kube");
  });
  test("is removed without what is in it", async () => {
    await converge(wanted());
    await convergeAs(poolKind, pool({ guests: [514], storages: ["thin"] }));
    const gone = poolKind.absent?.(pool()) ?? pool();
    expect(titles((await lookAs(poolKind, gone)).steps)).toEqual(["let go of what is in it", "remove it"]);
    await convergeAs(poolKind, gone);
    expect([double.pools.has("kube"), double.guests.has(514)]).toEqual([false, true]);
  });
});

describe("proxmox.mapping", () => {
  const gpu = (more: Partial<ProxmoxMapping> = {}): ProxmoxMapping => ({
    cluster: cluster(),
    name: "gpu",
    devices: [{ node: "pve1", path: "42:00" }],
    ...more,
  });
  const entry = "id=10de:2684,iommugroup=14,node=pve1,path=0000:42:00,subsystem-id=1043:88a9";

  test("is made from what the hardware says of itself, which nobody has to write", async () => {
    expect(await convergeAs(mappingKind, gpu({ description: "for ocean" }))).toEqual({ "device pve1 0000:42:00": entry, description: "for ocean" });
    expect(double.held.mappings.get("gpu")?.map).toEqual([entry]);
  });
  test("another card in its slot, or another order of the words", async () => {
    await convergeAs(mappingKind, gpu());
    double.held.mappings.set("gpu", { map: [entry.split(",").toReversed().join(",")] });
    expect((await lookAs(mappingKind, gpu())).changes).toEqual([]);
    double.held.mappings.set("gpu", { map: [entry.replace("2684", "2204")] });
    expect((await lookAs(mappingKind, gpu())).changes).toMatchObject([
      { property: "device pve1 0000:42:00", before: { value: expect.stringContaining("10de:2204") } },
    ]);
    await convergeAs(mappingKind, gpu());
  });
  test("a device on each node, one that goes, and a node whose IOMMU is off", async () => {
    const both = gpu({
      devices: [
        { node: "pve1", path: "42:00" },
        { node: "pve2", path: "0000:02:00.0" },
      ],
    });
    expect((await lookAs(mappingKind, both)).changes).toMatchObject([{}, { note: expect.stringContaining("IOMMU is off") }]);
    await convergeAs(mappingKind, both);
    expect(await convergeAs(mappingKind, gpu())).toEqual({ "device pve2 0000:02:00.0": null });
    expect(double.held.mappings.get("gpu")?.map).toEqual([entry]);
  });
  test("a device that is not there is refused in the plan, with those that are", async () => {
    expect((await lookAs(mappingKind, gpu({ devices: [{ node: "pve1", path: "43:00" }] }))).found).toMatchObject({
      because: { message: "pve1 has no PCI device 43:00", hint: "it has 0000:42:00.0 (10de:2684)" },
    });
  });
  test("is removed", async () => {
    await convergeAs(mappingKind, gpu());
    await convergeAs(mappingKind, mappingKind.absent?.(gpu()) ?? gpu());
    expect(double.held.mappings.size).toBe(0);
  });
});
