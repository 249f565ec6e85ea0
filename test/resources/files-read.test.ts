// The read of paths, really run under dash and busybox.
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { sha256 } from "../../src/lib/hash.ts";
import { fileRead } from "../../src/resources/reads/files.ts";
import { localShell } from "../../src/testing/fake-shell.ts";

const folder = mkdtempSync(join(tmpdir(), "hlx-reads-"));
afterAll(() => rmSync(folder, { recursive: true }));

const busybox = existsSync("/usr/bin/busybox");
const bin = join(folder, "bin");
mkdirSync(bin);
if (busybox)
  for (const applet of ["sh", "stat", "sha256sum", "cut", "head", "base64", "tr", "getent", "cat"]) symlinkSync("/usr/bin/busybox", join(bin, applet));

const shells = [
  { name: "dash and coreutils", argv: ["/bin/sh"] as const, env: { PATH: process.env["PATH"] ?? "" } },
  ...(busybox ? [{ name: "busybox", argv: [join(bin, "sh")] as const, env: { PATH: bin } }] : []),
];

const hostile = ["plain", "with space", "new\nline", "$(touch pwned)", ";id", "-rf", "*", "quo'te\"s", "back\\slash", "ünïcode", "trailing "];

describe.each(shells)("files under $name", ({ argv, env }) => {
  const ask = (path: string, unless?: string) => localShell({ argv, env }).shell.ask(fileRead, unless === undefined ? { path } : { path, unless });

  test.each(hostile)("sec/08 finds %j and its content", async (name) => {
    const path = join(folder, name);
    writeFileSync(path, `content of ${name}\n`);
    chmodSync(path, 0o640);
    const seen = await ask(path, sha256("other"));
    expect(seen).toMatchObject({ seen: "there", type: "file", mode: "0640", owner: "root", uid: "0", sha256: sha256(`content of ${name}\n`) });
    expect(Buffer.from(seen.seen === "there" ? (seen.content ?? "") : "").toString()).toBe(`content of ${name}\n`);
  });

  test("leaves the content where it is when the hash is the wanted one", async () => {
    const path = join(folder, "same");
    writeFileSync(path, "same");
    expect(await ask(path, sha256("same"))).not.toHaveProperty("content");
    expect(await ask(path)).not.toHaveProperty("content");
    expect(await ask(path, sha256("not the same"))).toHaveProperty("content");
  });

  test("leaves big content where it is, but hashes it", async () => {
    const path = join(folder, "big");
    writeFileSync(path, "x".repeat(300_000));
    const seen = await ask(path, sha256("small"));
    expect(seen).toMatchObject({ size: 300_000, sha256: sha256("x".repeat(300_000)) });
    expect(seen).not.toHaveProperty("content");
  });

  test("tells missing, missing folder, directory and link apart, all in one command", async () => {
    mkdirSync(join(folder, "dir"), { recursive: true });
    rmSync(join(folder, "link"), { force: true });
    symlinkSync("/nowhere", join(folder, "link"));
    writeFileSync(join(folder, "f"), "");
    const { shell, asked } = localShell({ argv, env });
    const paths = ["missing", "no/folder", "dir", "link", "f", "dir", "f/below"].map((name) => join(folder, name));
    const seen = await Promise.all(paths.map((path) => shell.ask(fileRead, { path })));
    expect(seen.map((one) => (one.seen === "there" ? one.type : one.seen))).toEqual([
      "absent",
      "no-parent",
      "directory",
      "symlink",
      "file",
      "directory",
      "no-parent",
    ]);
    expect(asked).toHaveLength(1);
  });

  test("a file among links and directories keeps its own hash", async () => {
    const { shell } = localShell({ argv, env });
    const names = ["dir", "plain", "link", "with space", "missing", "new\nline"];
    const seen = await Promise.all(names.map((name) => shell.ask(fileRead, { path: join(folder, name) })));
    expect(seen.map((one) => (one.seen === "there" ? one.sha256 : undefined))).toEqual(
      names.map((name) => (["plain", "with space", "new\nline"].includes(name) ? sha256(`content of ${name}\n`) : undefined)),
    );
  });
});

test.each([
  ["nothing", ""],
  ["a wrong count", "p 0 absent\np 1 absent\n"],
  ["garbage instead of stat's fields", "p 0 there\ns zz 0 0 root root 1 1\n"],
])("output that is %s is refused", (_, output) => {
  expect(() => fileRead.parse(output, [{ path: "/x" }])).toThrow(/looking at paths/);
});
