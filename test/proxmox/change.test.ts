// Guests that are there and are changed, through the whole command line: what a line of the inventory costs, and which line is to blame.
import { rmSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Double, proxmoxDouble } from "../../src/lab/proxmox/double.ts";
import { type Desk, inside } from "../soak/desk.ts";
import { clusterDesk, guestLine, inventoryOf } from "./cluster-desk.ts";

let double: Double;
let lab: Desk;
const web = { id: 511, node: "pve1" };
const guests = (more: string, group = "cores: 2"): Parameters<typeof inventoryOf>[1] => ({
  guests: guestLine("web", { ...web, more: `start: boot${more}` }) + guestLine("idle", { id: 512, node: "pve1" }),
  image: "debian12: { template: 9999 }",
  plays: "- hosts: pve1\n  roles: [base]\n",
  groups: `groups:\n  busy: { hosts: web, vm: { ${group} } }\n`,
});
const write = (...given: Parameters<typeof guests>): void => lab.write("inventory.yaml", inventoryOf(double, guests(...given)));
// Nobody logs in to the nodes.
const hlx = (...args: readonly string[]) => inside(lab, [...args, "--limit", "web,idle"]);
const apply = async (...args: readonly string[]): Promise<void> => {
  const { code, stdout, stderr } = await hlx("apply", "--yes", ...args);
  expect(code, stderr + stdout).toBe(0);
};

beforeAll(async () => {
  double = await proxmoxDouble();
  double.guests.set(9999, { node: "pve1", config: { template: "1", scsi0: "thin:base-9999-disk-0,size=2G" }, running: false, pending: {} });
  lab = clusterDesk(double, guests(""));
  await apply();
}, 120_000);
afterAll(() => {
  double.stop();
  rmSync(lab.folder, { recursive: true, force: true });
});

describe("a disk that would shrink is refused by the plan, at the line that wants it", { timeout: 60_000 }, () => {
  const message = "the disk of guest 511 has 10 GiB, and 5 are wanted: a disk never shrinks";
  test.each([
    ["of the host", ", disk: 5G", "cores: 2", "  web: "],
    ["of its group", "", "cores: 2, disk: 5G", "  busy: "],
  ])("%s", async (...[, more, group, line]) => {
    write(more, group);
    const lines = inventoryOf(double, guests(more, group)).split("\n");
    const at = lines.findIndex((one) => one.startsWith(line));
    const column = (lines[at] ?? "").indexOf("disk:") + "disk: ".length;
    const { code, stdout } = await hlx("plan");
    expect(stdout.split("\n").slice(0, 4)).toEqual([
      `  ! web  proxmox.vm:511  blocked: ${message} (write disk: 10G)`,
      `        inventory.yaml:${at + 1}:${column + 1}`,
      `          ${at + 1} | ${lines[at]}`,
      `          ${" ".repeat(String(at + 1).length)} | ${" ".repeat(column)}^^`,
    ]);
    expect(code).toBe(3);
  });
  test("of the defaults, for each guest that has it from there", async () => {
    const text = inventoryOf(double, guests("")).replace("disk: 10G", "disk: 4G");
    lab.write("inventory.yaml", text);
    const at = text.split("\n").findIndex((line) => line.startsWith("  vm: "));
    const { stdout } = await hlx("plan");
    for (const id of [511, 512])
      expect(stdout).toMatch(new RegExp(`the disk of guest ${id} has 10 GiB, and 4 are wanted.*\\n +inventory\\.yaml:${at + 1}:\\d+\\n`));
  });
  test("a further one, at its own line", async () => {
    write(", disks: { scsi1: 20G }");
    await apply();
    write(", disks: { scsi1: 15G }");
    const { stdout } = await hlx("plan");
    expect(stdout).toMatch(
      /the disk scsi1 of guest 511 has 20 GiB, and 15 are wanted: a disk never shrinks \(write disks.scsi1: 20G\)\n +inventory\.yaml:14:\d+\n/,
    );
  });
});

describe("a guest of another node than its template's", { timeout: 60_000 }, () => {
  const far = (image: string): string => inventoryOf(double, { image, guests: guestLine("far", { id: 521, node: "pve2" }) });
  const planned = async (text: string) => {
    lab.write("inventory.yaml", text);
    const { code, stdout } = await inside(lab, ["plan", "--limit", "far"]);
    return { code, lines: stdout.split("\n") };
  };

  test("is refused at the image's line, where nothing says what it could be imported from", async () => {
    const text = far("debian12: { template: 9999 }");
    const at = text.split("\n").findIndex((line) => line.includes("debian12: {")) + 1;
    const { code, lines } = await planned(text);
    expect(lines.slice(0, 3)).toEqual([
      expect.stringMatching(
        /^ {2}! far .* blocked: template 9999 is on pve1's own storage, guest 521 is to be on pve2, and .* \(write url: and sha512: for the image/,
      ),
      `        inventory.yaml:${at}:13`,
      `          ${at} |   debian12: { template: 9999 }`,
    ]);
    expect(code).toBe(3);
  });
  test("is made from the image on its own node, and the plan says so", async () => {
    const { code, lines } = await planned(far('debian12: { template: 9999, volume: "local:import/debian-12.qcow2" }'));
    expect(code).toBe(0);
    expect(lines.slice(0, 2)).toEqual([
      expect.stringMatching(/^ {2}\+ far {2}proxmox\.vm:521 {2}from local:import\/debian-12\.qcow2, /),
      "  · far/guest/proxmox.vm:521: template 9999 is on pve1's own storage: its image is imported on pve2 instead",
    ]);
  });
});

describe("what a guest uses of its node by name is looked for by the plan", { timeout: 60_000 }, () => {
  test("a bridge that is not there, at the line that names it", async () => {
    write(", bridge: vmbr1");
    const { code, stdout } = await hlx("plan");
    expect(stdout).toMatch(
      /! web {2}proxmox\.vm:511 {2}blocked: guest 511 uses the bridge vmbr1, and pve1 has none of that name \(did you mean "vmbr0"\?\)\n +inventory\.yaml:14:\d+\n/,
    );
    expect(code).toBe(3);
  });
  test("a mapping that is not there, at the line that names it", async () => {
    const text = inventoryOf(double, guests(", pci: [gpu]"));
    lab.write("inventory.yaml", text.replace("proxmox: { port", 'proxmox: { pci: { gpu: "0000:42:00" }, port'));
    const blocked = /guest 511 uses the PCI mapping gpu, and there is none of that name for a device of pve1.*\n +inventory\.yaml:14:\d+\n/;
    expect(await hlx("plan")).toMatchObject({ code: 3, stdout: expect.stringMatching(blocked) });
  });
});

test("a guest that is made anew is made from what it would be made from now", { timeout: 60_000 }, async () => {
  const text = inventoryOf(double, {
    image: 'debian12: { template: 9999, node: pve1, volume: "local:import/debian-12.qcow2" }',
    guests: guestLine("far", { id: 521, node: "pve2" }),
  });
  const stepsWhere = async (inventory: string): Promise<readonly string[]> => {
    lab.write("inventory.yaml", inventory);
    const { stdout } = await inside(lab, ["plan", "--limit", "far", "--replace", "far/**", "--json"]);
    return JSON.parse(stdout).entries[0].steps;
  };
  lab.write("inventory.yaml", text);
  expect(await inside(lab, ["apply", "--yes", "--limit", "far"])).toMatchObject({ code: 0 });
  expect(await stepsWhere(text)).toEqual(["destroy", "create from local:import/debian-12.qcow2", "grow its disk to 10G"]);
  const template = double.guests.get(9999);
  Object.assign(template?.config ?? {}, { scsi0: "ceph:base-9999-disk-0,size=2G" });
  double.held.storages.set("ceph", { content: ["images"], shared: true });
  double.room = { ...double.room, storages: { ...double.room.storages, ceph: { type: "rbd", gib: 1000, free: 900, shared: true } } };
  expect((await stepsWhere(text.replace("storage: thin", "storage: ceph"))).slice(0, 2)).toEqual(["destroy", "clone template 9999"]);
  double.guests.delete(521);
  Object.assign(template?.config ?? {}, { scsi0: "thin:base-9999-disk-0,size=2G" });
});

test("cores of one guest: one update, with what it costs", { timeout: 60_000 }, async () => {
  write("");
  await apply();
  double.writes.splice(0);
  write("", "cores: 4");
  const { code, stdout, stderr } = await hlx("plan");
  const [row, totals, next] = stdout.split("\n");
  expect({ code, stderr, row, next }).toEqual({
    code: 0,
    stderr: "",
    row: "  ~ web  proxmox.vm:511  cores 2 → 4 (the guest is shut down and started)  risk reboot   needs --allow reboot",
    next: "Apply:  hlx apply --limit web,idle --allow reboot",
  });
  expect(totals).toMatch(/^Plan: 0 to add, 1 to change, 0 to remove\. 2 hosts, 2 resources, /);
  expect(await hlx("apply", "--yes")).toMatchObject({ code: 5 });
  expect(double.writes).toEqual([]);
  await apply("--allow", "reboot");
  expect(double.writes.map((write) => write.split(" ").slice(0, 2).join(" "))).toEqual([
    "PUT /nodes/pve1/qemu/511/config",
    "POST /nodes/pve1/qemu/511/status/shutdown",
    "POST /nodes/pve1/qemu/511/status/start",
  ]);
  expect(await hlx("plan", "--detailed-exitcode")).toMatchObject({ code: 0 });
});
