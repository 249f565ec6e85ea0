// The kind proxmox.vm over the connection and the double: what is planned is what is done, and a second look finds nothing.
import { beforeEach, describe, expect, test } from "vitest";
import { validateValue } from "../../src/model/documents/validate.ts";
import { highestRisk } from "../../src/model/kind.ts";
import { propertiesOf, sizeOf } from "../../src/resources/proxmox/properties.ts";
import type { ProxmoxVm } from "../../src/resources/proxmox-vm/desired.ts";
import { settingsOf } from "../../src/resources/proxmox-vm/settings.ts";
import { proxmoxVmKind as kind } from "../../src/resources/proxmox-vm.ts";
import { converge, double, look, run, titles, useDouble, wanted } from "./bench.ts";

useDouble();

describe("creating", () => {
  test("from a template: cloned, set, grown, started", async () => {
    expect(titles((await look(wanted())).steps)).toEqual([
      "clone template 9999",
      "set its cores, memory, network and cloud-init",
      "grow its disk to 10G",
      "start",
    ]);
    expect(await converge(wanted())).toMatchObject({ from: "a copy of template 9999", cores: "8", disk: "10G", running: true });
    expect(double.guests.get(514)).toMatchObject({
      node: "pve1",
      running: true,
      config: { name: "kube514", net0: "virtio=BC:24:11:00:05:14,bridge=vmbr0", scsi0: "thin:vm-514-disk-0,size=10G" },
    });
  });
  test("from a template, linked", async () => {
    await converge(wanted({ linked: true }));
    expect(double.writes[0]).not.toContain("storage");
  });
  test("from an image, with the disk and cloud-init's drive", async () => {
    const { template: _, ...desired } = wanted({ image: "local:import/debian-12.qcow2" });
    await converge(desired);
    expect(double.guests.get(514)?.config).toMatchObject({
      scsi0: "thin:vm-514-disk-0,discard=on,iothread=1,size=10G",
      ide2: "thin:vm-514-cloudinit,media=cdrom",
    });
  });
  test("a bridge that is gone by then fails at the start, with the node's words", async () => {
    double.bridges.add("vmbr9");
    const { steps } = await look(wanted({ nics: [{ mac: "bc:24:11:00:05:14", bridge: "vmbr9" }] }));
    double.bridges.delete("vmbr9");
    expect((await run(steps)).at(-1)).toMatchObject({ result: "failed", because: expect.stringContaining("bridge 'vmbr9' does not exist") });
  });
  test("cut off while it clones: the clone is gone on with, not made twice", async () => {
    double.dropAnswers = true;
    const first = await run((await look(wanted())).steps);
    expect(first).toEqual([expect.objectContaining({ result: "unknown" })]);
    double.dropAnswers = false;
    await converge(wanted());
    expect(double.writes.filter((write) => write.includes("/clone"))).toHaveLength(1);
  });
  test("a number that another run took meanwhile fails, and the next plan says who has it", async () => {
    const { steps } = await look(wanted());
    double.guests.set(514, { node: "pve2", config: { name: "theirs" }, running: false, pending: {} });
    expect((await run(steps))[0]).toMatchObject({ result: "failed", because: expect.stringContaining("VM 514") });
    expect((await look(wanted())).found).toMatchObject({ because: { message: 'number 514 is the guest "theirs" on pve2, which hlx did not make' } });
  });
});

describe("changing", () => {
  beforeEach(async () => {
    await converge(wanted());
    double.writes.splice(0);
  });

  test.each([
    ["tags, at once", { tags: ["a", "kube"] }, "none", ["set tags"]],
    ["a network card's VLAN, at once and with its MAC", { nics: [{ mac: "bc:24:11:00:05:14", bridge: "vmbr0", vlan: 20 }] }, "none", ["set net0"]],
    ["cores, with a restart that is a step of the plan", { cores: 4 }, "reboot", ["set cores", "shut down", "start"]],
    ["resolvers that go", { resolvers: [] }, "none", ["unset nameserver"]],
    ["its disk, which grows", { disk: 20 }, "none", ["grow its disk to 20G"]],
    ["its power", { running: false }, "restart", ["shut down"]],
  ] as const)("%s", async (_, more, ...expected) => {
    const desired = wanted(more as Partial<ProxmoxVm>);
    const { changes, steps } = await look(desired);
    expect([highestRisk(changes), titles(steps)]).toEqual(expected);
    await converge(desired);
    expect(double.guests.get(514)?.config["net0"]).toContain("BC:24:11:00:05:14");
  });
  test("a stopped guest needs no restart", async () => {
    await converge(wanted({ running: false }));
    const { changes, steps } = await look(wanted({ running: false, cores: 4 }));
    expect([highestRisk(changes), titles(steps)]).toEqual(["none", ["set cores"]]);
  });
  test("a setting that somebody else changed and that waits for the next start is seen", async () => {
    const guest = double.guests.get(514);
    if (guest !== undefined) guest.pending = { cores: "8" };
    const { changes } = await look(wanted());
    expect(changes).toMatchObject([{ property: "cores", after: { value: "8" }, risk: "reboot" }]);
    await converge(wanted());
  });
  test("a guest that moved to another node is found there", async () => {
    const guest = double.guests.get(514);
    if (guest !== undefined) guest.node = "pve2";
    expect((await look(wanted())).changes).toEqual([]);
    await converge(wanted({ tags: ["moved"] }));
    expect(double.writes[0]).toMatch(/^PUT \/nodes\/pve2\//);
  });
  test("a disk that would shrink is refused, with what to write", async () => {
    expect((await look(wanted({ disk: 5 }))).found).toMatchObject({
      because: { message: "the disk of guest 514 has 10 GiB, and 5 are wanted: a disk never shrinks", hint: "write disk: 10G" },
    });
    expect(double.writes).toEqual([]);
  });
  test("it is destroyed only when that is desired, with the risk of data", async () => {
    const desired = kind.absent?.(wanted()) ?? wanted();
    const { changes, steps } = await look(desired);
    expect([highestRisk(changes), titles(steps)]).toEqual(["data-loss", ["shut down", "destroy"]]);
    await converge(desired);
    expect(double.guests.has(514)).toBe(false);
  });
});

describe("what is not hlx's", () => {
  const theirs = { node: "pve2", config: { name: "theirs", cores: "8", memory: "8192", agent: "1" }, running: true, pending: {} };

  test("a guest without the mark is refused, and taken over on request without being made anew", async () => {
    double.guests.set(514, structuredClone(theirs));
    expect((await look(wanted())).found).toMatchObject({ found: "unknown", because: { hint: expect.stringContaining("hlx adopt kube514") } });
    await converge(wanted({ adopt: true }));
    expect(double.writes.every((write) => write.startsWith("PUT"))).toBe(true);
    expect((await look(wanted())).changes).toEqual([]);
  });
  test("a guest that the token may not see is refused", async () => {
    double.guests.set(514, structuredClone(theirs));
    double.blind = true;
    expect((await look(wanted())).found).toMatchObject({ because: { code: "privilege" } });
  });
  test.each(["backup", "migrate", "snapshot", "suspended", "clone", "create"])("a stranger's guest is refused also while it is locked: %s", async (lock) => {
    double.guests.set(514, { ...structuredClone(theirs), config: { ...theirs.config, lock } });
    expect((await look(wanted())).found).toMatchObject({
      because: { message: 'number 514 is the guest "theirs" on pve2, which hlx did not make', hint: expect.stringContaining("hlx adopt kube514") },
    });
  });
  test("a guest of hlx is its own also while it is backed up", async () => {
    await converge(wanted());
    const guest = double.guests.get(514);
    if (guest !== undefined) guest.config["lock"] = "backup";
    expect((await look(wanted())).found).toMatchObject({ found: "present", actual: { ours: true } });
  });
  test("one that is being cloned is waited for by whoever plans", async () => {
    double.guests.set(514, { node: "pve1", config: { description: " qmclone temporary file", lock: "clone" }, running: false, pending: {} });
    expect((await look(wanted())).found).toMatchObject({ because: { message: "guest 514 on pve1 is being made (lock clone)" } });
  });
});

describe("two looks in a row", () => {
  test("are equal, and nothing volatile is in them", async () => {
    await converge(wanted());
    const { found } = await look(wanted());
    expect((await look(wanted())).found).toEqual(found);
    expect(JSON.stringify(found)).not.toMatch(/vmgenid|smbios1|digest/);
  });
});

describe("property strings", () => {
  test.each([
    ["net0", "virtio=bc:24:11:00:05:14,mtu=9000,bridge=vmbr0,firewall=1", "virtio=BC:24:11:00:05:14,bridge=vmbr0,firewall=1,mtu=9000"],
    ["net0", "e1000e=bc:24:11:00:05:14,bridge=vmbr0", "e1000e=BC:24:11:00:05:14,bridge=vmbr0"],
    ["net0", "model=virtio,macaddr=BC:24:11:00:05:14,bridge=vmbr0,tag=5", "virtio=BC:24:11:00:05:14,bridge=vmbr0,tag=5"],
    ["agent", "1", "enabled=1"],
    ["agent", "fstrim_cloned_disks=1,enabled=1", "enabled=1,fstrim_cloned_disks=1"],
    ["agent", "0", "enabled=0"],
    ["cpu", "flags=+aes,cputype=host", "host,flags=+aes"],
    ["cpu", "cputype=host", "host"],
    ["tags", "B;a".toLowerCase(), "a;b"],
    ["ipconfig0", "gw=10.0.0.1,ip=10.0.0.2/24", "gw=10.0.0.1,ip=10.0.0.2/24"],
    ["ipconfig0", "ip=10.0.0.2/24,gw=10.0.0.1", "gw=10.0.0.1,ip=10.0.0.2/24"],
    ["sshkeys", "ssh-ed25519%20AAAA%20me%40laptop%0A", "ssh-ed25519 AAAA me@laptop"],
    ["sshkeys", "%E0%A4%A", "%E0%A4%A"],
    ["hostpci0", "gpu,pcie=1", "mapping=gpu,pcie=1"],
    ["hostpci0", "mapping=gpu,pcie=0", "mapping=gpu"],
    ["machine", "type=q35,viommu=intel", "q35,viommu=intel"],
    ["memory", "current=2048", "2048"],
    ["description", "text\n", "text"],
  ])("%s %s is %s", (key, value, text) => expect(settingsOf({ [key]: value }, [key])).toEqual({ [key]: text }));

  test.each([
    ["thin:vm-1-disk-0,size=32G", 32],
    ["local:1/vm-1-disk-0.raw,size=2252M", 2252 / 1024],
    ["thin:x,size=1T", 1024],
    ["thin:x", undefined],
    [undefined, undefined],
  ])("%s has %s GiB", (disk, size) => expect(sizeOf(disk)).toBe(size));
  test("a bare first value stands for its key", () => expect(propertiesOf("local:5,ssd=1", "file")).toEqual({ file: "local:5", ssd: "1" }));
});

describe("desired states", () => {
  const wrong = (value: unknown) => validateValue(value, kind.schema, () => undefined, "vm").map(({ message }) => message);

  test("a whole one and an absent one are valid", () => {
    expect(wrong(wanted())).toEqual([]);
    expect(wrong(kind.absent?.(wanted()))).toEqual([]);
  });
  test.each([
    ["an underscore in its name", { name: "kube_514" }],
    ["a number below 100", { id: 99 }],
    ["a card without a MAC", { nics: [{ bridge: "vmbr0" }] }],
    ["an unknown key", { memmory: 1 }],
    ["a tag that Proxmox refuses", { tags: ["Bad Tag"] }],
  ])("%s is refused", (_, more) => expect(wrong({ ...wanted(), ...more })).not.toEqual([]));
});
