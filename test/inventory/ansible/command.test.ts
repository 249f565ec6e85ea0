// `hlx inventory` over Ansible's inventories: what is listed, what is kept from eyes, what is refused.
import { describe, expect, test } from "vitest";
import { main } from "../../../src/cli/main.ts";
import { memoryIo } from "../../cli/memory-io.ts";
import { type Files, folderOf } from "./files.ts";

async function hlx(
  files: Files,
  words: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<{ readonly code: number; readonly out: string; readonly err: string }> {
  const { io, out, err } = memoryIo({ cwd: folderOf(files), env: { NO_COLOR: "1", ...env } });
  const code = await main(["inventory", ...words], io);
  return { code, out: out(), err: err() };
}

const files: Files = {
  h: "[web]\na ansible_ssh_pass=geheim v='{{ x }}'\nb ansible_host=10.0.0.2\n[db]\nc\n",
  i: "[web]\nd\n",
  bad: "x ansible_become_pass=geheim word\n",
  "play/group_vars/web.yml": "v: 1\n",
};

describe("hlx inventory", () => {
  test("lists what a pattern means, within --limit", async () => {
    expect(await hlx(files, ["-i", "h", "--list-hosts", "all", "--limit", "web"])).toMatchObject({ code: 0, out: "a\nb\n" });
  });
  test("refuses a limit that leaves nothing", async () => {
    const { code, err } = await hlx(files, ["-i", "h", "--list-hosts", "db", "--limit", "web"]);
    expect([code, err]).toEqual([1, expect.stringContaining('--limit "web" leaves none of the hosts of "db"')]);
  });
  test("reads several inventories as one", async () => {
    expect(await hlx(files, ["-i", "h", "-i", "i", "--list-hosts", "web", "--json"])).toMatchObject({ out: expect.stringMatching(/"a",\s+"b",\s+"d"/) });
  });
  test("narrows everything it shows to --limit", async () => {
    const { out } = await hlx(files, ["-i", "h", "--graph", "-l", "db"]);
    expect(out).toBe("@all:\n  |--@ungrouped:\n  |--@web:\n  |--@db:\n  |  |--c\n");
  });
  test("takes the playbook's variables from --playbook-dir", async () => {
    const { out } = await hlx(files, ["-i", "h", "--host", "b", "--playbook-dir", "play"]);
    expect(out).toMatch(/v +1 +playbook group_vars\/web, play\/group_vars\/web\.yml:1:1/);
  });
  test("shows no password to the eye, and warns of what stays text", async () => {
    const { out, err } = await hlx(files, ["-i", "h", "--host", "a"]);
    expect(out).toMatch(/ansible_ssh_pass +\(sensitive\)/);
    expect(out + err).not.toContain("geheim");
    expect(err).toMatch(/^warning: h:2:27: Jinja in v/);
  });
  test("shows no line with a password in it", async () => {
    const { code, err } = await hlx(files, ["-i", "bad", "--list"]);
    expect([code, err]).toEqual([1, expect.stringContaining("bad:1:30: a host is followed by key=value")]);
    expect(err).not.toContain("geheim");
  });
  test.each([
    ["localhost", /warning: localhost is in no inventory here/],
    ["@nowhere", /cannot read .*nowhere/],
    ["@h", /no host or group|matches/],
  ])("says what is odd with the pattern %s", async (pattern, said) => expect((await hlx(files, ["-i", "h", "--list-hosts", pattern])).err).toMatch(said));
});

describe("vault passwords", () => {
  const sealed: Files = { h: "a\n", "group_vars/all": "$ANSIBLE_VAULT;1.1;AES256\n00\n", empty: "\n", script: "#!/bin/sh\n", word: "x\n" };
  test.each<readonly [string, readonly string[], RegExp]>([
    ["a file that is not there", ["--vault-password-file", "none"], /cannot read the vault password file none/],
    ["an empty file", ["--vault-password-file", "empty"], /is empty/],
    ["a script", ["--vault-password-file", "script"], /a script, which hlx does not run/],
    ["an id without a file", ["--vault-id", "prod"], /not a label and a file/],
    ["none", [], /group_vars\/all:1:1: cannot decrypt this file/],
    ["one for a damaged file", ["--vault-id", "prod@word"], /group_vars\/all:1:1: cannot decrypt this file: it is damaged/],
  ])("%s", async (_, words, said) => {
    const { code, err } = await hlx(sealed, ["-i", "h", "--list", ...words]);
    expect([code, err]).toEqual([1, expect.stringMatching(said)]);
  });
  test("may be named by Ansible's variable", async () => {
    expect((await hlx(sealed, ["-i", "h", "--list"], { ANSIBLE_VAULT_PASSWORD_FILE: "empty" })).err).toMatch(/vault password file empty is empty/);
  });
});
