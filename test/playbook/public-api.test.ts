// What roles import: cheap to load, since every command that runs roles pays for it.
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const program = `
const { registerHooks } = await import("node:module");
const libraries = [];
registerHooks({ resolve: (specifier, context, next) => { const found = next(specifier, context); if (found.url.includes("/node_modules/")) libraries.push(specifier); return found; } });
await import(process.argv[1]);
process.stdout.write(JSON.stringify([...new Set(libraries)].filter((name) => !name.startsWith(".")).sort()));
`;

async function librariesOf(module: string): Promise<unknown> {
  const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "-e", program, new URL(module, import.meta.url).href]);
  return JSON.parse(stdout);
}

test("the public API loads no library but those that reading an inventory loads anyway", async () => {
  expect(await librariesOf("../../src/index.ts")).toEqual(["ipaddr.js", "yaml"]);
});

test("the twin: a module that does is seen", async () => {
  expect(await librariesOf("../../src/playbook/load.ts")).toContain("yaml");
});
