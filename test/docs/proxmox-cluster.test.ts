// docs/proxmox.md, the cluster itself: its inventory and its playbook are read, and all that they mean is valid.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import role from "../../roles/proxmox-cluster/role.ts";
import { readInventory } from "../../src/inventory/read.ts";
import { validateValue } from "../../src/model/documents/validate.ts";
import { viewOf } from "../../src/model/role.ts";
import { loadPlaybook } from "../../src/playbook/load.ts";
import { kinds } from "../../src/resources/registry.ts";

const folder = mkdtempSync(join(tmpdir(), "hlx-docs-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("the example is a cluster that can be planned", async () => {
  const page = readFileSync(new URL("../../docs/proxmox.md", import.meta.url), "utf8");
  const section = page.slice(page.indexOf("## The cluster itself"));
  const [inventoryPart = "", playbook = ""] = [...section.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, block = ""]) => block);
  const whole = `format: 1\nnetworks: { lan: { cidr: 192.168.1.0/24, bridge: vmbr0 } }\n${inventoryPart.replace("AB:CD:…", "AB:".repeat(31).concat("AB"))}`;
  writeFileSync(join(folder, "inventory.yaml"), whole);
  writeFileSync(join(folder, "site.yaml"), playbook);
  const inventory = await readInventory(["inventory.yaml"], { cwd: folder });
  const { assignments } = await loadPlaybook({ file: join(folder, "site.yaml"), inventory, runner: undefined, cwd: folder });
  expect(assignments.map(({ host, role: name }) => [host, name])).toEqual([["node005", "proxmox-cluster"]]);
  const host = inventory.hosts.get("node005");
  if (host === undefined) throw new Error("no node005 in the example");
  const resources = role.declare({ params: assignments[0]?.params as never, host, facts: {} as never, inventory: viewOf(inventory), inputs: {} });
  expect(resources.map(({ kind }) => kind)).toEqual([
    ...["proxmox.mapping", "proxmox.pool", "proxmox.pool", "proxmox.storageContent"],
    ...["proxmox.storageContent", "proxmox.storageContent", "proxmox.template", "proxmox.container"],
  ]);
  for (const { kind, desired, id } of resources)
    expect(validateValue(desired, kinds.find((one) => one.kind === kind)?.schema ?? {}, () => undefined, id)).toEqual([]);
});
