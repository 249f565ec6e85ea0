// hlx itself: a role with the workload, and plan or apply as a user would start them.
import { join } from "node:path";
import type { Command, Measured } from "../child.ts";
import { type BenchFile, variable, type Workload } from "../workload.ts";
import { forks, type Scene, type Tool, writeAll } from "./tool.ts";

const bin = join(import.meta.dirname, "../../bin/hlx.js");

/** W1: `hlx plan`; W2: `hlx apply`. */
export const hlx: Tool = {
  name: "hlx",
  prepare: (scene) => commandOf(scene, scene.workload.name === "w1" ? ["plan", "--detailed-exitcode"] : ["apply", "--yes"]),
  wrong,
};

/** An apply that finds nothing to do. */
export const hlxApply: Tool = { name: "hlx-apply", prepare: (scene) => commandOf(scene, ["apply", "--yes"]), wrong };

function wrong({ status, output }: Measured): string | undefined {
  return status === 0 ? undefined : `status ${status}: ${output.slice(-600)}`;
}

function commandOf(scene: Scene, words: readonly string[]): Command {
  const folder = join(scene.folder, "hlx");
  const hosts = scene.hosts.map(({ name, address, port }) => `  ${name}: { address: ${address}, port: ${port}, user: root, key: ${scene.keyFile} }\n`);
  writeAll(folder, {
    "inventory.yaml": `format: 1\nplaybook: site.yaml\nhosts:\n${hosts.join("")}`,
    "site.yaml": `- hosts: all\n  roles:\n    - bench: { domain: ${variable.value} }\n`,
    "roles/bench/role.ts": roleOf(scene.workload),
  });
  return { argv: [process.execPath, bin, ...words, "--forks", String(forks)], cwd: folder, env: { HOME: scene.home, NO_COLOR: "1" } };
}

/** A role that declares the workload. */
export function roleOf({ folder, files, packages, units, users }: Workload): string {
  return `import { defineRole, directory, file, packages, service, user } from "hlx";

export default defineRole({
  name: "bench",
  summary: "The bench's workload.",
  params: { type: "object", additionalProperties: false, required: ["domain"], properties: { domain: { type: "string" } } },
  declare: ({ params }) => [
    directory({ path: ${JSON.stringify(folder)} }),
${files.map((one) => `    file({ path: ${JSON.stringify(one.path)}, content: ${contentOf(one)} }),\n`).join("")}
${packages.length === 0 ? "" : `    packages(${JSON.stringify(packages)}),`}
${units.map((unit) => `    service({ unit: ${JSON.stringify(unit)} }),\n`).join("")}
${users.map((name) => `    user({ name: ${JSON.stringify(name)} }),\n`).join("")}
  ],
});
`;
}

function contentOf({ content, template }: BenchFile): string {
  if (template === undefined) return JSON.stringify(content);
  return `\`${template.replaceAll("\n", "\\n").replace(`{{ ${variable.name} }}`, "${params.domain}")}\``;
}
