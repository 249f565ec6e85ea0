// docs/proxmox.md: its inventory and its playbook are read, and the guest that they mean is valid.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import guest from "../../roles/guest/role.ts";
import { importedCluster } from "../../src/import/proxmox.ts";
import { filesOf } from "../../src/import/write.ts";
import { liveOf } from "../../src/inventory/live.ts";
import { loadInventory } from "../../src/inventory/load.ts";
import { readInventory } from "../../src/inventory/read.ts";
import { validateValue } from "../../src/model/documents/validate.ts";
import type { GuestThere } from "../../src/model/proxmox-seen.ts";
import { viewOf } from "../../src/model/role.ts";
import { loadPlaybook } from "../../src/playbook/load.ts";
import { guestSaid } from "../../src/resources/proxmox-vm/said.ts";
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

test("the source's example is an inventory, with the groups that its playbook names", async () => {
  const page = readFileSync(new URL("../../docs/proxmox.md", import.meta.url), "utf8");
  const [part = "", playbook = ""] = [...page.matchAll(/```yaml\n(# [^\n]*source[\s\S]*?)```/g)].map(([, block = ""]) => block);
  const fingerprint = "AB:".repeat(31).concat("AB");
  const text = `format: 1\nnetworks: { lan: { cidr: 192.168.1.0/24, bridge: vmbr0 } }\n${part.replace("AB:CD:…", fingerprint)}`;
  const unasked = loadInventory({ file: "/lab/inventory.yaml", text });
  const guest = { node: "node005", running: true, tags: ["prod"], address: "10.0.0.7" };
  const guests = [
    { ...guest, id: 101, name: "www", address: "192.168.1.58" },
    { ...guest, id: 102, name: "shop" },
    { ...guest, id: 103, name: "desktop", tags: ["windows"], address: "10.0.0.8" },
  ];
  const live = liveOf(unasked, new Map((unasked.sources ?? []).map((source) => [source, guests])));
  const inventory = loadInventory({ file: "/lab/inventory.yaml", text, live });
  expect([...inventory.hosts.keys()]).toEqual(["node005", "web", "shop"]);
  expect(inventory.hosts.get("shop")?.login).toMatchObject({ address: "10.0.0.7", user: "debian" });
  writeFileSync(join(folder, "source.yaml"), playbook);
  const { uses } = await loadPlaybook({ file: join(folder, "source.yaml"), inventory, runner: undefined, cwd: folder });
  expect(uses.filter(({ role }) => role === "base").map(({ hosts }) => hosts)).toEqual([["web", "shop"]]);
});

test("what the page shows of an import is what it writes, and can be planned", async () => {
  const page = readFileSync(new URL("../../docs/proxmox.md", import.meta.url), "utf8");
  const [, shown = ""] = /# lab\/inventory.yaml, in part\n([\s\S]*?)```/.exec(page) ?? [];
  const fingerprint = "AB:".repeat(31).concat("AB");
  const config = {
    ...{ name: "web", cores: "2", memory: "2048", onboot: "1", tags: "prod", scsi0: "local-lvm:vm-101-disk-0,size=32G" },
    ...{ net0: "virtio=BC:24:11:00:01:01,bridge=vmbr0", ipconfig0: "ip=192.168.1.58/24,gw=192.168.1.1" },
  };
  const seen: GuestThere = { guest: "here", id: 101, node: "node005", type: "qemu", running: true, pending: [], config };
  const files = filesOf(
    importedCluster({
      nodes: [{ name: "node005", here: true, pci: {} }],
      guests: [{ id: 101, name: "web", node: "node005", template: false, said: guestSaid(seen) }],
      way: { address: "192.168.1.105", port: 8006, token: "proxmox.token", trust: { fingerprint } },
    }),
  );
  const written = files.get("inventory.yaml") ?? "";
  expect(written.slice(written.indexOf("hosts:")).replace(fingerprint, '"AB:CD:…"')).toBe(shown);
  const { hosts } = loadInventory({ file: "/lab/inventory.yaml", text: written });
  expect(hosts.get("web")?.vars["vm"]).toMatchObject({ adopt: true });
});
