// docs/proxmox.md, a node itself: its inventory and its playbook are ones that hlx takes.
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";
import { validateIn } from "./validate-in.ts";

const folder = mkdtempSync(join(tmpdir(), "hlx-proxmox-host-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const root = fileURLToPath(new URL("../..", import.meta.url));
const page = readFileSync(join(root, "docs/proxmox.md"), "utf8");
const section = page.slice(page.indexOf("## A node itself"), page.indexOf("## What fits"));
const [inventory = "", playbook = ""] = [...section.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, text]) => text);
cpSync(join(root, "roles/proxmox-host"), join(folder, "roles/proxmox-host"), { recursive: true });

function validate(site: string): { readonly status: number | null; readonly out: string } {
  writeFileSync(join(folder, "inventory.yaml"), inventory);
  writeFileSync(join(folder, "site.yaml"), site);
  return validateIn(folder);
}

test("its example is valid", () => expect(validate(playbook)).toMatchObject({ status: 0, out: expect.not.stringContaining("warning") }));

test("the twin: a port that is used twice is refused at its place", () => {
  const { status, out } = validate(playbook.replace("[eno3]", "[eno2]"));
  expect([status, out]).toEqual([1, expect.stringMatching(/site\.yaml:12:\d+: .*"eno2" is a port of bond0 already, and of vmbr1 here/)]);
});
