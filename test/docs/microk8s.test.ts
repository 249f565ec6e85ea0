// The page on MicroK8s: its inventory and playbook are ones that hlx takes.
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";
import { validateIn } from "./validate-in.ts";

const folder = mkdtempSync(join(tmpdir(), "hlx-microk8s-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const root = fileURLToPath(new URL("../..", import.meta.url));
const page = readFileSync(join(root, "docs/microk8s.md"), "utf8");
const [inventory = "", playbook = ""] = [...page.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, text]) => text);
cpSync(join(root, "roles/microk8s"), join(folder, "roles/microk8s"), { recursive: true });

function validate(site: string): { readonly status: number | null; readonly out: string } {
  writeFileSync(join(folder, "inventory.yaml"), inventory);
  writeFileSync(join(folder, "site.yaml"), site);
  return validateIn(folder);
}

test("its example is valid", () => expect(validate(playbook)).toMatchObject({ status: 0, out: expect.not.stringContaining("warning") }));

test("the twin: an address of the API that is lent to others is refused at its line", () => {
  const { status, out } = validate(playbook.replace("vip: apiserver", "vip: 192.168.1.160"));
  expect([status, out]).toEqual([1, expect.stringMatching(/site\.yaml:\d+:\d+: .*inside the range "dhcp"/)]);
});
