// A guest that hlx is to make says what it is made with, or is refused at its line before anything connects.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { guestFindings } from "../../src/inventory/findings/guests.ts";
import { readInventory } from "../../src/inventory/read.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "hlx-guests-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function findings(vm: string, defaults = "{}") {
  const text = `format: 1
defaults: ${defaults}
hosts:
  pve1: { address: 192.0.2.5, proxmox: { token: !secret a.token } }
  plain: { address: 192.0.2.6 }
  web: { address: 192.0.2.7, vm: ${vm} }
`;
  writeFileSync(join(folder, "inventory.yaml"), text);
  return guestFindings({ inventory: await readInventory("inventory.yaml", { cwd: folder }) });
}

test.each([
  [{ vm: "{ node: pve1 }", said: "and its vm has no id and no storage and no disk", hint: "write vm: { id: 500, storage: local-lvm, disk: 10G }" }],
  [{ vm: "{ id: 500, node: pve1, disk: 8G }", said: "and its vm has no storage", hint: "write vm: { storage: local-lvm }" }],
])("%o is refused at its line", async ({ vm, said, hint }) => {
  const message = `host "web" is made through the API of pve1, ${said}`;
  expect(await findings(vm)).toMatchObject([{ level: "error", message, hint: expect.stringContaining(hint), at: { line: 6 } }]);
});

test.each([
  ["all of it", "{ id: 500, node: pve1, storage: fast, disk: 8G }", "{}"],
  ["all of it with its defaults", "{ id: 500, node: pve1 }", "{ vm: { storage: fast, disk: 8G } }"],
  ["a node whose API nobody asks", "{ id: 500, node: plain }", "{}"],
  ["no node", "{ id: 500 }", "{}"],
])("%s is fine", async (_, vm, defaults) => expect(await findings(vm, defaults)).toEqual([]));
