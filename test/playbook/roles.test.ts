// Roles as people write them, in folders that hlx knows nothing of: loaded by the real Node, or refused with their own lines.
import { execFile } from "node:child_process";
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { findRole } from "../../src/playbook/roles/find.ts";
import { untrusted } from "../../src/playbook/roles/trust.ts";

const run = promisify(execFile);
const hello = `import { defineRole, file } from "hlx";
import { text } from "./text.ts";
export default defineRole({ name: "hello", summary: "Says hello.", params: { type: "object", properties: {} }, declare: () => [file({ path: "/etc/motd", content: text })] });
`;
let folder = "";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "hlx-roles-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

function write(path: string, content: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), content);
}

interface Printed {
  readonly declared?: readonly { readonly id: string }[];
  readonly problems?: readonly {
    readonly message: string;
    readonly hint?: string;
    readonly at?: { readonly file: string; readonly line: number; readonly column: number };
  }[];
}

async function load(name: string): Promise<Printed> {
  const { stdout } = await run(process.execPath, [join(import.meta.dirname, "load-role.ts"), join(folder, "roles"), name]);
  return JSON.parse(stdout) as Printed;
}

async function refused(source: string): Promise<string> {
  write("roles/bad/role.ts", source);
  const { problems = [] } = await load("bad");
  return problems.map(({ at, message, hint }) => `${at?.file.replace(`${folder}/`, "")}:${at?.line}:${at?.column} ${message} | ${hint ?? ""}`).join("\n");
}

describe("a user's role is loaded", () => {
  test.each([
    ["without a package.json", undefined],
    ['with "type": "commonjs"', '{ "type": "commonjs" }'],
    ['with "type": "module"', '{ "type": "module" }'],
    ["with a package of the name hlx", '{ "name": "hlx", "exports": "./nothing.js" }'],
  ])("%s", async (_, packageJson) => {
    if (packageJson !== undefined) write("package.json", packageJson);
    write("roles/hello/role.ts", hello);
    write("roles/hello/text.ts", 'export const text: string = "hello\\n";\n');
    expect((await load("hello")).declared).toMatchObject([{ id: "file:/etc/motd", desired: { content: ["hello\n"] } }]);
  });
});

describe("a role that does not load is refused with its own line", () => {
  test.each([
    ["throws", 'type Port = number;\nfunction port(): Port {\n  throw new Error("no port");\n}\nport();\nexport default 1;\n'],
    ["has an enum", "const a = 1;\n  enum Colour { red }\nexport default a;\n"],
    ["has a namespace", "namespace A { export const b = 1; }\nexport default A;\n"],
    ["has a parameter property", "class A {\n  constructor(private b: string) {}\n}\nexport default A;\n"],
    ["has a syntax error", "const a = = 1;\n"],
    ["imports what hlx has not", 'import { fiel } from "hlx";\nexport default fiel;\n'],
    ["imports a file that is not there", 'import { a } from "./nope.ts";\nexport default a;\n'],
    ["exports nothing", "export const a = 1;\n"],
    ["exports a function", "export default function role() {}\n"],
    ["exports some object", 'export default { name: "bad", params: {} };\n'],
    [
      "has another name than its folder",
      'import { defineRole } from "hlx";\nexport default defineRole({ name: "good", summary: "", params: {}, declare: () => [] });\n',
    ],
  ])("%s", async (_, source) => {
    expect(await refused(source)).toMatchSnapshot();
  });
});

describe("a role is found by its name", () => {
  test("first beside the inventory, then in hlx", () => {
    write("mine/a/role.ts", "");
    write("theirs/a/role.ts", "");
    write("theirs/b/role.ts", "");
    const folders = ["mine", "theirs"].map((title) => ({ path: join(folder, title), title }));
    expect(["a", "b"].map((name) => findRole({ name }, folders))).toEqual([join(folder, "mine/a"), join(folder, "theirs/b")]);
  });
  test("a wrong name is answered with the nearest, and where was searched", () => {
    write("mine/nginx/role.ts", "");
    const found = findRole({ name: "ngnix" }, [{ path: join(folder, "mine"), title: "roles/" }]);
    expect(found).toMatchObject({ message: 'no role "ngnix"', hint: 'did you mean "nginx"? searched roles/' });
  });
  test("a name never leads out of the folder", () => {
    write("evil/role.ts", "");
    expect(findRole({ name: "../evil" }, [{ path: join(folder, "mine"), title: "roles/" }])).toMatchObject({ code: "input" });
  });
});

describe("sec/41 a role that others can write to is not loaded", () => {
  const me = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
  test.each([
    ["a safe folder", { folder: 0o755, file: 0o644 }, 0],
    ["a file that everybody may write", { folder: 0o755, file: 0o646 }, 1],
    ["a folder that everybody may write", { folder: 0o757, file: 0o644 }, 1],
  ])("%s", (_, mode, problems) => {
    write("roles/a/role.ts", "");
    chmodSync(join(folder, "roles/a"), mode.folder);
    chmodSync(join(folder, "roles/a/role.ts"), mode.file);
    expect(untrusted(join(folder, "roles/a"), me)).toHaveLength(problems);
  });
  test("a file of somebody else", () => {
    write("roles/a/role.ts", "");
    if (me.uid === 0) chownSync(join(folder, "roles/a/role.ts"), 65534, 65534);
    const runner = me.uid === 0 ? me : { uid: me.uid + 1, gid: me.gid };
    expect(untrusted(join(folder, "roles/a"), runner)).not.toEqual([]);
  });
  test("hlx's own roles pass", () => {
    expect(untrusted(join(import.meta.dirname, "../../roles/base"), me)).toEqual([]);
  });
});
