// The parts of a guest beside its size: further disks, HA, pools; who made it; and the way back.
import { beforeEach, describe, expect, test } from "vitest";
import { validateValue } from "../../src/model/documents/validate.ts";
import { highestRisk } from "../../src/model/kind.ts";
import { propertiesOf } from "../../src/resources/proxmox/properties.ts";
import type { ProxmoxVm } from "../../src/resources/proxmox-vm/desired.ts";
import { proxmoxVmKind as kind } from "../../src/resources/proxmox-vm.ts";
import { converge, double, look, run, titles, useDouble, wanted } from "./bench.ts";

useDouble();

function config(): Record<string, string> {
  return double.guests.get(514)?.config ?? {};
}

/** Converges, then goes back to what was found before; what the way back changed, by property. */
async function thereAndBack(more: Partial<ProxmoxVm>): Promise<readonly string[]> {
  const desired = wanted(more);
  const before = (await look(desired)).found;
  await converge(desired);
  const back = kind.restore?.(desired, before, new Map());
  if (back === undefined || "irreversible" in back) throw new Error(back?.irreversible ?? "nothing undoes it");
  expect(validateValue(back, kind.schema, () => undefined, "vm")).toEqual([]);
  return Object.keys(await converge(back));
}

describe("further disks", () => {
  beforeEach(async () => {
    await converge(wanted({ disks: { scsi1: { size: 50, ssd: true } } }));
    double.writes.splice(0);
  });

  test("are made with the guest", () => expect(config()["scsi1"]).toBe("thin:vm-514-disk-1,ssd=1,size=50G"));
  test("grow at once, and keep their volume", async () => {
    const desired = wanted({ disks: { scsi1: { size: 80, ssd: true } } });
    expect(highestRisk((await look(desired)).changes)).toBe("none");
    await converge(desired);
    expect(config()["scsi1"]).toBe("thin:vm-514-disk-1,ssd=1,size=80G");
  });
  test("get other options with a restart, and keep their volume", async () => {
    const desired = wanted({ disks: { scsi1: { size: 50, ssd: false, discard: true } } });
    const { changes, steps } = await look(desired);
    expect([highestRisk(changes), titles(steps)]).toEqual(["reboot", ["set the options of scsi1", "shut down", "start"]]);
    await converge(desired);
    expect(config()).toMatchObject({ scsi1: "thin:vm-514-disk-1,ssd=0,discard=on,size=50G" });
    expect(config()).not.toHaveProperty("unused0");
  });
  test("options that wait for the next start are put in force, when a run died before it", async () => {
    const guest = double.guests.get(514);
    if (guest !== undefined) guest.pending["scsi1"] = "thin:vm-514-disk-1,ssd=0,size=50G";
    const { changes } = await look(wanted({ disks: { scsi1: { size: 50, ssd: false } } }));
    expect(changes).toMatchObject([{ property: "scsi1", risk: "reboot" }]);
  });
  test("that nobody names any more are left alone", async () => expect((await look(wanted())).changes).toEqual([]));
  test("are detached with their data kept", async () => {
    const desired = wanted({ disks: { scsi1: "detached" } });
    expect(highestRisk((await look(desired)).changes)).toBe("restart");
    await converge(desired);
    expect(config()["unused0"]).toBe("thin:vm-514-disk-1");
  });
  test("are destroyed only when that is said, and then no other", async () => {
    await converge(wanted({ disks: { scsi1: { size: 50 }, scsi2: { size: 5 } } }));
    await converge(wanted({ disks: { scsi2: "detached" } }));
    const desired = wanted({ disks: { scsi1: "destroyed" } });
    expect(highestRisk((await look(desired)).changes)).toBe("data-loss");
    await converge(desired);
    expect(config()).toMatchObject({ unused0: "thin:vm-514-disk-2" });
    expect(config()).not.toHaveProperty("scsi1");
  });
  test.each([
    ["the first disk's slot", { scsi0: { size: 5 } }],
    ["a slot that is none", { scsi31: { size: 5 } }],
    ["an unused disk that should be there", { unused0: { size: 5 } }],
    ["an unknown option", { scsi1: { size: 5, sdd: true } }],
  ])("%s is refused", (_, disks) => {
    expect(validateValue({ ...wanted(), disks }, kind.schema, () => undefined, "vm")).not.toEqual([]);
  });
});

describe("HA", () => {
  beforeEach(async () => {
    await converge(wanted({ ha: { restarts: 2 } }));
  });

  test("has the guest, as it is desired", () => expect(double.ha.get(514)).toEqual({ state: "started", max_restart: "2", max_relocate: "1" }));
  test("answers before it acts: a restart is waited for", async () => {
    await converge(wanted({ ha: { restarts: 2 }, cores: 4 }));
    expect(double.guests.get(514)).toMatchObject({ running: true, pending: {}, config: { cores: "4" } });
  });
  test("a guest that nobody says anything of stays in it", async () => expect((await look(wanted())).changes).toEqual([]));
  test("a guest is taken out of it", async () => {
    await converge(wanted({ ha: false }));
    expect(double.ha.has(514)).toBe(false);
  });
  test("a guest in it is destroyed", async () => {
    await converge(kind.absent?.(wanted()) ?? wanted());
    expect([double.guests.has(514), double.ha.has(514)]).toEqual([false, false]);
  });
  test("a guest that it moved between the plan and the apply is changed where it is", async () => {
    const { steps } = await look(wanted({ tags: ["moved"] }));
    const guest = double.guests.get(514);
    if (guest !== undefined) guest.node = "pve2";
    expect(await run(steps)).toMatchObject([{ result: "done" }]);
    expect(config()["tags"]).toBe("hlx;moved");
  });
});

describe("pools", () => {
  test("a guest is made in one, and put into another", async () => {
    await converge(wanted({ pool: "lab" }));
    double.pools.add("other");
    expect(await converge(wanted({ pool: "other" }))).toEqual({ pool: "other" });
    expect(double.guests.get(514)?.pool).toBe("other");
  });
});

describe("what nobody speaks of", () => {
  const q35 = { nics: [{ mac: "bc:24:11:00:05:14", bridge: "vmbr0" }], cpu: "host", machine: "q35", startup: { order: 3 }, pci: ["gpu"] };
  beforeEach(async () => {
    for (const name of ["gpu", "gpu2"]) double.held.mappings.set(name, { map: ["id=10de:2684,node=pve1,path=0000:42:00"] });
    await converge(wanted(q35));
  });

  test.each([
    ["net0", "virtio=BC:24:11:00:05:14,bridge=vmbr0,firewall=1,mtu=9000", { nics: [{ mac: "bc:24:11:00:05:14", bridge: "vmbr0", vlan: 7 }] }, "tag=7"],
    ["cpu", "host,flags=+aes;-pcid,hidden=1", { cpu: "x86-64-v2-AES" }, "x86-64-v2-AES"],
    ["machine", "q35,viommu=intel", { machine: "pc" }, "pc"],
    ["agent", "enabled=1,fstrim_cloned_disks=1", { agent: false }, "enabled=0"],
    ["startup", "order=3,up=30", { startup: { order: 4 } }, "order=4"],
    ["ipconfig0", "ip=192.168.1.57/24,gw=192.168.1.1,ip6=auto", { address: "192.168.1.58/24" }, "ip=192.168.1.58/24"],
    ["hostpci0", "mapping=gpu,pcie=1,x-vga=1", { pci: ["gpu2"] }, "mapping=gpu2"],
    ["memory", "current=8192", { memory: 4096 }, "4096"],
  ] as const)("of %s stays when the rest of it changes, and is put back with it", async (...[key, now, more, says]) => {
    config()[key] = now;
    expect((await look(wanted(q35))).changes).toEqual([]);
    expect(await thereAndBack({ ...q35, ...(more as Partial<ProxmoxVm>) })).toContain(key);
    const before = propertiesOf(now, "first");
    expect(propertiesOf(config()[key] ?? "", "first")).toEqual("current" in before ? { first: "8192" } : before);
    await converge(wanted({ ...q35, ...(more as Partial<ProxmoxVm>) }));
    expect(config()[key]).toContain(says);
    for (const kept of ["firewall=1", "mtu=9000", "flags=+aes;-pcid", "hidden=1", "viommu=intel", "fstrim_cloned_disks=1", "up=30", "ip6=auto", "x-vga=1"])
      if (now.includes(kept)) expect(config()[key]).toContain(kept);
  });
  test("a part that is said is compared, also one that hlx has no word for", async () => {
    await converge(wanted({ ...q35, cpu: "host,flags=+aes" }));
    expect(config()["cpu"]).toBe("host,flags=+aes");
    config()["cpu"] = "host,flags=-aes";
    expect((await look(wanted({ ...q35, cpu: "host,flags=+aes" }))).changes).toMatchObject([{ property: "cpu" }]);
  });
});

describe("between a plan and its apply", () => {
  const desired = () => wanted({ disks: { scsi1: { size: 5, ssd: true }, scsi2: "destroyed" } });
  beforeEach(async () => {
    await converge(wanted({ disks: { scsi1: { size: 5, ssd: true }, scsi2: { size: 1 } } }));
  });

  test.each([
    ["a network card's firewall", "net0", "virtio=BC:24:11:00:05:14,bridge=vmbr0,firewall=1"],
    ["a network card's MTU", "net0", "virtio=BC:24:11:00:05:14,bridge=vmbr0,mtu=1400"],
    ["another volume in the first disk's slot", "scsi0", "thin:vm-514-disk-7,size=10G"],
    ["another volume in a further slot", "scsi1", "thin:vm-514-disk-7,ssd=1,size=5G"],
    ["an option of a disk that is written along", "scsi1", "thin:vm-514-disk-1,ssd=1,replicate=0,size=5G"],
    ["another volume in a slot whose disk is to be destroyed", "scsi2", "thin:vm-514-disk-7,size=1G"],
  ])("%s counts as moved", async (_, key, value) => {
    const { found } = await look(desired());
    config()[key] = value;
    expect((await look(desired())).found).not.toEqual(found);
  });
  test("another disk counts as moved also for a guest that is to be destroyed", async () => {
    const gone = kind.absent?.(wanted()) ?? wanted();
    const { found } = await look(gone);
    config()["scsi1"] = "thin:vm-514-disk-7,ssd=1,size=5G";
    expect((await look(gone)).found).not.toEqual(found);
  });
});

describe("whose a guest is", () => {
  test("two runs that race for one number both end well, with one guest", async () => {
    double.taskMs = 300;
    const [one, other] = await Promise.all([look(wanted()), look(wanted())]);
    const results = await Promise.all([run(one.steps), run(other.steps)]);
    expect(results.flat().map(({ result }) => result)).toEqual(Array(8).fill("done"));
    expect(double.writes.filter((write) => write.includes("/clone"))).toHaveLength(2);
    expect((await look(wanted())).changes).toEqual([]);
  });
  test("who loses the race to somebody else is told so, and changes nothing", async () => {
    double.taskMs = 300;
    const [mine, theirs] = await Promise.all([look(wanted()), look(wanted({ name: "theirs" }))]);
    const [second] = await Promise.all([run(theirs.steps).then(() => run(mine.steps))]);
    expect(second).toMatchObject([{ result: "failed", because: expect.stringContaining("somebody else made it") }]);
    expect(config()["name"]).toBe("theirs");
  });
  test("a run that died while its guest was cloned: the next one waits for the clone, and goes on with it", async () => {
    double.taskMs = 1200;
    const { steps } = await look(wanted());
    void run(steps.slice(0, 1));
    while (!double.guests.has(514)) await new Promise((resolve) => setTimeout(resolve, 20));
    const { changes } = await look(wanted());
    expect(changes.map(({ property }) => property)).toContain("cores");
    await converge(wanted());
    expect(double.writes.filter((write) => write.includes("/clone"))).toHaveLength(1);
  });
});

describe("killed right after a call", () => {
  const whole = { disks: { scsi1: { size: 5 } }, ha: {}, pool: "lab", running: true } as const;

  test.each([1, 2, 3, 4, 5])("number %i, the same again ends with every guest once", async (calls) => {
    const { steps } = await look(wanted(whole));
    expect(steps.length).toBeGreaterThanOrEqual(5);
    await run(steps.slice(0, calls));
    await converge(wanted(whole));
    expect(double.writes.filter((write) => write.includes("/clone"))).toHaveLength(1);
    expect([...double.guests.keys()].toSorted()).toEqual([514, 9999]);
    expect(config()).toMatchObject({ scsi0: "thin:vm-514-disk-0,size=10G", scsi1: "thin:vm-514-disk-1,size=5G", cores: "8" });
    expect(config()).not.toHaveProperty("unused0");
  });
  test("of a change, it is gone on with", async () => {
    await converge(wanted());
    const more = wanted({ cores: 4, disk: 20, disks: { scsi2: { size: 3 } } });
    const { steps } = await look(more);
    for (const calls of steps.keys()) {
      await run((await look(more)).steps.slice(0, calls));
      await converge(more);
      await converge(wanted({ disk: 20, disks: { scsi2: "destroyed" } }));
    }
    expect(double.guests.get(514)).toMatchObject({ running: true, config: { cores: "8" }, pending: {} });
  });
});

describe("the way back", () => {
  test("a guest that was made is destroyed, at the risk of its data", async () => {
    const desired = wanted();
    const back = kind.restore?.(desired, { found: "absent" }, new Map());
    await converge(desired);
    const { changes } = await look(back as ProxmoxVm);
    expect(highestRisk(changes)).toBe("data-loss");
  });
  test.each([
    ["settings are what they were", { cores: 2, onboot: false }, ["cores", "onboot"]],
    ["what was not there is unset", { startup: { order: 3 } }, ["startup"]],
    ["keys are what they were", { keys: ["ssh-ed25519 BBBB other@laptop"] }, ["sshkeys"]],
    ["a disk that was added is taken from it and kept", { disks: { scsi3: { size: 3 } } }, ["scsi3"]],
    ["resolvers that went are there again", { resolvers: [] }, ["nameserver"]],
    ["its power is what it was", { running: false }, ["running"]],
    ["it leaves HA", { ha: {} }, ["ha"]],
  ] as const)("%s", async (_, more, properties) => {
    await converge(wanted());
    const before = structuredClone(config());
    expect(await thereAndBack(more as Partial<ProxmoxVm>)).toEqual(properties);
    const { unused0: _unused, ...now } = config();
    expect(now).toEqual(before);
  });
  test.each([
    ["a disk that grew", { disk: 20 }, "the disk of guest 514 grew, and never shrinks"],
    ["a disk that was taken away", { disks: { scsi1: "detached" } }, "scsi1 of guest 514 was taken away"],
  ] as const)("%s stays", async (_, more, irreversible) => {
    await converge(wanted({ disks: { scsi1: { size: 1 } } }));
    const { found } = await look(wanted(more as Partial<ProxmoxVm>));
    expect(kind.restore?.(wanted(more as Partial<ProxmoxVm>), found, new Map())).toEqual({ irreversible });
  });
});
