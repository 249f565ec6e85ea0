// From a bare node to a guest in one apply: image, template, pool and mapping through the API, then the guest made from them, then what is inside.
import { createHash, randomBytes } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Double, proxmoxDouble } from "../../src/lab/proxmox/double.ts";
import { type LabHost, labHost } from "./hosts.ts";
import { type Project, project } from "./project.ts";
import { motdRole, powerOf } from "./proxmox-guest.ts";

let node: LabHost;
let guest: LabHost;
let double: Double;
let lab: Project;
const sha512 = createHash("sha512").update(randomBytes(8)).digest("hex");
const url = "https://cloud.example/debian-12-generic-amd64.qcow2";
const file = `debian-12-generic-amd64-${sha512.slice(0, 8)}.qcow2`;

beforeAll(async () => {
  [node, guest, double] = await Promise.all([labHost({ hostname: "pve1" }), labHost({ user: "ops", hostname: "kube514" }), proxmoxDouble()]);
  await powerOf(double, guest);
  double.held.web.set(url, sha512);
  lab = project(
    {
      "inventory.yaml": `format: 1
playbook: site.yaml
secrets:
  - command: [cat, token.yaml]
networks:
  lan: { cidr: 127.0.0.0/8, bridge: vmbr0, domain: home }
images:
  debian12: { template: 9999, url: "${url}", sha512: "${sha512}", storage: thin, os: { id: debian, versionId: "12", codename: bookworm } }
hosts:
  pve1: { address: 127.0.0.1, port: ${node.port}, user: root, key: ${node.keyFile}, proxmox: { port: ${double.port}, token: !secret proxmox.token, fingerprint: "${double.fingerprint}", pci: { gpu: "42:00" } } }
  kube514: { lan: 127.0.0.1, port: ${guest.port}, user: ops, key: ${guest.keyFile}, vm: { id: 514, node: pve1, image: debian12, storage: thin, cores: 2, memory: 2G, disk: 10G, agent: true, pool: kube } }
`,
      "token.yaml": `proxmox:\n  token: ${double.token}\n`,
      "site.yaml": "- hosts: kube514\n  roles: [motd]\n- hosts: pve1\n  roles:\n    - proxmox-cluster: { pools: { kube: { comment: guests } } }\n",
      "roles/motd/role.ts": motdRole,
    },
    [node, guest],
  );
});
afterAll(() => double.stop());

test("the plan shows everything before anything is there", async () => {
  const { code, stdout, stderr } = await lab.hlx("plan", "-D");
  expect({ code, stderr }).toMatchObject({ code: 0 });
  for (const part of [
    `proxmox.storageContent:pve1/local:import/${file}`,
    "proxmox.template:9999",
    "proxmox.pool:kube",
    "proxmox.mapping:gpu",
    "proxmox.vm:514",
    "/etc/motd",
  ])
    expect(stdout).toContain(part);
  expect(double.writes).toEqual([]);
});

test("one apply: download, template, then the guest from it, then what is inside", async () => {
  const { code, stdout, stderr } = await lab.hlx("apply", "--yes");
  expect({ code, stderr, stdout }).toMatchObject({ code: 0 });
  const posts = double.writes.filter((write) => write.startsWith("POST")).map((write) => write.split(" ")[1]);
  expect(posts.indexOf("/nodes/pve1/qemu/9999/template")).toBeLessThan(posts.indexOf("/nodes/pve1/qemu/9999/clone"));
  expect(double.guests.get(9999)?.config["template"]).toBe("1");
  expect(double.guests.get(514)).toMatchObject({ running: true, pool: "kube", config: { scsi0: expect.stringContaining("size=10G") } });
  expect(double.held.mappings.get("gpu")?.map).toEqual(["id=10de:2684,iommugroup=14,node=pve1,path=0000:42:00,subsystem-id=1043:88a9"]);
  expect(await guest.exec("cat /etc/motd")).toBe("kube514 runs debian 12\n");
});

test("a second plan finds nothing to do", async () => {
  expect(await lab.hlx("plan", "--detailed-exitcode")).toMatchObject({ code: 0 });
});

test("what is declared no more is removed, and the guest stays", async () => {
  lab.write("site.yaml", "- hosts: kube514\n  roles: [motd]\n- hosts: pve1\n  roles:\n    - proxmox-cluster: { mappings: false }\n");
  const { stdout } = await lab.hlx("plan", "--limit", "pve1");
  expect(stdout).toContain("proxmox.mapping:gpu");
  expect(stdout).toContain("proxmox.pool:kube");
  expect(await lab.hlx("apply", "--limit", "pve1", "--yes")).toMatchObject({ code: 0 });
  expect([double.held.mappings.size, double.pools.has("kube"), double.guests.has(514)]).toEqual([0, false, true]);
});

test("hlx doctor looks at the node's API", async () => {
  double.permissions = { "/": { "Sys.Audit": 1 } };
  const { stdout } = await lab.hlx("doctor", "pve1");
  expect(stdout).toMatch(/api certificate/);
  expect(stdout).toContain("pveum acl modify /vms --roles hlx-vms --users 'hlx@pve' --tokens 'hlx@pve!test'");
});
