// What fits on a node: more than there is is refused before anything is done, what is overcommitted is told.
import { beforeEach, describe, expect, test } from "vitest";
import { crowded } from "../../src/plan/crowded.ts";
import type { ProxmoxContainer } from "../../src/resources/proxmox-container/desired.ts";
import { proxmoxContainerKind } from "../../src/resources/proxmox-container.ts";
import type { ProxmoxVm } from "../../src/resources/proxmox-vm/desired.ts";
import { cluster, converge, convergeAs, double, endpoint, look, lookAs, useDouble, wanted } from "./bench.ts";

useDouble();

const set = (room: Partial<typeof double.room>): void => {
  double.room = { ...double.room, ...room };
};
const storage = (type: string, gib: number, free: number) => ({ storages: { thin: { type, gib, free } } });

describe("a guest that is to be made is refused, and nothing is sent", () => {
  const refused: readonly (readonly [string, Partial<ProxmoxVm>, () => void, string])[] = [
    ["with more memory than its node", { memory: 9216 }, () => set({ memory: 8192 }), "guest 514 asks for 9G of memory, and pve1 has 8G"],
    ["with more cores than its node", { cores: 4, sockets: 3 }, () => set({ cores: 8 }), "guest 514 asks for 12 cores, and pve1 has 8"],
    ["with a disk that LVM has no room for", {}, () => set(storage("lvm", 100, 9)), "guest 514 asks for 10G of the storage thin, and it has 9G free on pve1"],
    [
      "with disks that the storage could never hold",
      { disks: { scsi1: { size: 95 } } },
      () => set(storage("lvmthin", 100, 100)),
      "guest 514 asks for 105G of the storage thin, and it has 100G altogether on pve1",
    ],
  ];
  test.each(refused)("%s", async (...[, more, prepare, message]) => {
    prepare();
    expect((await look(wanted(more))).found).toMatchObject({ found: "unknown", because: { message, hint: expect.stringContaining("another node") } });
    expect(double.writes).toEqual([]);
  });
  test("but not where it just fits, nor where no node has told what it has", async () => {
    set({ memory: 8192, cores: 8, ...storage("lvm", 100, 10) });
    expect((await look(wanted())).found.found).toBe("absent");
    set({ memory: 0, storages: {} });
    expect((await look(wanted({ memory: 9_999_999 }))).found).toEqual({ found: "absent" });
  });
  test.each([
    ["thinn", [{ because: "guest 514 asks for the storage thinn, which this login does not see on pve1", hint: 'did you mean "thin"?' }]],
    ["rbd", [{ because: "guest 514 asks for the storage rbd, which this login does not see on pve1", hint: "it sees thin" }]],
    ["thin", undefined],
  ])("told of a storage that is not in the list, since it may be hidden: %s", async (named, notices) => {
    const { found } = await look(wanted({ storage: named }));
    expect([found.found, "evidence" in found ? found.evidence?.notices : undefined]).toEqual(["absent", notices]);
  });
});

describe("a guest that is there", () => {
  beforeEach(async () => {
    await converge(wanted());
  });

  test("and does not grow is not compared: one too large already may be made smaller, and nothing more is asked", async () => {
    set({ memory: 4096, cores: 2, storages: {} });
    const before = double.reads;
    expect((await look(wanted())).changes).toEqual([]);
    expect(double.reads - before).toBe(4);
    expect((await look(wanted({ memory: 6144 }))).found.found).toBe("present");
  });
  test.each([
    ["memory", { memory: 262_145 }, "256G"],
    ["cores", { cores: 65 }, "65 cores"],
    ["its disk", { disk: 1200 }, "1190G of the storage thin"],
    ["a further disk", { disks: { scsi1: { size: 1001 } } }, "1001G of the storage thin"],
  ] as const)("and grows over what its node has is refused: %s", async (_, more, says) => {
    double.writes.splice(0);
    expect((await look(wanted(more as Partial<ProxmoxVm>))).found).toMatchObject({ because: { message: expect.stringContaining(says) } });
    expect(double.writes).toEqual([]);
  });
  test("whose further disk grows is asked about by what is added, in the storage where the disk is", async () => {
    await converge(wanted({ disks: { scsi1: { size: 50 } } }));
    const guest = double.guests.get(514);
    if (guest !== undefined) guest.config["scsi1"] = "other:vm-514-disk-1,size=50G";
    set({ storages: { other: { type: "lvm", gib: 100, free: 9 }, thin: { type: "lvm", gib: 100, free: 0 } } });
    expect((await look(wanted({ disks: { scsi1: { size: 60 } } }))).found).toMatchObject({
      because: { message: "guest 514 asks for 10G of the storage other, and it has 9G free on pve1" },
    });
    expect((await look(wanted({ disks: { scsi1: { size: 59 } } }))).changes).toMatchObject([{ property: "scsi1" }]);
  });
  test("counts where it is, not where it was made", async () => {
    const guest = double.guests.get(514);
    if (guest !== undefined) guest.node = "pve2";
    expect((await look(wanted({ memory: 262_145 }))).found).toMatchObject({ because: { message: expect.stringContaining("and pve2 has 256G") } });
  });
});

describe("a container", () => {
  const container = (more: Partial<ProxmoxContainer> = {}): ProxmoxContainer => ({
    ...{
      cluster: cluster(),
      id: 300,
      name: "proxy",
      node: "pve1",
      ostemplate: "local:vztmpl/d.tar.zst",
      storage: "thin",
      disk: 8,
      memory: 4096,
      running: true,
    },
    ...more,
  });
  const at = (more?: Partial<ProxmoxContainer>) => lookAs(proxmoxContainerKind, container(more));

  test("is refused where LVM has no room for it, also for one more file system", async () => {
    set(storage("lvm", 100, 8));
    expect((await at()).found).toMatchObject({ found: "absent" });
    expect((await at({ mounts: { mp0: { path: "/data", size: 1 } } })).found).toMatchObject({
      because: { message: "guest 300 asks for 9G of the storage thin, and it has 8G free on pve1" },
    });
  });
  test("has limits, not sizes: more than its node has is told, and not refused", async () => {
    set({ memory: 2048, storages: {} });
    const { found } = await at();
    expect(found).toMatchObject({ found: "absent", evidence: { takes: [{ what: "memory of node pve1", has: 2048, takes: 4096 }, { takes: 0 }] } });
  });
  test("whose file systems grow is asked about by what is added", async () => {
    double.held.volumes.push({ node: "pve1", volid: "local:vztmpl/d.tar.zst", size: 1 });
    await convergeAs(proxmoxContainerKind, container({ mounts: { "/data": { size: 20 } } }));
    set(storage("lvm", 100, 9));
    expect((await at({ mounts: { "/data": { size: 30 } } })).found).toMatchObject({
      because: { message: "guest 300 asks for 10G of the storage thin, and it has 9G free on pve1" },
    });
    expect((await at({ disk: 17, mounts: { "/data": { size: 20 } } })).changes).toMatchObject([{ property: "disk" }]);
  });
  test("that is there is asked about only where it grows", async () => {
    double.held.volumes.push({ node: "pve1", volid: "local:vztmpl/d.tar.zst", size: 1 });
    await convergeAs(proxmoxContainerKind, container());
    set({ memory: 2048, storages: {} });
    expect((await at()).found).not.toHaveProperty("evidence.takes");
    expect((await at({ memory: 8192 })).found).toHaveProperty("evidence.takes");
  });
});

describe("overcommitment", () => {
  const guest = (memory: string, running: boolean) => ({ node: "pve1", config: { memory, cores: "4" }, running, pending: {} });

  async function told(...all: readonly ProxmoxVm[]): Promise<readonly string[]> {
    const looks = await Promise.all(all.map((one) => look(one)));
    const takers = looks.flatMap(({ found }, index) => {
      const takes = "evidence" in found ? (found.evidence?.takes ?? []) : [];
      return takes.map((taking) => ({ host: all[index]?.name ?? "", address: `${all[index]?.name}/guest/proxmox.vm:${all[index]?.id}` as never, taking }));
    });
    return crowded(takers).map(({ host, because }) => `${host}: ${because}`);
  }
  const other = (more: Partial<ProxmoxVm> = {}): ProxmoxVm => wanted({ id: 515, name: "kube515", ...more });

  test("nothing is told where all fits", async () => {
    set({ memory: 20_480, cores: 20, ...storage("lvmthin", 100, 20) });
    double.guests.set(600, guest("4096", true));
    double.guests.set(601, guest("65536", false));
    expect(await told(wanted(), other())).toEqual([]);
  });
  test("memory and cores of what runs and what is planned together, and space in storages", async () => {
    set({ memory: 16_384, cores: 18, ...storage("lvmthin", 100, 19) });
    double.guests.set(600, guest("2048", true));
    expect(await told(wanted(), other({ memory: 9216 }))).toEqual([
      "kube515: overcommitted with this plan: memory of node pve1, 19G of 16G by 3",
      "kube514: overcommitted with this plan: cores of node pve1, 20 of 18 by 3",
      "kube514: overcommitted with this plan: the free space of storage thin of pve1, 20G of 19G by 2",
    ]);
  });
  test("a guest that grows counts once, by what it will have", async () => {
    await converge(wanted());
    set({ memory: 12_288 });
    expect(await told(wanted({ memory: 12_288 }))).toEqual([]);
    expect(await told(wanted({ memory: 10_240 }), other({ memory: 4096 }))).toEqual([expect.stringContaining("14G of 12G by 2")]);
  });
  test("guests on other nodes, and those that nobody starts, are not counted", async () => {
    set({ memory: 10_240 });
    expect(await told(wanted(), other({ node: "pve2", templateNode: "pve1" }))).toEqual([]);
    const { running: _, ...idle } = other();
    expect(await told(wanted(), idle)).toEqual([]);
  });
  test("ten guests looked at together ask once", async () => {
    const before = double.reads;
    await Promise.all(Array.from({ length: 10 }, () => endpoint.reader.room(cluster())));
    expect(double.reads - before).toBe(1);
  });
});
