// The page on names: its inventory and playbooks are ones that hlx takes.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";

const folder = mkdtempSync(join(tmpdir(), "hlx-dns-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const root = fileURLToPath(new URL("../..", import.meta.url));
const page = readFileSync(join(root, "docs/dns.md"), "utf8");
const blocks = [...page.matchAll(/^```yaml\n# (\S+)\n([\s\S]*?)^```/gm)].map(([, file = "", text = ""]) => ({ file, text }));
const [inventory] = blocks.filter(({ file }) => file === "inventory.yaml");
const playbooks = blocks.filter(({ file }) => file === "site.yaml");

function validate(site: string): { readonly status: number | null; readonly out: string } {
  writeFileSync(join(folder, "inventory.yaml"), inventory?.text ?? "");
  writeFileSync(join(folder, "site.yaml"), site);
  const env = { ...process.env, HLX_SECRET_TSIG_TRANSFER: "AAAA" };
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, "bin/hlx.js"), "validate"], { cwd: folder, encoding: "utf8", env });
  return { status, out: stdout + stderr };
}

test.each(playbooks.map(({ text }, index) => [index + 1, text] as const))("its playbook %i is valid", (_, text) =>
  expect(validate(text)).toMatchObject({ status: 0, out: expect.not.stringContaining("warning") }),
);

test("there are playbooks", () => expect(playbooks.length).toBeGreaterThan(1));

test("the twin: a record of nobody is refused", () =>
  expect(validate((playbooks[0]?.text ?? "").replace("k8s-lb: apiserver", "k8s-lb: apisrever"))).toMatchObject({
    status: 1,
    out: expect.stringContaining('"apisrever" is no address, and no host or device of the inventory'),
  }));
