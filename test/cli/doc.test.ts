// hlx doc: the pages of docs/reference in a terminal and on a pipe, and those of the project's own roles.
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { main } from "../../src/cli/main.ts";
import { markdownLines } from "../../src/cli/views/markdown.ts";
import { plain } from "../../src/cli/views/paint.ts";
import { memoryIo } from "./memory-io.ts";

async function doc(args: readonly string[], options: Parameters<typeof memoryIo>[0] = {}) {
  const memory = memoryIo({ cwd: tmpdir(), ...options });
  const code = await main(["doc", ...args], memory.io);
  return { code, out: memory.out(), err: memory.err() };
}

describe("hlx doc on a pipe", () => {
  test.each([
    ["service", "kinds/service.md"],
    ["base", "roles/base.md"],
  ])("%s is the page in docs/reference, without the mark for its editors", async (name, file) => {
    const [, ...lines] = readFileSync(`docs/reference/${file}`, "utf8").split("\n\n");
    expect(await doc([name])).toEqual({ code: 0, out: lines.join("\n\n"), err: "" });
  });
  test("a command is its part of the page of commands", async () => {
    const { out } = await doc(["apply"]);
    expect(out).toMatch(/^## hlx apply\n/);
    expect(readFileSync("docs/reference/commands.md", "utf8")).toContain(out);
  });
  test("a kind's page shows what its changes may cost, and examples", async () => {
    const { out } = await doc(["service"]);
    expect(out).toContain("| `loaded` | restart |");
    expect(out).toContain("- Stopped by hand is started. `running: false → true`; `→ start nginx`");
  });
  test("without a name, everything that has one, without links", async () => {
    const { out } = await doc([]);
    for (const name of ["`plan`", "`service`", "`base`"]) expect(out).toContain(`- ${name}: `);
    expect(out).not.toContain("](");
  });
});

describe("roles of the project", () => {
  const folder = mkdtempSync(join(tmpdir(), "hlx-doc-"));
  mkdirSync(join(folder, "roles/hello"), { recursive: true });
  writeFileSync(
    join(folder, "roles/hello/role.ts"),
    'export default { name: "hello", summary: "Greets.", params: { type: "object", properties: { word: { type: "string", description: "Which." } } }, declare: () => [] };',
  );
  test("are listed", async () => expect((await doc([], { cwd: folder })).out).toContain("# Your roles\n\n- `hello`: Greets."));
  test("have a page", async () => expect((await doc(["hello"], { cwd: folder })).out).toContain("| `word` | string |  | Which. |"));
  test.each([
    ["helo", "hello"],
    ["bsae", "base"],
    ["servce", "service"],
    ["aply", "apply"],
  ])("%s: did you mean %s", async (word, near) => {
    const { code, err } = await doc([word], { cwd: folder });
    expect([code, err]).toEqual([1, expect.stringContaining(`did you mean "${near}"?`)]);
  });
});

describe("on a terminal", () => {
  test("headings are bold", async () => expect((await doc(["file"], { tty: true, env: { TERM: "xterm" } })).out).toContain("\u001b[1mKind file\u001b[22m"));
  test("tables are columns as wide as the terminal, without columns that are empty", () => {
    const table = "| key | type | default | what it is |\n| --- | --- | --- | --- |\n| `a` | string |  | One two \\| three. |\n| `long` | list |  | x |";
    expect(markdownLines(table, { ...plain, width: 28 })).toEqual([
      "  key   type    what it is",
      "  a     string  One two |",
      "                three.",
      "  long  list    x",
    ]);
  });
  test("links and code lose their marks", () => expect(markdownLines("- [`a`](a.md): `b`", plain)).toEqual(["- a: b"]));
});
