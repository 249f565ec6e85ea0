// An inventory source that reads lines of names and addresses, and its test.
import { pascal, type Scaffold } from "./scaffold.ts";

export function inventorySource(name: string): Scaffold {
  const load = `load${pascal(name)}`;
  const line = `  { name: "${name}", recognises: (file) => file.endsWith(".${name}"), load: async (source) => (await import("./${name}.ts")).${load}(source) },\n`;
  return {
    files: { [`src/inventory/${name}.ts`]: sourceText(name, load), [`test/inventory/${name}.test.ts`]: testText(name) },
    lines: [{ file: "src/inventory/sources.ts", after: "export const inventorySources: readonly InventorySource[] = [", add: `\n${line}  ` }],
    project: "unit",
    test: `test/inventory/${name}.test.ts`,
    next: `try it: echo 'web1 192.0.2.1' > hosts.${name}; node bin/hlx.js inventory hosts.${name}`,
  };
}

function sourceText(name: string, load: string): string {
  return `// Inventories named *.${name}: lines of a name and an address. They become hlx's own format, which is then checked.
import type { Inventory } from "../model/host.ts";
import { ProblemError } from "../model/problem.ts";
import { type LoadOptions, loadInventory } from "./load.ts";

/** Throws ProblemError with the place of the first line that is not a name and an address. */
export function ${load}({ file, text, ...options }: { readonly file: string; readonly text: string } & LoadOptions): Inventory {
  const hosts = Object.fromEntries(text.split("\\n").flatMap((line, index) => hostIn(line, { file, line: index + 1 })));
  return loadInventory({ file, text: JSON.stringify({ format: 1, hosts }), ...options });
}

function hostIn(text: string, at: { readonly file: string; readonly line: number }): readonly (readonly [string, { readonly address: string }])[] {
  if (text.trim() === "") return [];
  const [name, address, ...more] = text.trim().split(/\\s+/);
  if (name !== undefined && address !== undefined && more.length === 0) return [[name, { address }]];
  throw new ProblemError({ code: "input", message: "not a name and an address", at: { ...at, column: 1, text } });
}
`;
}

function testText(name: string): string {
  return `// The inventory source ${name}: what it reads, and what it refuses.
import { expect, test } from "vitest";
import { inventorySources } from "../../src/inventory/sources.ts";

async function read(text: string) {
  const file = "/lab/hosts.${name}";
  return inventorySources.find((one) => one.recognises(file, text))?.load({ file, text, cwd: "/lab" });
}

test("a line is a host", async () => {
  const inventory = await read("web1 192.0.2.1\\n\\ndb1 192.0.2.2\\n");
  expect([...(inventory?.hosts.values() ?? [])].map(({ name, login }) => [name, login.address])).toEqual([
    ["web1", "192.0.2.1"],
    ["db1", "192.0.2.2"],
  ]);
});

test("a line that is none is refused", async () => {
  await expect(read("web1\\n")).rejects.toThrow("not a name and an address");
});
`;
}
