// A command that says how many hosts there are, and its test.
import { camel, type Scaffold } from "./scaffold.ts";

export function command(name: string): Scaffold {
  const line = `  { name: "${name}", summary: "say how many hosts a pattern means", load: async () => (await import("./commands/${name}.ts")).${camel(name)} },\n`;
  return {
    files: { [`src/cli/commands/${name}.ts`]: commandText(name), [`test/cli/${name}.test.ts`]: testText(name) },
    lines: [{ file: "src/cli/commands.ts", after: "export const commands: readonly CommandLine[] = [\n", add: line }],
    project: "unit",
    test: `test/cli/${name}.test.ts`,
    next: `look: node bin/hlx.js ${name} --help; accept the new help: HLX_ACCEPT=1 npx vitest run --project unit test/cli/views.test.ts`,
  };
}

function commandText(name: string): string {
  return `// hlx ${name}: how many hosts a pattern means.
import type { Command, Context } from "../command.ts";
import type { Standing } from "../exit.ts";
import { choosing, json, reading, saying } from "../options.ts";

export const ${camel(name)}: Command = {
  args: ["[inventory]"],
  about: "Connects to nothing.",
  options: [...reading, ...choosing, json, ...saying],
  examples: [{ run: "hlx ${name} -l web", note: "how many web servers?" }],
  run,
};

// What it needs is imported when it runs: no other command waits for it.
async function run(context: Context): Promise<Standing> {
  const { hostsOf, openProject } = await import("../run/project.ts");
  const { inventory } = await openProject(context);
  const count = hostsOf(inventory, context).length;
  if (context.given.flag("json")) context.printer.document({ format: 1, document: "${name}", count });
  else context.printer.out([String(count)]);
  return {};
}
`;
}

function testText(name: string): string {
  return `// hlx ${name}, through the whole command line.
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { main } from "../../src/cli/main.ts";
import { memoryIo } from "./memory-io.ts";

const folder = mkdtempSync(join(tmpdir(), "hlx-${name}-"));
writeFileSync(join(folder, "inventory.yaml"), "format: 1\\nhosts: { web1: { address: 192.0.2.1 }, db1: { address: 192.0.2.2 } }\\n");

test.each([
  [[], "2\\n"],
  [["-l", "web1"], "1\\n"],
])("hlx ${name} %j", async (words, said) => {
  const { io, out, err } = memoryIo({ cwd: folder });
  expect([await main(["${name}", ...words], io), out(), err()]).toEqual([0, said, ""]);
});
`;
}
