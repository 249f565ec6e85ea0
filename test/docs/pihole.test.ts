// The page on Pi-hole: its inventory and playbook are ones that hlx takes.
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";

const folder = mkdtempSync(join(tmpdir(), "hlx-pihole-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const root = fileURLToPath(new URL("../..", import.meta.url));
const page = readFileSync(join(root, "docs/pihole.md"), "utf8");
const [inventory = "", playbook = "", stack = ""] = [...page.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, text]) => text);
cpSync(join(root, "roles/pihole"), join(folder, "roles/pihole"), { recursive: true });

function validate(site: string): { readonly status: number | null; readonly out: string } {
  writeFileSync(join(folder, "inventory.yaml"), inventory.replace("secrets: secrets.yaml\n", ""));
  writeFileSync(join(folder, "site.yaml"), site);
  const env = { ...process.env, HLX_SECRET_PIHOLE_PASSWORD: "x" };
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, "bin/hlx.js"), "validate"], { cwd: folder, encoding: "utf8", env });
  return { status, out: stdout + stderr };
}

test.each([playbook, stack])("its example is valid: %#", (site) =>
  expect(validate(site)).toMatchObject({ status: 0, out: expect.not.stringContaining("warning") }),
);

test("the twin: a server that nobody knows is refused at its line", () => {
  const { status, out } = validate(playbook.replace("upstreams: [dns01", "upstreams: [dns02"));
  expect([status, out]).toEqual([1, expect.stringMatching(/site\.yaml:\d+:\d+: .*"dns02" is neither an address nor a host/)]);
});
