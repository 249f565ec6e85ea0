// A folder of manifests: only what is beneath it, and no more than anybody writes by hand.
import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openFolder } from "../../src/playbook/inputs/manifests/files.ts";

function folderWith(files: Readonly<Record<string, string | Uint8Array>>): string {
  const root = mkdtempSync(join(tmpdir(), "hlx-manifests-"));
  mkdirSync(join(root, "k8s"));
  for (const [path, text] of Object.entries(files)) writeFileSync(join(root, path), text);
  return root;
}

test("a file of 16 MiB is read, and not a byte more after it", () => {
  const root = folderWith({ "k8s/a.yaml": Buffer.alloc(16 * 1024 * 1024, 35), "k8s/b.yaml": "#" });
  const folder = openFolder(join(root, "k8s"));
  expect(folder.text(join(root, "k8s/a.yaml"))).toHaveLength(16 * 1024 * 1024);
  expect(() => folder.text(join(root, "k8s/b.yaml"))).toThrow("more than 2000 files or 16 MiB");
});

test("2,000 files are read, and no more", () => {
  const root = folderWith({ "k8s/a.yaml": "#" });
  const folder = openFolder(join(root, "k8s"));
  for (let count = 0; count < 2000; count++) folder.text(join(root, "k8s/a.yaml"));
  expect(() => folder.text(join(root, "k8s/a.yaml"))).toThrow("more than 2000 files or 16 MiB");
});

test("what a link leads out to is not there", () => {
  const root = folderWith({ "secret.yaml": "a", "k8s/a.yaml": "#" });
  symlinkSync("../secret.yaml", join(root, "k8s/link.yaml"));
  const folder = openFolder(join(root, "k8s"));
  expect(folder.at(join(root, "k8s/link.yaml"))).toMatchObject({ found: "nothing", because: expect.stringContaining("outside") });
  expect(folder.at(join(root, "k8s/a.yaml"))).toMatchObject({ found: "file" });
  expect(folder.at(join(root, "k8s"))).toMatchObject({ found: "folder" });
});
