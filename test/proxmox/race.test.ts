// Two runs that want one number of a cluster, each with a plan that found it free: the real command line, twice at once.
import { rmSync } from "node:fs";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Double, proxmoxDouble } from "../../src/lab/proxmox/double.ts";
import { type Desk, type HlxRun, inside } from "../soak/desk.ts";
import { clusterDesk, guestLine } from "./cluster-desk.ts";

let double: Double;
let desks: readonly Desk[];

beforeEach(async () => {
  double = await proxmoxDouble();
  double.guests.set(9999, { node: "pve1", config: { template: "1", scsi0: "thin:base-9999-disk-0,size=2G" }, running: false, pending: {} });
});
afterEach(() => {
  double.stop();
  for (const { folder } of desks) rmSync(folder, { recursive: true, force: true });
});

/** Each plans, and sees nobody; then all apply what they planned at once. Who is there first is made to ask again for so long that the others get as far. */
async function race(...names: readonly string[]): Promise<readonly HlxRun[]> {
  desks = names.map((name) =>
    clusterDesk(double, {
      guests: guestLine(name, { id: 514, node: "pve1" }),
      image: "debian12: { template: 9999 }",
      plays: "- hosts: pve1\n  roles: [base]\n",
    }),
  );
  for (const [index, desk] of desks.entries())
    expect(await inside(desk, ["plan", "--limit", names[index] ?? "", "-o", "free.plan"])).toMatchObject({ code: 0 });
  Object.assign(double, { taskMs: 500, busy: 4 });
  return Promise.all(desks.map((desk) => desk.hlx("apply", "--yes", "free.plan")));
}

/** Both asked for it: neither was told before that it is there. */
const asked = (): boolean => {
  const names = double.writes.flatMap((write) => /\/clone .*"description":"([^"]*)"/.exec(write)?.[1] ?? []);
  return names.length > 4 + 1;
};

test("for two guests: one is made, and the other run says whose the number is by now", { timeout: 60_000 }, async () => {
  const runs = await race("web", "db");
  const [won, lost] = runs.toSorted((one, other) => Number(one.code) - Number(other.code));
  const winner = double.guests.get(514)?.config["name"] ?? "";
  expect([won?.code, lost?.code, asked()], runs.map(({ stdout, stderr }) => stdout + stderr).join("\n")).toEqual([0, 3, true]);
  expect(double.guests.get(514)?.config).toMatchObject({ name: winner, description: `managed by hlx as ${winner}`, cores: "1", memory: "1024" });
  expect(lost?.stdout).toContain("somebody else made it");
  const loser = lost === runs[0] ? 0 : 1;
  const again = await inside(desks[loser] as Desk, ["plan", "--limit", ["web", "db"][loser] ?? ""]);
  expect(again.stdout).toContain(`number 514 is the guest "${winner}" on pve1, which hlx did not make (choose another vm.id for`);
});

test("for the same guest, from two clones of the project: both end well, and it is there once", { timeout: 60_000 }, async () => {
  const runs = await race("web", "web");
  expect(
    runs.map(({ code }) => code),
    runs.map(({ stdout, stderr }) => stdout + stderr).join("\n"),
  ).toEqual([0, 0]);
  expect(asked()).toBe(true);
  expect(double.guests.get(514)?.config).toMatchObject({ name: "web", scsi0: "thin:vm-514-disk-0,size=10G", net0: expect.stringContaining("vmbr0") });
  for (const desk of desks) expect(await inside(desk, ["plan", "--limit", "web", "--detailed-exitcode"])).toMatchObject({ code: 0 });
});
