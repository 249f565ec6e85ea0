// The package as it is installed: beneath node_modules, compiled, with all that it needs of this repository in it.
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, globSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makePackage } from "../../scripts/package.ts";

const home = mkdtempSync(join(tmpdir(), "hlx-installed-"));
const installed = join(home, "node_modules", "hlx");
const project = join(home, "project");

beforeAll(() => {
  makePackage(installed);
  for (const name of readdirSync("node_modules")) if (name !== ".bin") symlinkSync(resolve("node_modules", name), join(home, "node_modules", name));
  mkdirSync(join(project, "roles", "hello"), { recursive: true });
  for (const name of ["inventory.example.yaml", "playbooks", "keys"]) cpSync(name, join(project, name), { recursive: true });
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

function hlx(...words: readonly string[]): { readonly status: number | null; readonly text: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(installed, "bin/hlx.js"), ...words], { cwd: project, encoding: "utf8" });
  return { status, text: stdout + stderr };
}

describe("an installed hlx", () => {
  test("has no TypeScript to run, and types for editors", () => {
    expect(globSync("{bin,src,roles}/**/*.ts", { cwd: installed }).filter((path) => !path.endsWith(".d.ts"))).toEqual([]);
    const { exports } = JSON.parse(readFileSync(join(installed, "package.json"), "utf8")) as { exports: Record<string, string> };
    for (const path of Object.values(exports)) {
      expect(existsSync(join(installed, path))).toBe(true);
      expect(existsSync(join(installed, path.replace(/\.js$/, ".d.ts")))).toBe(true);
    }
  });

  test("validates the example with the roles that come with it", () => {
    expect(hlx("validate", "inventory.example.yaml")).toMatchObject({ status: 0, text: expect.stringContaining("Valid.") });
  });

  test("shows the reference", () => expect(hlx("doc", "base")).toMatchObject({ status: 0, text: expect.stringContaining("timezone") }));

  test("plans this machine with a role of the user's own, in TypeScript", () => {
    const role = `import { defineRole, file } from "hlx";
const params = { type: "object", properties: {}, additionalProperties: false } as const;
export default defineRole({ name: "hello", summary: "Says hello.", params, declare: () => [file({ path: ${JSON.stringify(join(home, "hello"))}, content: "hello\\n" })] });
`;
    writeFileSync(join(project, "roles/hello/role.ts"), role);
    writeFileSync(join(project, "inventory.yaml"), "format: 1\nplaybook: site.yaml\nhosts:\n  here: { connection: local }\n");
    writeFileSync(join(project, "site.yaml"), "- hosts: here\n  roles: [hello]\n");
    expect(hlx("plan")).toMatchObject({ status: 0, text: expect.stringMatching(/\+ .*hello/) });
  });
});
