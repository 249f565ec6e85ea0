// Writes a first project: three files, each at its smallest.
import { join } from "node:path";
import type { Context } from "../command.ts";
import type { Standing } from "../exit.ts";
import { writeNew } from "./write-new.ts";

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
  const folder = given.args[0] ?? ".";
  const written = await writeNew(files, { cwd: io.cwd, folder, hint: "name another folder: hlx init FOLDER" });
  const where = given.args[0] === undefined ? "" : ` ${given.args[0]}`;
  printer.out([...written.map((path) => `Wrote ${path}.`), `Next: write your hosts into ${join(folder, "inventory.yaml")}, then: hlx validate${where}`]);
  return {};
}
