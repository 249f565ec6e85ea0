// The guide's and the README's examples are real: written out, they validate; every command they name exists.

import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { commands } from "../../src/cli/commands.ts";

const pages = ["README.md", "docs/guide.md", "docs/dhcp.md", "docs/compose.md"] as const;
const bin = new URL("../../bin/hlx.js", import.meta.url).pathname;

/** Code blocks that begin with `# file` or `// file`, as files. */
function filesIn(page: string): ReadonlyMap<string, string> {
  const blocks = [...readFileSync(page, "utf8").matchAll(/^```(?:yaml|ts)\n(?:#|\/\/) (\S+)\n([\s\S]*?)^```/gm)];
  return new Map(blocks.map(([, path = "", content = ""]) => [path, content]));
}

/** Every `hlx WORD` of a page. */
function commandsIn(text: string): readonly string[] {
  return [...new Set([...text.matchAll(/(?:^ {4}(?:npx )?|`(?:npx )?)hlx ([a-z]+)/gm)].map(([, word = ""]) => word))];
}

function validate(
  files: ReadonlyMap<string, string>,
  ...more: readonly string[]
): { readonly status: number | null; readonly stdout: string; readonly stderr: string } {
  const folder = mkdtempSync(join(tmpdir(), "hlx-guide-"));
  for (const [path, content] of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  return spawnSync(process.execPath, [bin, "validate", ...more], { cwd: folder, encoding: "utf8" });
}

describe.each(pages)("%s", (page) => {
  test("its files are valid", () => {
    const { status, stderr } = validate(filesIn(page));
    expect([status, stderr]).toEqual([0, ""]);
  });
  test("its commands exist", () => {
    const known = new Set(commands.map(({ name }) => name));
    expect(commandsIn(readFileSync(page, "utf8")).filter((name) => !known.has(name))).toEqual([]);
  });
});

test("the guide's checks are valid, and a wrong one would be seen", () => {
  const files = new Map(filesIn("docs/guide.md"));
  expect(validate(files, "-p", "checked.yaml")).toMatchObject({ status: 0, stderr: "" });
  files.set("checked.yaml", (files.get("checked.yaml") ?? "").replace("unit:nginx", "unti:nginx"));
  expect(validate(files, "-p", "checked.yaml")).toMatchObject({ status: 1, stderr: expect.stringContaining("must be a check: http") });
});

test("a wrong example would be seen", () => {
  const files = new Map(filesIn("docs/guide.md"));
  files.set("inventory.yaml", (files.get("inventory.yaml") ?? "").replace("lan: 10", "lna: 10"));
  expect(validate(files)).toMatchObject({ status: 1, stderr: expect.stringContaining('did you mean "lan"') });
  expect(commandsIn("    hlx paln\n")).toEqual(["paln"]);
});
