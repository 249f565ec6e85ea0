// The page on NVIDIA cards: its inventory and playbook are ones that hlx takes.
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";
import { validateIn } from "./validate-in.ts";

const folder = mkdtempSync(join(tmpdir(), "hlx-nvidia-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const root = fileURLToPath(new URL("../..", import.meta.url));
const page = readFileSync(join(root, "docs/nvidia.md"), "utf8");
const [inventory = "", playbook = ""] = [...page.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, text]) => text);
cpSync(join(root, "roles/nvidia"), join(folder, "roles/nvidia"), { recursive: true });

function validate(site: string): { readonly status: number | null; readonly out: string } {
  writeFileSync(join(folder, "inventory.yaml"), inventory);
  writeFileSync(join(folder, "site.yaml"), site);
  return validateIn(folder);
}

test("its example is valid", () => expect(validate(playbook)).toMatchObject({ status: 0, out: expect.not.stringContaining("warning") }));

test("the twin: a card that goes to a guest is refused at its line", () => {
  const { status, out } = validate('- hosts: node006\n  roles:\n    - nvidia:\n        driver: "535"\n        cards: ["42:00"]\n');
  expect([status, out]).toEqual([1, expect.stringMatching(/site\.yaml:5:\d+: .*passed through to guests/)]);
});
