// The contract suite over the kinds that need no root, on this machine, through the real session.

import { execFileSync } from "node:child_process";
import { lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import type { AnyKind } from "../../src/model/kind.ts";
import { authorizedKeys } from "../../src/resources/authorized-keys.ts";
import { directory } from "../../src/resources/directory.ts";
import { file, fileKind } from "../../src/resources/file.ts";
import { group } from "../../src/resources/group.ts";
import { kinds } from "../../src/resources/registry.ts";
import { user } from "../../src/resources/user.ts";
import { type ContractCase, probeOn, runContract } from "../../src/testing/contract.ts";
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

  test.each([
    ["changed", file({ path: join(files, "changed"), content: "new\n", ...owners })],
    ["removed", file({ path: join(files, "removed"), absent: true, ...owners })],
    ["guarded", file({ path: join(files, "guarded"), content: "new\n", guard: ["true"], ...owners })],
  ])("a file that was there and is %s comes back as it was", async (name, { kind, desired }) => {
    writeFileSync(join(files, name), "old\n", { mode: 0o600 });
    const found = await runContract(host, kinds, [{ kind, name, desired, goneAfterwards: false }]);
    expect(found).toEqual([]);
    expect(readFileSync(join(files, name), "utf8")).toBe("old\n");
    expect(statSync(join(files, name)).mode & 0o777).toBe(0o600);
  });

  test("a link in a file's place is replaced, and what it points to stays", async () => {
    writeFileSync(join(files, "pointed"), "stays\n");
    symlinkSync("pointed", join(files, "link"));
    const { kind, desired } = file({ path: join(files, "link"), content: "new\n", ...owners });
    expect(await runContract(host, kinds, [{ kind, name: "link", desired, goneAfterwards: false }])).toEqual([]);
    expect(readFileSync(join(files, "pointed"), "utf8")).toBe("stays\n");
    expect(lstatSync(join(files, "link")).isFile()).toBe(true);
  });

  test("all facts of all resources travel in one round trip", async () => {
    const resources = [
      file({ path: join(files, "a"), content: "differs", ...owners }),
      file({ path: "/etc/passwd", content: "differs", owner: "daemon" }),
      directory({ path: files, group: "daemon" }),
      user({ name: "daemon", groups: ["adm"], password: "x" }),
      group({ name: "adm" }),
      authorizedKeys({ user: "daemon", keys: [] }),
    ];
    const before = session.traffic().roundTrips;
    await Promise.all(resources.map(({ kind, desired }) => probeOn(kinds.find((one) => one.kind === kind) as AnyKind, desired, session)));
    expect(session.traffic().roundTrips - before).toBe(1);
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
