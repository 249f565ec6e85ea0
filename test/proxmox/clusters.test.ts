// The doubles that a rehearsal starts: what they hold at first, what outlives a command, and whom the twins ask.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { readInventory } from "../../src/inventory/read.ts";
import { cloudInitOf } from "../../src/lab/cloud-init.ts";
import { clustersOf, hostOf, type RunningCluster, startClusters, withClusters } from "../../src/lab/clusters.ts";
import { certificate } from "../../src/lab/proxmox/config.ts";
import type { Inventory } from "../../src/model/host.ts";
import { proxmoxClusterOf } from "../../src/model/proxmox-cluster.ts";

const text = `format: 1
networks:
  lan: { cidr: 192.168.1.0/24, gateway: 1, bridge: vmbr7 }
images:
  debian12: { template: 9999, node: pve2, url: "https://cloud.example/debian.qcow2", sha512: "${"AB".repeat(64)}" }
defaults:
  vm: { image: debian12, storage: fast, cores: 40, memory: 500G, disk: 64G, pool: kube }
hosts:
  pve1: { lan: 5, proxmox: { token: !secret a.token, pci: { gpu: "42:00" } } }
  pve2: { lan: 6, proxmox: { token: !secret a.token } }
  alone: { lan: 7, proxmox: { user: root@pam, password: !secret b.password, ca: "-----BEGIN CERTIFICATE-----" } }
  kube501: { lan: 51, vm: { id: 501, node: pve1, bridge: vmbr8, pci: [gpu] } }
  kube502: { lan: 52, vm: { id: 502, node: pve2, disks: { scsi1: { storage: slow, size: 100G } } } }
  other: { lan: 53, vm: { id: 503, node: alone } }
`;

let folder: string;
let inventory: Inventory;
const running: RunningCluster[] = [];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "hlx-clusters-"));
  writeFileSync(join(folder, "inventory.yaml"), text);
  inventory = await readInventory("inventory.yaml", { cwd: folder });
});
afterEach(() => {
  for (const { double } of running.splice(0)) double.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function start(bare: readonly string[] = []): Promise<readonly RunningCluster[]> {
  const started = await startClusters({ inventory, folder, bare: new Set(bare), certify: async () => certificate() });
  running.push(...started);
  return started;
}

test("nodes with one token are one cluster, and hosts on them are its guests", () => {
  const names = clustersOf(inventory).map(({ nodes, guests }) => [nodes.map(({ name }) => name), guests.map(({ name }) => name)]);
  expect(names).toEqual([
    [
      ["pve1", "pve2"],
      ["kube501", "kube502"],
    ],
    [["alone"], ["other"]],
  ]);
});

describe("a fresh double", () => {
  test("has the hardware that the inventory takes for granted, and what guests name where the playbook does not make it", async () => {
    const [{ double } = undefined as never] = await start();
    expect([[...double.held.storages.keys()].slice(-2), [...double.bridges], double.held.devices.get("pve1")]).toEqual([
      ["fast", "slow"],
      ["vmbr0", "vmbr7", "vmbr8"],
      [expect.objectContaining({ id: "0000:42:00.0" })],
    ]);
    expect([double.guests.get(9999), [...double.pools], [...double.held.mappings.keys()]]).toEqual([
      expect.objectContaining({ node: "pve2", config: expect.objectContaining({ template: "1", name: "debian12" }) }),
      ["lab", "kube"],
      ["gpu"],
    ]);
    expect(double.room.cores).toBeGreaterThan(80);
    expect(double.held.web.get("https://cloud.example/debian.qcow2")).toBe("ab".repeat(64));
  });
  test("is bare where the playbook works on a node through its API", async () => {
    const [first, second] = await start(["pve2"]);
    expect([first?.double.guests.size, first?.double.held.mappings.size]).toEqual([0, 0]);
    expect(second?.double.guests.size).toBe(0);
  });
});

test("what was changed is there for the next command, with the same token and another port", async () => {
  const [first] = await start();
  first?.double.guests.set(501, { node: "pve1", config: { name: "kube501" }, running: true, pending: {} });
  first?.double.onWrite({} as never);
  const [again] = await start();
  expect(again?.double.guests.get(501)).toEqual({ node: "pve1", config: { name: "kube501" }, running: true, pending: {} });
  expect(again?.double.token).toBe(first?.double.token);
  expect(again?.double.port).not.toBe(first?.double.port);
});

test("twins ask their own double and nobody else, with a token of its own", async () => {
  const clusters = await start();
  const twins = withClusters(inventory, clusters, ".hlx/lab/key.pub");
  const [one, two] = clusters;
  const at = (cluster: RunningCluster | undefined) => ({ server: `127.0.0.1:${cluster?.double.port}`, fingerprint: cluster?.double.fingerprint });
  expect(proxmoxClusterOf("pve2", twins)).toEqual({ ...at(one), token: { secret: "twin.proxmox.0" }, also: [at(one)] });
  expect(proxmoxClusterOf("alone", twins)).toEqual({ ...at(two), token: { secret: "twin.proxmox.1" } });
  expect(twins.secretValues?.get("twin.proxmox.0")).toBe(one?.double.token);
  expect([twins.hosts.get("kube501")?.vars["vm"], twins.hosts.get("kube501")?.login.double]).toEqual([
    expect.objectContaining({ id: 501, keys: [".hlx/lab/key.pub"] }),
    one?.double.fingerprint,
  ]);
  expect([hostOf(502, clusters[0] as RunningCluster)?.name, hostOf(9999, clusters[0] as RunningCluster)]).toEqual(["kube502", undefined]);
});

test.each([
  [{}, { user: "debian", keys: [] }],
  [
    { ciuser: "ops", sshkeys: encodeURIComponent("ssh-ed25519 A a\nssh-rsa B\n") },
    { user: "ops", keys: ["ssh-ed25519 A a", "ssh-rsa B"] },
  ],
  [{ ipconfig0: "ip=192.168.1.2/24,gw=192.168.1.1" }, { user: "debian", keys: [], address: "192.168.1.2/24" }],
  [{ ipconfig0: "gw=192.168.1.1,ip=192.168.1.2/24" }, { user: "debian", keys: [], address: "192.168.1.2/24" }],
  [{ ipconfig0: "ip=dhcp" }, { user: "debian", keys: [] }],
])("cloud-init of %o", (config, settings) => expect(cloudInitOf(config as Record<string, string>)).toEqual(settings));
