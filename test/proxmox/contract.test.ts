// The contract of kinds, over the double: twice the same, a probe changes nothing, converged is empty, gone again, and back to what was.
import { expect, test } from "vitest";
import { kinds } from "../../src/resources/registry.ts";
import { type ContractCase, runContract } from "../../src/testing/contract.ts";
import { cluster, double, endpoint, useDouble } from "./bench.ts";

useDouble();

const sha512 = "a".repeat(128);
const url = "https://cloud.example/debian-12.qcow2";
const ostemplate = "local:vztmpl/debian-12.tar.zst";

function cases(): readonly ContractCase[] {
  const at = { cluster: cluster(), node: "pve1" };
  const network = { mac: "bc:24:11:00:03:00", bridge: "vmbr0", address: "dhcp" };
  return [
    { kind: "proxmox.storageContent", name: "an image", desired: { ...at, storage: "local", content: "import", filename: "debian-12.qcow2", url, sha512 } },
    {
      kind: "proxmox.template",
      name: "a template",
      desired: { ...at, id: 9000, name: "debian12", image: "local:import/debian-12.qcow2", storage: "thin", disk: 4 },
    },
    {
      kind: "proxmox.container",
      name: "a container",
      desired: { ...at, id: 300, name: "proxy", ostemplate, storage: "thin", disk: 8, memory: 512, nics: [network], running: true },
    },
    {
      kind: "proxmox.container",
      name: "a stopped one",
      desired: { ...at, id: 301, name: "other", ostemplate, storage: "thin", disk: 8, memory: 512, running: false },
    },
    { kind: "proxmox.pool", name: "a pool", desired: { cluster: cluster(), name: "new", comment: "x", guests: [9999], storages: ["thin"] } },
    { kind: "proxmox.mapping", name: "a mapping", desired: { cluster: cluster(), name: "gpu", devices: [{ node: "pve1", path: "42:00" }] } },
    { kind: "proxmox.cephPool", name: "a pool of Ceph", desired: { ...at, name: "vms", size: 3, autoscale: "on" } },
    { kind: "proxmox.cephHealth", name: "health", desired: { ...at, atWorst: "HEALTH_OK" } },
  ];
}

test("every kind of a cluster keeps it", async () => {
  double.held.web.set(url, sha512);
  double.held.volumes.push({ node: "pve1", volid: ostemplate, size: 1 });
  double.held.ceph = { health: "HEALTH_OK", checks: {}, pools: new Map() };
  const nothing = async (): Promise<never> => Promise.reject(new Error("no shell is needed"));
  const snapshot = async (): Promise<string> =>
    JSON.stringify([[...double.guests], double.writes, double.held.volumes, [...double.held.mappings], [...double.pools]]);
  const host = { shell: { ask: nothing, check: nothing }, writer: { batch: nothing, long: nothing }, endpoint: () => endpoint, snapshot };
  expect(await runContract(host as never, kinds, cases())).toEqual([]);
  expect([double.guests.has(300), double.held.mappings.size, double.pools.has("new"), double.held.volumes.length]).toEqual([false, 0, false, 1]);
});
