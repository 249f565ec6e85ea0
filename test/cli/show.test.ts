// hlx show: which of its three things a word means.
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { main } from "../../src/cli/main.ts";
import { openState } from "../../src/state/open.ts";
import { memoryIo } from "./memory-io.ts";

const cwd = mkdtempSync(join(tmpdir(), "hlx-show-"));

async function show(...words: readonly string[]): Promise<{ readonly code: number; readonly said: string }> {
  const { io, out, err } = memoryIo({ cwd });
  return { code: await main(["show", ...words], io), said: out() + err() };
}

beforeAll(async () => {
  writeFileSync(join(cwd, "inventory.yaml"), "format: 1\nhosts:\n  a: { address: 192.0.2.1 }\n");
  const state = await openState(join(cwd, ".hlx"), { now: () => new Date(0), pid: process.pid });
  const run = await state.begin({ command: "apply", who: "ada", where: "desk", at: "2026-11-21T12:00:00.000Z", argv: ["apply"] });
  const address = "a/base/file:/etc/motd";
  await state.record([{ host: "a", id: "file:/etc/motd", address, kind: "file", run, at: "", desired: "", actual: { mode: "0644" }, sealed: false }]);
  await state.close();
});

test.each<readonly [string, number, string]>([
  ["1", 0, "Run 1: hlx apply"],
  ["2", 1, "there is no run 2"],
  ["a/base/file:/etc/motd", 0, "recorded by run 1"],
  ["a/other/file:*", 1, "nothing recorded matches"],
  ["*/base/file:/etc/*", 0, '"mode": "0644"'],
  ["none.plan", 1, "cannot read none.plan"],
])("%s", async (...[word, code, said]) => expect(await show(word)).toEqual({ code, said: expect.stringContaining(said) }));

test("as data, too", async () => expect(JSON.parse((await show("a/base/file:/etc/motd", "--json")).said)).toMatchObject({ document: "state" }));
