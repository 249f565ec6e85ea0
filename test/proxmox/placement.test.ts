// The whole way: what hlx validate, plan and status say of guests and their nodes.
import { rmSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Double, proxmoxDouble } from "../../src/lab/proxmox/double.ts";
import { type Desk, newDesk } from "../soak/desk.ts";

let double: Double;
let lab: Desk;
let told: Desk;

beforeAll(async () => {
  double = await proxmoxDouble();
  double.room = { cores: 16, memory: 16_384, storages: { thin: { type: "lvmthin", gib: 100, free: 50 } } };
  double.guests.set(9999, { node: "pve1", config: { template: "1", scsi0: "thin:base-9999-disk-0,size=2G" }, running: false, pending: {} });
  double.guests.set(600, { node: "pve1", config: { memory: "6144" }, running: true, pending: {} });
  const guest = (id: number, memory: string): string => `vm: { id: ${id}, node: pve1, image: debian12, storage: thin, cores: 2, memory: ${memory}, disk: 10G }`;
  const inventory = (has: string): string => `format: 1
playbook: site.yaml
secrets:
  - command: [cat, token.yaml]
networks:
  lan: { cidr: 192.0.2.0/24, bridge: vmbr0 }
images:
  debian12: { template: 9999, os: { id: debian, versionId: "12", codename: bookworm } }
hosts:
  pve1: { address: 127.0.0.1, proxmox: { ${has}port: ${double.port}, token: !secret proxmox.token, fingerprint: "${double.fingerprint}" } }
  one: { lan: 11, ${guest(501, "6G")} }
  two: { lan: 12, ${guest(502, "7G")} }
  huge: { lan: 13, ${guest(503, "17G")} }
`;
  const desk = (has: string): Desk =>
    newDesk(
      {
        "inventory.yaml": inventory(has),
        "token.yaml": `proxmox:\n  token: ${double.token}\n`,
        "site.yaml": "- hosts: one\n  roles: [nothing]\n",
        "roles/nothing/role.ts": `import { defineRole } from "hlx";
export default defineRole({ name: "nothing", summary: "Does nothing.", params: { type: "object", properties: {} }, declare: () => [] });
`,
      },
      [],
    );
  lab = desk("");
  told = desk("memory: 16G, ");
});
afterAll(() => {
  double.stop();
  for (const { folder } of [lab, told]) rmSync(folder, { recursive: true, force: true });
});

describe("guests that do not fit", { timeout: 120_000 }, () => {
  test("validate: where the node says what it has", async () => {
    expect((await lab.hlx("validate")).code).toBe(0);
    const { code, stdout, stderr } = await told.hlx("validate");
    expect(stdout + stderr).toMatch(/inventory\.yaml:13:\d+: guest "huge" asks for 17G of memory, and node "pve1" has 16G/);
    expect(code).toBe(1);
  });
  test("plan: one that is larger than its node is an error, those that are too much together are told, and nothing is sent", async () => {
    const { code, stdout, stderr } = await lab.hlx("plan", "--limit", "one,two,huge");
    expect(stdout + stderr).toContain("guest 503 asks for 17G of memory, and pve1 has 16G");
    expect(stdout).toContain("two/guest/proxmox.vm:502: overcommitted with this plan: memory of node pve1, 19G of 16G by 3");
    expect(code).not.toBe(0);
    expect(double.writes).toEqual([]);
  });
  test("status: the node's line", async () => {
    const { code, stdout } = await lab.hlx("status");
    expect(stdout).toContain("pve1        use    25 % of 16 cores (guests have 1), 8G of 16G memory (guests have 6G), thin 50G of 100G");
    expect(code).toBe(0);
  });
});
