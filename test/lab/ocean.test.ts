// The Ocean lab from two bare nodes: its template and ten guests, configured, with their names in DNS, in one apply that is killed in between.
import { createHash } from "node:crypto";
import { Resolver } from "node:dns/promises";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { engineRun, engineTry, ownLabel } from "../../src/lab/engine.ts";
import { bootGuests, type Guests } from "../../src/lab/guests.ts";
import { knownHostsOf, removeHosts } from "../../src/lab/hosts.ts";
import { newKeyPair } from "../../src/lab/key-pair.ts";
import { type Double, proxmoxDouble } from "../../src/lab/proxmox/double.ts";
import { engine, labHost, labImage } from "./hosts.ts";
import { type Project, project } from "./project.ts";
import { passForVm } from "./proxmox-guest.ts";

const net = `10.78.${process.pid % 200}`;
const network = `hlx-ocean-${process.pid}`;
const url = "https://cloud.example/debian-12-generic-amd64.qcow2";
const sha512 = createHash("sha512").update("debian 12").digest("hex");
const keys = newKeyPair();

/** As the lab's own table has them: number, name, address, node, cores, memory. */
const guests = [
  [2000, "dns01", 2, "node005", 1, "1G"],
  [3000, "pihole", 9, "node005", 1, "1G"],
  [4000, "gitlab", 5, "node005", 16, "32G"],
  [5000, "ocean", 143, "node006", 40, "200G"],
  ...[501, 502, 503].map((id): Guest => [id, `kube${id}`, id - 450, "node005", 4, "2G"]),
  ...[511, 512, 513].map((id): Guest => [id, `kube${id}`, id - 457, "node006", 8, "8G"]),
] as const satisfies readonly Guest[];
type Guest = readonly [id: number, name: string, host: number, node: string, cores: number, memory: string];

const containerOf = (name: string): string => `${network}-${name}`;
const inside = (name: string, command: string): Promise<string> => engineRun(engine, ["exec", containerOf(name), "sh", "-c", command]);

let double: Double;
let booting: Guests;
let lab: Project;

beforeAll(async () => {
  await engineRun(engine, ["network", "create", "--label", `${ownLabel}=network`, "--subnet", `${net}.0/24`, "--ip-range", `${net}.192/27`, network]);
  const [node005, node006, made] = await Promise.all([
    labHost({ hostname: "node005", extra: ["--network", network, "--ip", `${net}.105`] }),
    labHost({ hostname: "node006", extra: ["--network", network, "--ip", `${net}.106`] }),
    proxmoxDouble(["node005", "node006"]),
  ]);
  double = made;
  double.held.web.set(url, sha512);
  double.held.devices.set("node006", [
    { id: "0000:42:00.0", class: "0x030000", vendor: "0x10de", device: "0x2684", iommugroup: 14 },
    { id: "0000:02:00.0", class: "0x010700", vendor: "0x1000", device: "0x0072", iommugroup: 15 },
  ]);
  booting = bootGuests(double, {
    engine,
    specOf: (id) => specOf(guests.find(([number]) => number === id)?.[1]),
    prepare: passForVm,
    say: () => undefined,
  });
  lab = project({ "inventory.yaml": inventory(), "token.yaml": `proxmox:\n  token: ${double.token}\n`, "site.yaml": playbook, "key.pub": keys.public });
  writeFileSync(join(lab.folder, "key"), keys.private, { mode: 0o600 });
  const known = await Promise.all([node005, node006].map(({ container }, index) => knownHostsOf(engine, container, `${net}.${105 + index}`)));
  writeFileSync(join(lab.folder, ".home/.ssh/known_hosts"), known.join(""));
  writeFileSync(join(lab.folder, "node.key"), readFileSync(node005.keyFile), { mode: 0o600 });
});
afterAll(async () => {
  await booting.settled();
  await removeHosts(engine, [...guests.map(([, name]) => containerOf(name)), ...guests.map(([, name]) => `${containerOf(name)}-making`)]);
  double.stop();
  await engineTry(engine, ["network", "rm", network]);
});

function specOf(name: string | undefined) {
  return name === undefined ? undefined : { name: containerOf(name), image: labImage, labels: {}, hostname: name, network };
}

function inventory(): string {
  const line = ([id, name, host, node, cores, memory]: Guest): string => {
    const pci = name === "ocean" ? ", pci: [gpu, sas]" : "";
    return `  ${name}: { lan: ${host}, vm: { id: ${id}, node: ${node}, cores: ${cores}, memory: ${memory}${pci} } }\n`;
  };
  return `format: 1
playbook: site.yaml
secrets:
  - command: [cat, token.yaml]
networks:
  lan: { cidr: ${net}.0/24, gateway: 1, bridge: vmbr0, domain: home, dns: [dns01] }
images:
  debian12: { template: 9999, node: node005, storage: thin, url: "${url}", sha512: "${sha512}", os: { id: debian, versionId: "12", codename: bookworm } }
defaults:
  user: debian
  key: key
  vm: { image: debian12, storage: thin, disk: 10G, agent: true, start: boot, keys: key.pub, machine: q35, bios: ovmf }
hosts:
  node005: { lan: 105, user: root, key: node.key }
  node006: { lan: 106, user: root, key: node.key, proxmox: { pci: { gpu: "42:00", sas: "02:00" } } }
${guests.map(line).join("")}groups:
  proxmox: { hosts: "node00*", proxmox: { address: 127.0.0.1, port: ${double.port}, token: !secret proxmox.token, fingerprint: "${double.fingerprint}" } }
`;
}

const playbook = `- hosts: node005
  roles: [proxmox-cluster]
- hosts: all:!proxmox
  roles:
    - base: { packages: [sudo], users: { terrac: { keys: key.pub, sudo: nopasswd } }, motd: "kept by hlx", sshd: { passwordLogin: false } }
- hosts: dns01
  roles:
    - bind: { zones: { home: { from: lan, reverse: true, records: { "*": ocean } } } }
`;

test("a plan of everything, from the image to the names, before anything is there", async () => {
  const { code, stdout, stderr } = await lab.hlx("plan", "-D");
  expect({ code, stderr }).toMatchObject({ code: 0 });
  for (const [id] of guests) expect(stdout).toContain(`proxmox.vm:${id}`);
  expect(stdout).toContain("proxmox.template:9999");
  expect(stdout).toContain("template 9999 is on node005's own storage: its image is imported on node006 instead");
  expect(double.writes).toEqual([]);
});

test("one apply, killed while guests are made and begun again, makes and configures all of them", async () => {
  const made = new Promise<void>((resolve) => {
    double.onWrite = () => {
      if (double.guests.size === 6) resolve();
    };
  });
  const first = lab.start(["apply", "--yes"]);
  await made;
  first.kill("SIGKILL");
  expect((await first.ended).code).toBe(null);
  const { code, stdout, stderr } = await lab.hlx("apply", "--yes");
  expect({ code, stderr, stdout }).toMatchObject({ code: 0 });
  const there = [...double.guests].map(([id, { config, node, running }]) => [id, config["name"], node, running]).toSorted();
  expect(there).toEqual([[9999, "debian12", "node005", false], ...guests.map(([id, name, , node]) => [id, name, node, true])].toSorted());
  for (const [, name] of guests) expect(await inside(name, "cat /etc/motd; id -un terrac; hostname")).toBe(`kept by hlx\nterrac\n${name}\n`);
});

test("every guest has its name and its way back in DNS", async () => {
  const resolver = new Resolver({ timeout: 5000 });
  resolver.setServers([`${net}.2`]);
  for (const [, name, host] of guests) {
    expect(await resolver.resolve4(`${name}.home`)).toEqual([`${net}.${host}`]);
    expect(await resolver.reverse(`${net}.${host}`)).toEqual([`${name}.home`]);
  }
  expect(await resolver.resolve4("anything.home")).toEqual([`${net}.143`]);
});

test("the second plan is empty", async () => {
  const { code, stdout } = await lab.hlx("plan", "--detailed-exitcode");
  expect({ code, stdout }).toMatchObject({ code: 0, stdout: expect.stringMatching(/^No changes\. 12 hosts/) });
});

test("more cores of one guest are one update, which says what it costs", async () => {
  lab.write("inventory.yaml", lab.read("inventory.yaml").replace("id: 511, node: node006, cores: 8", "id: 511, node: node006, cores: 10"));
  const { stdout } = await lab.hlx("plan");
  expect(stdout).toMatch(/~ +kube511 +proxmox\.vm:511 +cores 8 → 10 \(the guest is shut down and started\) +risk reboot +needs --allow reboot/);
  expect(stdout).toMatch(/Plan: 0 to add, 1 to change, 0 to remove/);
  expect(await lab.hlx("apply", "--yes", "--allow", "reboot")).toMatchObject({ code: 0 });
  expect(double.guests.get(511)).toMatchObject({ running: true, config: { cores: "10" }, pending: {} });
});

test("a disk that would shrink is refused at the line that says so", async () => {
  const line =
    lab
      .read("inventory.yaml")
      .split("\n")
      .findIndex((text) => text.includes("  gitlab:")) + 1;
  lab.write("inventory.yaml", lab.read("inventory.yaml").replace("cores: 16, memory: 32G", "cores: 16, memory: 32G, disk: 8G"));
  const { code, stdout } = await lab.hlx("plan");
  expect(stdout).toMatch(
    new RegExp(
      `gitlab +proxmox\\.vm:4000 +blocked: the disk of guest 4000 has 10 GiB, and 8 are wanted: a disk never shrinks.*\\n +inventory\\.yaml:${line}:\\d+\\n`,
    ),
  );
  expect(code).toBe(3);
});
