// What a playbook's files add to the address plan: every line of text, by the sort of input that asked for it, and each file read once.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { defineRole, type Input, type Role } from "../../src/model/role.ts";
import type { Use } from "../../src/playbook/assign.ts";
import { contributionsOf } from "../../src/playbook/contributions.ts";
import { lookupsIn, resolveInputs } from "../../src/playbook/inputs/resolve.ts";
import { assigned, inventoryOf } from "./world.ts";

let root = "";
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "hlx-contributions-"));
});
afterEach(() => rmSync(root, { recursive: true }));

function write(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

function asking(inputs: Readonly<Record<string, Input>>) {
  const role = defineRole({ name: "plain", summary: "", params: { type: "object", properties: {} }, inputs: () => inputs, declare: () => [] }) as Role;
  const roles = new Map([["plain", { role, folder: join(root, "role") }]]);
  const inventory = inventoryOf(root);
  const lookups = lookupsIn({ inventory, fetch: () => Promise.reject(new Error("nothing is fetched")) });
  const at = { file: "site.yaml", line: 1, column: 1 };
  const use: Use = { role: "plain", as: "plain", params: {}, tags: [], independent: false, checks: [], at, paramAt: () => at, hosts: ["ocean"], order: 0 };
  const assignments = assigned("- hosts: all\n  roles: [plain]");
  const written = async () =>
    (await contributionsOf({ uses: [use], roles, inventory, lookups })).written.map(({ text, at: place }) => [place.file.slice(root.length + 1), text]);
  return { written, inputsOf: resolveInputs({ assignments, roles, inventory, lookups }) };
}

test.each(['{"folder":"/x","files":{"a":"1"}}', '{"manifests":[]}', '{"folder":'])("a file that begins as %s is its lines all the same", async (text) => {
  write("odd.json", text);
  expect(await asking({ a: { input: "file", path: "odd.json" } }).written()).toEqual([["odd.json", text]]);
});

test("a folder is its files, manifests are nobody's text, and what is not there is nothing", async () => {
  write("stacks/a/compose.yaml", "one\ntwo");
  write("kube/a.yaml", "apiVersion: v1\nkind: Namespace\nmetadata: { name: x }\n");
  const { written } = asking({
    folder: { input: "folder", path: "stacks" },
    kube: { input: "manifests", path: "kube" },
    none: { input: "folder", path: "nowhere" },
  });
  expect(await written()).toEqual([
    ["stacks/a/compose.yaml", "one"],
    ["stacks/a/compose.yaml", "two"],
  ]);
});

test("what was read for the address plan is what the role gets: nothing is read twice", async () => {
  write("a.txt", "before");
  const { written, inputsOf } = asking({ a: { input: "file", path: "a.txt" } });
  expect(await written()).toEqual([["a.txt", "before"]]);
  write("a.txt", "after");
  expect(await inputsOf("ocean", "plain")).toEqual({ a: "before" });
});
