// The reads of accounts, keys and stamps, really run under dash and busybox; and what their parsers refuse.
import { existsSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { accountOf, groupOf } from "../../src/resources/reads/accounts.ts";
import { authorizedKeysRead } from "../../src/resources/reads/authorized-keys.ts";
import { packageRead } from "../../src/resources/reads/packages.ts";
import { stampRead, unitRead } from "../../src/resources/reads/units.ts";
import { localShell } from "../../src/testing/fake-shell.ts";

const bin = mkdtempSync(join(tmpdir(), "hlx-busybox-"));
afterAll(() => rmSync(bin, { recursive: true }));
const busybox = existsSync("/usr/bin/busybox");
if (busybox) for (const applet of ["sh", "stat", "sha256sum", "cut", "head", "base64", "tr", "cat"]) symlinkSync("/usr/bin/busybox", join(bin, applet));

const shells = [
  { name: "dash and getent", argv: ["/bin/sh"] as const, env: { PATH: process.env["PATH"] ?? "" } },
  ...(busybox ? [{ name: "busybox without getent", argv: [join(bin, "sh")] as const, env: { PATH: bin } }] : []),
];

describe.each(shells)("under $name", (options) => {
  test("accounts and groups come in one command, each by its name", async () => {
    const { shell, asked } = localShell(options);
    const names = ["root", "daemon", "nobody-at-all", "roo"];
    const accounts = await Promise.all(names.map((name) => accountOf(name, shell)));
    expect(accounts.map((account) => account?.uid)).toEqual([0, 1, undefined, undefined]);
    expect(accounts[0]).toMatchObject({ group: "root", home: "/root" });
    expect(asked).toHaveLength(1);
    expect(await groupOf("root", shell)).toEqual({ gid: 0, members: [] });
    expect(await groupOf("no-such-group", shell)).toBeUndefined();
  });

  test("a user who is not there has no keys to look at", async () => {
    const { shell } = localShell(options);
    const seen = await Promise.all(["nobody-at-all", "daemon"].map((user) => shell.ask(authorizedKeysRead, user)));
    expect(seen.map((one) => one.seen)).toEqual(["no-user", "absent"]);
  });

  test("a unit that hlx never started has no stamp", async () => {
    expect(await localShell(options).shell.ask(stampRead, "never was")).toEqual({ written: false, invocation: "", hashes: new Map() });
  });
});

test("where there is no dpkg, packages are a problem of the host", async () => {
  await expect(localShell({ argv: ["/bin/sh"], env: { PATH: bin } }).shell.ask(packageRead, "curl")).rejects.toThrow(/no dpkg/);
});

test("where systemd does not answer, units are a problem of the host", () => {
  expect(() => unitRead.parse("", ["nginx.service"])).toThrow(/asking systemd for nginx.service/);
});

test("units are told apart by their order, and half an answer is none", () => {
  const block = (state: string): string => `LoadState=loaded\nActiveState=${state}\nInactiveExitTimestamp=Sat 2026-11-21 08:00:00 UTC\n`;
  const queries = ["a.service", "b.service"];
  expect(unitRead.parse(`${block("active")}\n${block("failed")}`, queries).map(({ activeState, startedAt }) => [activeState, startedAt])).toEqual([
    ["active", 1795248000],
    ["failed", 1795248000],
  ]);
  expect(() => unitRead.parse(block("active"), queries)).toThrow(/1 answers/);
});
