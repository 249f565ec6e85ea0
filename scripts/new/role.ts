// A role that writes one file, and its test.
import type { Scaffold } from "./scaffold.ts";

export function role(name: string): Scaffold {
  return {
    files: { [`roles/${name}/role.ts`]: roleText(name), [`test/roles/${name}.test.ts`]: testText(name) },
    lines: [],
    project: "unit",
    test: `test/roles/${name}.test.ts`,
    next: `write it to a playbook: roles: [${name}: { text: hello }]`,
  };
}

function roleText(name: string): string {
  return `// The role ${name}: one file with one line.
import { defineRole, file } from "hlx";

export default defineRole({
  name: "${name}",
  summary: "Writes one line to /etc/${name}.",
  params: {
    type: "object",
    additionalProperties: false,
    required: ["text"],
    properties: { text: { type: "string", description: "The line." } },
  },
  declare({ params }) {
    return [file({ path: "/etc/${name}", content: \`\${params.text}\\n\` })];
  },
});
`;
}

function testText(name: string): string {
  return `// The role ${name}: what it declares for which params.
import { expect, test } from "vitest";
import role from "../../roles/${name}/role.ts";

// It looks at its params alone.
const unused = {} as never;

test("the line ends with a line feed", () => {
  const [declared] = role.declare({ params: { text: "hello" }, host: unused, facts: unused, inventory: unused, inputs: {} });
  expect(declared).toMatchObject({ id: "file:/etc/${name}", desired: { content: ["hello\\n"] } });
});
`;
}
