// The contract suite over the kinds that need no root, on this machine, through the real session.

import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import type { AnyKind } from "../../src/model/kind.ts";
import { file, fileKind } from "../../src/resources/file.ts";
import { kinds } from "../../src/resources/registry.ts";
import { type ContractCase, runContract } from "../../src/testing/contract.ts";
import { pathCases } from "../../src/testing/contract-cases.ts";
import { localHost } from "./local-host.ts";

const folder = mkdtempSync(join(tmpdir(), "hlx-contract-"));
const files = join(folder, "files");
mkdirSync(files);
const owners = { owner: userInfo().username, group: execFileSync("id", ["-gn"], { encoding: "utf8" }).trim() };
const { host, session } = await localHost(join(folder, "hlx"));
afterAll(async () => {
  await host.writer.release();
  await session.close();
  rmSync(folder, { recursive: true });
});

const snapshot = async (): Promise<string> =>
  readdirSync(files, { recursive: true, encoding: "utf8" })
    .map((name) => `${name} ${statSync(join(files, name)).ctimeMs}`)
    .join("\n");

describe("the contract of kinds", () => {
  const cases = pathCases({ folder: files, ...owners });
  test.each(cases.map((one) => [one.kind, one.name, one] as const))("%s, %s", async (_kind, _name, one) => {
    expect(await runContract({ ...host, snapshot }, kinds, [one])).toEqual([]);
  });

  test("leaves nothing behind that it was not asked for", () => {
    expect(readdirSync(files).filter((name) => name === "pwned" || name.startsWith(".hlx"))).toEqual([]);
  });
});

describe("the contract sees a kind that", () => {
  const one: ContractCase = { kind: "file", name: "twin", desired: file({ path: join(files, "twin"), content: "x", ...owners }).desired };
  const kept = fileKind as AnyKind;
  test.each<readonly [string, string, Partial<AnyKind>]>([
    ["does nothing", "each change has a step", { steps: () => [] }],
    ["does too little", "steps, probe, diff is empty", { steps: () => [{ do: "run", title: "nothing", script: ":", args: [] }] }],
    ["fails", "its steps succeed", { steps: () => [{ do: "run", title: "fail", script: "exit 3", args: [] }] }],
    ["has volatile actuals", "two probes in a row are equal", { probe: async () => ({ found: "present", actual: process.hrtime().join() }) }],
    ["throws", "throws nothing", { probe: async () => Promise.reject(new Error("no")) }],
    ["acts without need", "no change, no step", { diff: () => [], steps: () => [{ do: "run", title: "nothing", script: ":", args: [] }] }],
  ])("%s", async (_, rule, broken) => {
    const rules = (await runContract(host, [{ ...kept, ...broken }], [one])).map((found) => found.rule);
    expect(rules).toContain(rule);
  });
});
