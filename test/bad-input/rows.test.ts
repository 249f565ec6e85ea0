// The list of what must be told well, row by row: as a case here, as a test elsewhere, or not built yet, with the reason.

import { spawnSync } from "node:child_process";
import { chmodSync, copyFileSync, mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, test } from "vitest";
import { main } from "../../src/cli/main.ts";
import { memoryIo } from "../cli/memory-io.ts";
import { commandLineCases } from "./cases/command-line.ts";
import { inventoryCases } from "./cases/inventory.ts";
import { playbookCases } from "./cases/playbook.ts";
import { yamlCases } from "./cases/yaml.ts";
import { role, writeProject } from "./project.ts";

const covered = new Set([...yamlCases, ...inventoryCases, ...playbookCases, ...commandLineCases].map(({ row }) => row));
const here: ReadonlySet<number> = new Set([41, 42]);

/** Rows whose tests need more than a file: where they are, and a piece of their text. */
const elsewhere: Readonly<Record<number, readonly [file: string, piece: string]>> = {
  26: ["test/secrets/secrets.test.ts", "a file for somebody else"],
  39: ["test/engine/lifecycle.test.ts", "stale"],
  43: ["test/connections/ssh/hostile.test.ts", "a changed key shows old and new fingerprint, the line, and the command that mends it"],
  44: ["test/connections/ssh/transport.test.ts", "a refusal names user, methods in order, keys with comments, and the agent"],
  45: ["test/connections/shell/start.test.ts", "a problem with the sudoers line"],
};

const notBuilt: Readonly<Record<number, string>> = {
  36: "there are no template files: roles write text in TypeScript, and its errors are those of row 28",
};

test("every row from 1 to 45 is in one of the lists", () => {
  const all = new Set([...covered, ...here, ...[elsewhere, notBuilt].flatMap((rows) => Object.keys(rows).map(Number))]);
  expect(Array.from({ length: 45 }, (_, index) => index + 1).filter((row) => !all.has(row))).toEqual([]);
});

test.each(Object.entries(elsewhere))("row %s has its test elsewhere", (_, [file, piece]) => {
  expect(readFileSync(file, "utf8")).toContain(piece);
});

describe("row 41: roles that others may write", () => {
  const ids = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
  const validate = async (mode: number): Promise<string> => {
    const folder = writeProject(role("export default 1;"));
    chmodSync(join(folder, "roles"), mode);
    const memory = memoryIo({ cwd: folder });
    await main(["validate"], { ...memory.io, ids });
    return memory.err();
  };
  test("are not loaded, with the command that mends it", async () => {
    expect(await validate(0o777)).toBe(
      "error: not loading roles from roles: everybody may write to it\n  chmod o-w roles; where that cannot be, HLX_ANY_OWNER=1 trusts it\nexit 1 (1 error)\n",
    );
  });
  test("the twin: a folder of one's own is not refused for its mode", async () => expect(await validate(0o755)).not.toContain("not loading"));
});

test("row 42: a Node that is too old is told in one line, before any import fails", () => {
  const folder = mkdtempSync(join(tmpdir(), "hlx-old-node-"));
  copyFileSync("bin/newer-node.js", join(folder, "newer-node.mjs"));
  const script = `import { runUnderNewerNode } from ${JSON.stringify(pathToFileURL(join(folder, "newer-node.mjs")).href)}; process.exitCode = await runUnderNewerNode("20.20.2", "22.18");`;
  const { status, stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", script], { cwd: folder, encoding: "utf8" });
  expect([status, stderr]).toEqual([1, 'hlx needs Node 22.18 or newer, found 20.20.2: run "npm ci" in the project (it brings one), or install Node 24\n']);
});
