// Writes a first project: three files, each at its smallest.
import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { why } from "../../lib/why.ts";
import { ProblemError } from "../../model/problem.ts";
import type { Context } from "../command.ts";
import type { Standing } from "../exit.ts";

const inventory = `# Who there is. All keys: hlx schema inventory
format: 1
playbook: site.yaml
hosts:
  web1: { address: 192.0.2.10, user: debian }
`;

const playbook = `# What runs where.
- hosts: all
  roles:
    - hello: { greeting: "hello from hlx" }
`;

const role = `// A role says how things should be: it gets params, facts and the inventory, and returns resources. All kinds: hlx doc
import { defineRole, file } from "hlx";

export default defineRole({
  name: "hello",
  summary: "Writes a greeting.",
  params: { type: "object", required: ["greeting"], properties: { greeting: { type: "string", description: "What to say." } } },
  declare({ params, host }) {
    return [file({ path: "/etc/hello", content: \`\${params.greeting}, \${host.name}\\n\` })];
  },
});
`;

const files: ReadonlyMap<string, string> = new Map([
  ["inventory.yaml", inventory],
  ["site.yaml", playbook],
  ["roles/hello/role.ts", role],
]);

/** Throws ProblemError (usage) when one of the files is there already: then nothing is written. */
export async function initNow({ given, io, printer }: Context): Promise<Standing> {
  const folder = resolve(io.cwd, given.args[0] ?? ".");
  const shown = (path: string): string => join(given.args[0] ?? ".", path);
  const there = [...files.keys()].filter((path) => existsSync(join(folder, path)));
  if (there.length > 0)
    throw new ProblemError({ code: "usage", message: `not writing over ${there.map(shown).join(", ")}`, hint: "name another folder: hlx init FOLDER" });
  for (const [path, content] of files) await write(join(folder, path), { content, shown: shown(path) });
  const where = given.args[0] === undefined ? "" : ` ${given.args[0]}`;
  printer.out([
    ...[...files.keys()].map((path) => `Wrote ${shown(path)}.`),
    `Next: write your hosts into ${shown("inventory.yaml")}, then: hlx validate${where}`,
  ]);
  return {};
}

async function write(file: string, { content, shown }: { readonly content: string; readonly shown: string }): Promise<void> {
  try {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, content, { flag: "wx" });
  } catch (cause) {
    throw new ProblemError({ code: "usage", message: `cannot write ${shown}: ${why(cause)}`, cause });
  }
}
