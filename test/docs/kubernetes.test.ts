// The page on Kubernetes: its inventory, playbook and manifests are ones that hlx takes, and what it says of wrong ones is what hlx says.
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";

const folder = mkdtempSync(join(tmpdir(), "hlx-kubernetes-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const root = fileURLToPath(new URL("../..", import.meta.url));
const page = readFileSync(join(root, "docs/kubernetes.md"), "utf8");
const files = new Map([...page.matchAll(/^```yaml\n# (\S+)\n([\s\S]*?)^```/gm)].map(([, file = "", text = ""]) => [file, text]));
cpSync(join(root, "roles/manifests"), join(folder, "roles/manifests"), { recursive: true });

function validate(changed: Readonly<Record<string, (text: string) => string>> = {}): { readonly status: number | null; readonly out: string } {
  for (const [file, text] of files) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), changed[file]?.(text) ?? text);
  }
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, "bin/hlx.js"), "validate"], { cwd: folder, encoding: "utf8" });
  return { status, out: stdout + stderr };
}

test("its example is valid, without a warning", () => {
  expect(files.size).toBe(6);
  expect(validate()).toMatchObject({ status: 0, out: expect.not.stringContaining("warning") });
});

test.each<readonly [string, string, (text: string) => string, number, RegExp]>([
  [
    "a dangling path",
    "k8s/databases/kustomization.yaml",
    (text) => text.replace("claim.yaml", "clam.yaml"),
    1,
    /databases\/kustomization\.yaml:1:\d+: the kustomization names clam\.yaml: there is no such file/,
  ],
  [
    "a node that nobody is",
    "k8s/apps/web.yaml",
    (text) => text.replace("disk: ssd", "disk: nvme"),
    0,
    /web\.yaml:20:\d+: no host of the inventory is a node for Deployment homelab\/web, which asks for disk=nvme/,
  ],
  [
    "an image of the day",
    "k8s/apps/web.yaml",
    (text) => text.replace("nginx:1.27", "nginx:latest"),
    0,
    /web\.yaml:23:\d+: Deployment homelab\/web runs nginx:latest/,
  ],
  [
    "data on one node",
    "k8s/databases/claim.yaml",
    (text) => text.replace("nfs", "local-path"),
    0,
    /claim\.yaml:6:\d+: the data of PersistentVolumeClaim homelab\/db are on one node/,
  ],
  [
    "a secret in clear",
    "k8s/apps/web.yaml",
    (text) => text.replace("!secret web.password", "hunter2"),
    0,
    /web\.yaml:9:\d+: Secret homelab\/web holds PASSWORD in clear/,
  ],
  [
    "a port of two services",
    "k8s/apps/web.yaml",
    (text) =>
      `${text}${["a", "b"].map((name) => `---\napiVersion: v1\nkind: Service\nmetadata: { name: ${name} }\nspec: { type: NodePort, ports: [{ port: 80, nodePort: 30300 }] }\n`).join("")}`,
    1,
    /port 30300\/tcp of host "kube501" is published by Service homelab\/a and by Service homelab\/b/,
  ],
])("the twin: %s is told at its line", (...[, file, change, status, told]) => {
  const said = validate({ [file]: change });
  expect([said.status, said.out.replaceAll(/\n\s*/g, " ")]).toEqual([status, expect.stringMatching(told)]);
});
