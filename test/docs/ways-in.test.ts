// The page on ways in: its inventory is read without a remark.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { main } from "../../src/cli/main.ts";
import { memoryIo } from "../cli/memory-io.ts";

const folder = mkdtempSync(join(tmpdir(), "hlx-ways-in-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const page = readFileSync(new URL("../../docs/ways-in.md", import.meta.url), "utf8");
const [, inventory = ""] = /```yaml\n([\s\S]*?)```/.exec(page) ?? [];

async function read(text: string): Promise<{ readonly code: number; readonly out: string; readonly err: string }> {
  writeFileSync(join(folder, "inventory.yaml"), text);
  const memory = memoryIo({ cwd: folder });
  return { code: await main(["inventory", "--json"], memory.io), out: memory.out(), err: memory.err() };
}

test("its inventory is one", async () => {
  const { code, out, err } = await read(inventory);
  expect([code, err]).toEqual([0, ""]);
  for (const name of ["near", "asking", "hidden", "old", "alpine", "plain", "certified", "here"]) expect(out).toContain(`"${name}"`);
});

test("the twin: another word for becoming root is refused", async () => {
  const { code, err } = await read(inventory.replace("become: doas", "become: pfexec"));
  expect([code, err]).toEqual([1, expect.stringContaining("true, false, sudo, su or doas")]);
});
