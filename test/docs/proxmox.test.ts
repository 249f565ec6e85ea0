// docs/proxmox.md: its inventory and its playbook are read, and the guest that they mean is valid.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import guest from "../../roles/guest/role.ts";
import { readInventory } from "../../src/inventory/read.ts";
import { validateValue } from "../../src/model/documents/validate.ts";
import { viewOf } from "../../src/model/role.ts";
import { loadPlaybook } from "../../src/playbook/load.ts";
import { proxmoxVmKind } from "../../src/resources/proxmox-vm.ts";

const folder = mkdtempSync(join(tmpdir(), "hlx-docs-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("the example is a guest that can be planned", async () => {
  const page = readFileSync(new URL("../../docs/proxmox.md", import.meta.url), "utf8");
  const [inventoryPart = "", playbook = ""] = [...page.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, block = ""]) => block);
  const whole = `format: 1\nnetworks: { lan: { cidr: 192.168.1.0/24, bridge: vmbr0 } }\n${inventoryPart.replace("AB:CD:…", "AB:".repeat(31).concat("AB"))}`;
  writeFileSync(join(folder, "inventory.yaml"), whole);
  writeFileSync(join(folder, "site.yaml"), playbook);
  const inventory = await readInventory(["inventory.yaml"], { cwd: folder });
  const { assignments } = await loadPlaybook({ file: join(folder, "site.yaml"), inventory, runner: undefined, cwd: folder });
  expect(assignments.map(({ role, outside }) => [role, outside])).toEqual([
    ["guest", true],
    ["base", undefined],
  ]);
  const host = inventory.hosts.get("kube514");
  if (host === undefined) throw new Error("no kube514 in the example");
  const [resource] = guest.declare({ params: {} as never, host, facts: {} as never, inventory: viewOf(inventory), inputs: {} });
  expect(validateValue(resource?.desired, proxmoxVmKind.schema, () => undefined, "kube514")).toEqual([]);
});
