// From nothing to a configured guest in one apply: the double of Proxmox starts a real host when its guest starts.
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Double, proxmoxDouble } from "../../src/lab/proxmox/double.ts";
import { type LabHost, labHost } from "./hosts.ts";
import { type Project, project } from "./project.ts";
import { motdRole, powerOf } from "./proxmox-guest.ts";

let guest: LabHost;
let double: Double;
let lab: Project;

beforeAll(async () => {
  [guest, double] = await Promise.all([labHost({ user: "ops", hostname: "kube514" }), proxmoxDouble()]);
  // Nothing of its key is written down here: it is told by the agent, a while after it started.
  const file = "/etc/ssh/ssh_host_ed25519_key.pub";
  double.agents.set(514, { silent: 6, files: { [file]: await guest.exec(`cat ${file}`) } });
  await powerOf(double, guest);
  double.guests.set(9999, {
    node: "pve1",
    config: { template: "1", scsi0: "thin:base-9999-disk-0,size=2G", boot: "order=scsi0" },
    running: false,
    pending: {},
  });
  lab = project({
    "inventory.yaml": `format: 1
playbook: site.yaml
secrets:
  - command: [cat, token.yaml]
networks:
  lan: { cidr: 127.0.0.0/8, bridge: vmbr0, domain: home }
images:
  debian12: { template: 9999, os: { id: debian, versionId: "12", codename: bookworm } }
hosts:
  pve1: { address: localhost, proxmox: { port: ${double.port}, token: !secret proxmox.token, fingerprint: "${double.fingerprint}" } }
  kube514: { lan: 127.0.0.1, port: ${guest.port}, user: ops, key: ${guest.keyFile}, vm: { id: 514, node: pve1, image: debian12, storage: thin, cores: 2, memory: 2G, disk: 10G, agent: true } }
`,
    "token.yaml": `proxmox:\n  token: ${double.token}\n`,
    "site.yaml": "- hosts: kube514\n  roles:\n    - motd\n",
    "roles/motd/role.ts": motdRole,
  });
});
afterAll(() => double.stop());

test("the plan shows the guest exactly and what is inside as predicted, without connecting to its address", async () => {
  const { code, stdout, stderr } = await lab.hlx("plan", "--limit", "kube514", "-D");
  expect(stderr + stdout).toContain("proxmox.vm:514");
  expect(stdout).toMatch(/a copy of template 9999/);
  expect(stdout).toMatch(/Plan: 2 to add, 0 to change, 0 to remove/);
  expect(code).toBe(0);
  expect(double.writes).toEqual([]);
});

test("apply makes the guest, waits until it lets us in, and configures it", async () => {
  const { code, stdout, stderr } = await lab.hlx("apply", "--limit", "kube514", "--yes");
  expect({ code, stderr, stdout }).toMatchObject({ code: 0 });
  expect(await guest.exec("cat /etc/motd")).toBe("kube514 runs debian 12\n");
  expect(double.guests.get(514)).toMatchObject({ running: true, config: { cores: "2", scsi0: expect.stringContaining("size=10G") } });
  expect(stdout + stderr).not.toContain(double.token.split("=")[1]);
  expect(stdout + stderr).toContain("its host key was learnt from what made it");
});

test("a second plan finds nothing to do, and the token is nowhere in the project", async () => {
  expect(await lab.hlx("plan", "--limit", "kube514", "--detailed-exitcode")).toMatchObject({ code: 0 });
  const { stdout } = await lab.hlx("history", "--json");
  expect(stdout).not.toContain(double.token.split("=")[1]);
});

test("more cores need a restart that must be allowed, and the guest is configured behind it", async () => {
  const more = lab.read("inventory.yaml").replace("cores: 2", "cores: 4");
  lab.write("inventory.yaml", more);
  expect(await lab.hlx("apply", "--limit", "kube514", "--yes")).toMatchObject({ code: 5 });
  expect(await lab.hlx("apply", "--limit", "kube514", "--yes", "--allow", "reboot")).toMatchObject({ code: 0 });
  expect(double.guests.get(514)).toMatchObject({ running: true, config: { cores: "4" }, pending: {} });
  // With nothing left to do inside, nobody waited for it to come up again.
  await expect.poll(async () => (await lab.hlx("plan", "--limit", "kube514", "--detailed-exitcode")).code, { timeout: 60_000 }).toBe(0);
});

test("hlx rollback puts the settings back, from outside", async () => {
  const { stdout } = await lab.hlx("history", "--json");
  const runs = (JSON.parse(stdout) as { readonly runs: readonly { readonly run: number; readonly exitCode?: number }[] }).runs;
  const last = Math.max(...runs.filter(({ exitCode }) => exitCode === 0).map(({ run }) => run));
  expect(await lab.hlx("rollback", String(last), "--limit", "kube514", "--yes", "--allow", "reboot")).toMatchObject({ code: 0 });
  expect(double.guests.get(514)).toMatchObject({ running: true, config: { cores: "2" } });
});

test("a guest whose line left the inventory is shown, and destroyed only with leave", async () => {
  const left = lab.read("inventory.yaml").replace(/^ {2}kube514: .*\n/m, "");
  lab.write("inventory.yaml", left);
  lab.write("site.yaml", "- hosts: all\n  roles: []\n");
  const { stdout } = await lab.hlx("plan");
  expect(stdout).toMatch(/- +kube514 .*proxmox\.vm:514/);
  expect(await lab.hlx("apply", "--yes")).toMatchObject({ code: 5 });
  expect(double.guests.has(514)).toBe(true);
  await lab.hlx("apply", "--yes", "--allow", "data-loss");
  expect(double.guests.has(514)).toBe(false);
});
