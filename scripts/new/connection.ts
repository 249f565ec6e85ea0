// A connection through a program of this machine, and its test.
import { camel, type Scaffold } from "./scaffold.ts";

export function connection(name: string): Scaffold {
  const id = camel(name);
  return {
    files: { [`src/connections/${name}.ts`]: connectionText(name), [`test/connections/${name}.test.ts`]: testText(name) },
    lines: [
      {
        file: "src/connections/registry.ts",
        after: 'import type { Connection } from "../model/ports/connection.ts";\n',
        add: `import { ${id} } from "./${name}.ts";\n`,
      },
      { file: "src/connections/registry.ts", after: "const all: readonly Connection[] = [", add: `${id}, ` },
      { file: "src/inventory/schema.ts", after: '    enum: ["ssh", ', add: `"${name}", ` },
    ],
    project: "machine",
    test: `test/connections/${name}.test.ts`,
    next: `name it in the inventory: connection: ${name}`,
  };
}

function connectionText(name: string): string {
  return `// Hosts behind a program of this machine that runs a command there: change its words.
import type { Connection } from "../model/ports/connection.ts";
import { processTransport } from "./local.ts";
import { sessionOptions } from "./shell/options.ts";
import { openSession } from "./shell/session.ts";

/** \`login.address\` is what the program is told; it must run the last word by a shell, with stdin, stdout and exit status of that. */
export const ${camel(name)}: Connection = {
  connection: "${name}",
  open: (host, options) => openSession(async () => processTransport({ user: "root", argv: (command) => argvFor(host.login.address, command) }), sessionOptions(host, options)),
};

/** The program and its words, none of which a shell reads on the way. */
export function argvFor(address: string, command: string): readonly string[] {
  return ["env", \`HLX_ADDRESS=\${address}\`, "/bin/sh", "-c", command];
}
`;
}

function testText(name: string): string {
  return `// The connection ${name}: a session through it, to this machine.
import { expect, test } from "vitest";
import { argvFor } from "../../src/connections/${name}.ts";
import { connections } from "../../src/connections/registry.ts";
import type { Host } from "../../src/model/host.ts";
import type { ConnectOptions } from "../../src/model/ports/connection.ts";
import { fileRead } from "../../src/resources/reads/files.ts";

const host: Host = { name: "here", login: { connection: "${name}", address: "a b", become: false }, groups: [], addresses: {}, vars: {}, sources: {} };
const options: ConnectOptions = {
  credentials: { password: async () => undefined, passphrase: async () => undefined },
  knownHosts: [],
  acceptNew: false,
  home: "/root",
  connectTimeoutMs: 10_000,
  log: () => undefined,
};

test("a host behind it is read", async () => {
  const session = await connections.get("${name}")?.open(host, options);
  expect(await session?.shell.ask(fileRead, { path: "/" })).toMatchObject({ seen: "there", type: "directory" });
  await session?.close();
});

test("an address is one word", () => expect(argvFor("a b; id", "true")).toContain("HLX_ADDRESS=a b; id"));
`;
}
