// The inventory in Ansible's form that comes with hlx: read, and planned for with its playbook.
import { expect, test } from "vitest";
import { readInventory } from "../../src/inventory/read.ts";
import { loadPlaybook } from "../../src/playbook/load.ts";

const cwd = new URL("../../", import.meta.url).pathname;

test("inventory/pesulabs has the two machines, their logins and their variables", async () => {
  const inventory = await readInventory(["inventory/pesulabs"], { cwd });
  expect([...inventory.hosts.values()].map(({ name, login, groups }) => [name, login.address, login.user, groups])).toEqual([
    ["asuna", "100.81.76.55", "pesu", ["pesulabs", "workstations"]],
    ["pesubuntu", "100.86.122.109", "pesu", ["pesulabs", "workstations"]],
  ]);
  expect(inventory.hosts.get("asuna")?.vars).toMatchObject({ gpu: true, site: "homelab.pesulabs.net" });
  expect(inventory.warnings).toEqual([]);
});

test("playbooks/pesulabs.yaml fits it", async () => {
  const inventory = await readInventory(["inventory/pesulabs"], { cwd });
  const { assignments } = await loadPlaybook({ file: `${cwd}playbooks/pesulabs.yaml`, inventory, runner: undefined, cwd });
  expect(assignments.map(({ host, role }) => `${host}/${role}`)).toEqual(["asuna/base", "pesubuntu/base", "asuna/nvidia", "pesubuntu/nvidia"]);
});

test("playbooks/kube.yaml makes one cluster of the example's six nodes", async () => {
  const inventory = await readInventory(["inventory.example.yaml"], { cwd });
  const { assignments } = await loadPlaybook({ file: `${cwd}playbooks/kube.yaml`, inventory, runner: undefined, cwd });
  expect(assignments.filter(({ role }) => role === "microk8s").map(({ host }) => host)).toEqual(
    ["501", "502", "503", "511", "512", "513"].map((id) => `kube${id}`),
  );
});
