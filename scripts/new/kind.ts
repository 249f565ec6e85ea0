// A kind of resource that works: an empty file that is there or not. Four recorded cases, and the contract as its test.
import { camel, pascal, type Scaffold } from "./scaffold.ts";

export function kind(name: string): Scaffold {
  const cases = Object.fromEntries(
    casesOf(name).map((one) => [`test/fixtures/resources/${name}/${one.name.replaceAll(" ", "-")}.json`, `${JSON.stringify(one, null, 2)}\n`]),
  );
  return {
    files: { [`src/resources/${name}.ts`]: kindText(name), [`test/resources/${name}.test.ts`]: testText(name), ...cases },
    lines: [
      {
        file: "src/resources/registry.ts",
        after: 'import type { AnyKind } from "../model/kind.ts";\n',
        add: `import { ${camel(name)}Kind } from "./${name}.ts";\n`,
      },
      { file: "src/resources/registry.ts", after: "export const kinds: readonly AnyKind[] = [", add: `${camel(name)}Kind, ` },
      {
        file: "src/index.ts",
        after: 'export { type DirectoryOptions, directory } from "./resources/directory.ts";\n',
        add: `export { ${camel(name)} } from "./resources/${name}.ts";\n`,
      },
    ],
    project: "machine",
    test: `test/resources/${name}.test.ts`,
    next: `its cases are test/fixtures/resources/${name}/*.json: what a host printed, and what must come of it`,
  };
}

function casesOf(name: string): readonly { readonly name: string; readonly [key: string]: unknown }[] {
  const present = { found: "present", actual: { exists: true } };
  const [there, missing, folder] = ["p 0 there\ns 81a4 0 0 root root 0 1795250000\n", "p 0 absent\n", "p 0 there\ns 41ed 0 0 root root 4096 1795250000\n"];
  const inTheWay = { code: "unknown", message: `looking at /etc/x: it is no regular file`, hint: "move it away by hand" };
  const desired = { path: "/etc/x" };
  return [
    {
      name: "one that is missing is made",
      desired,
      reads: { files: missing },
      expected: { found: { found: "absent" }, changes: ["exists: null → true"], steps: ["make /etc/x"] },
    },
    { name: "one that is there needs nothing", desired, reads: { files: there }, expected: { found: present, changes: [], steps: [] } },
    { name: "a directory in its place is an error", desired, reads: { files: folder }, expected: { found: { found: "unknown", because: inTheWay } } },
    {
      name: `a ${name} that should not be there is removed`,
      desired: { ...desired, absent: true },
      reads: { files: there },
      expected: { found: present, changes: ["exists: true → null"], steps: ["remove /etc/x"] },
    },
  ];
}

function kindText(name: string): string {
  const [id, type] = [camel(name), pascal(name)];
  return `// An empty file whose being there means something.
import { absent, type Change, change, type Found, type Kind, type Known, present } from "../model/kind.ts";
import type { Readers } from "../model/ports/index.ts";
import type { Resource, ResourceOptions } from "../model/resource.ts";
import type { JsonSchema } from "../model/schema.ts";
import type { Step } from "../model/step.ts";
import { pathPattern, resourceOf } from "./make.ts";
import { fileRead } from "./reads/files.ts";

export interface ${type} {
  readonly path: string;
  readonly absent?: boolean;
}

export interface ${type}Actual {
  readonly exists: true;
}

const schema: JsonSchema = {
  type: "object",
  additionalProperties: false,
  required: ["path"],
  properties: {
    path: { type: "string", pattern: pathPattern, description: "Where: an absolute path in its shortest spelling." },
    absent: { type: "boolean", description: "Remove it." },
  },
};

export const ${id}Kind: Kind<${type}, ${type}Actual, "shell"> = {
  kind: "${name}",
  summary: "An empty file whose being there means something.",
  schema,
  via: ["shell"],
  identity: ({ path }) => path,
  probe,
  diff,
  steps,
  absent: (desired) => ({ ...desired, absent: true }),
};

/** An empty file at a path, or none there. */
export function ${id}({ path, absent, ...options }: ${type} & ResourceOptions): Resource<${type}> {
  return resourceOf(${id}Kind, { path, ...(absent === true ? { absent } : {}) }, { ...options, traces: [path] });
}

async function probe({ path }: ${type}, on: Pick<Readers, "shell">): Promise<Found<${type}Actual>> {
  const seen = await on.shell.ask(fileRead, { path });
  if (seen.seen === "denied") return unknown(path, "a directory above it may not be searched");
  if (seen.seen !== "there") return absent;
  return seen.type === "file" ? present({ exists: true }) : unknown(path, "it is no regular file");
}

function unknown(path: string, why: string): Found<never> {
  return { found: "unknown", because: { code: "unknown", message: \`looking at \${path}: \${why}\`, hint: "move it away by hand" } };
}

function diff(desired: ${type}, { found }: Known<${type}Actual>): readonly Change[] {
  const wanted = desired.absent !== true;
  if (wanted === (found === "present")) return [];
  return [change("exists", wanted ? { before: null, after: true } : { before: true, after: null })];
}

function steps({ path, absent: gone }: ${type}, _found: Known<${type}Actual>, { changes }: { readonly changes: readonly Change[] }): readonly Step[] {
  if (changes.length === 0) return [];
  if (gone === true) return [{ do: "run", title: \`remove \${path}\`, script: 'rm -- "$1"', args: [path] }];
  return [{ do: "run", title: \`make \${path}\`, script: ': > "$1"', args: [path] }];
}
`;
}

function testText(name: string): string {
  return `// The contract of the kind ${name}, on this machine. Its recorded cases are run by cases.test.ts.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { kinds } from "../../src/resources/registry.ts";
import { ${camel(name)} } from "../../src/resources/${name}.ts";
import { hostileNames } from "../../src/testing/contract-cases.ts";
import { runContract } from "../../src/testing/contract.ts";
import { localHost } from "./local-host.ts";

const folder = mkdtempSync(join(tmpdir(), "hlx-${name}-"));
const { host, session } = await localHost(join(folder, "hlx"));
afterAll(async () => {
  await host.writer.release();
  await session.close();
  rmSync(folder, { recursive: true });
});

test.each(hostileNames)("%j", async (file) => {
  const { kind, desired } = ${camel(name)}({ path: join(folder, file) });
  expect(await runContract(host, kinds, [{ kind, name: file, desired }])).toEqual([]);
});
`;
}
