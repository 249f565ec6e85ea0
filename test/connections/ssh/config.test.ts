// Targets: what the inventory, ~/.ssh/config and defaults make of a host, and what is refused.
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { resolveTarget } from "../../../src/connections/ssh/config.ts";
import { parseJump } from "../../../src/connections/ssh/names.ts";
import { readSshConfig } from "../../../src/connections/ssh/ssh-config-file.ts";
import { identityOf } from "../../../src/connections/ssh/target.ts";
import type { Login } from "../../../src/model/host.ts";
import { problemOf } from "../../../src/model/problem.ts";
import { folder } from "./sshd.ts";

const home = folder();
afterAll(() => rmSync(home, { recursive: true, force: true }));

function resolve(sshConfig: string, login: Partial<Login> = {}, notes: string[] = []) {
  const full: Login = { connection: "ssh", address: "192.168.1.143", become: true, ...login };
  return resolveTarget(
    { name: "ocean", login: full },
    { sshConfig, home: "/home/me", localUser: "me", agent: "/run/agent", knownHosts: ["/home/me/.ssh/known_hosts"], log: (line) => notes.push(line) },
  );
}

function refusal(sshConfig: string, login: Partial<Login> = {}) {
  try {
    resolve(sshConfig, login);
  } catch (thrown) {
    return problemOf(thrown);
  }
  throw new Error("it was expected to be refused");
}

describe("a target", () => {
  test("defaults: port 22, the user who runs hlx, the usual keys, the agent", () => {
    expect(resolve("")).toEqual({
      name: "ocean",
      address: "192.168.1.143",
      port: 22,
      user: "me",
      keyFiles: ["id_ed25519", "id_ecdsa", "id_rsa"].map((name) => `/home/me/.ssh/${name}`),
      onlyKeyFiles: false,
      agent: "/run/agent",
      knownHosts: ["/home/me/.ssh/known_hosts"],
    });
  });
  const cases: readonly (readonly [name: string, config: string, login: Partial<Login>, expected: object])[] = [
    [
      "HostName, User and Port of an alias",
      "Host box\n HostName 10.0.0.7\n User bob\n Port 2222",
      { address: "box" },
      { address: "10.0.0.7", user: "bob", port: 2222 },
    ],
    ["the inventory is stronger", "Host *\n User bob\n Port 2222", { user: "root", port: 22 }, { user: "root", port: 22 }],
    ["the first value wins", "Host 192.*\n User a\nHost *\n User b", {}, { user: "a" }],
    ["keywords in any case", "host *\n user bob\n PORT 2200", {}, { user: "bob", port: 2200 }],
    ["a block by name counts where its HostName is the address", "Host ocean\n HostName 192.168.1.143\n User bob", {}, { user: "bob" }],
    ["a block by name does not count where it is another machine", "Host ocean\n HostName 10.9.9.9\n User bob", {}, { user: "me", address: "192.168.1.143" }],
    [
      "tokens in IdentityFile",
      "Host *\n IdentityFile ~/.ssh/%h-%r-%u\n IdentityFile %d/k%%",
      { user: "bob" },
      { keyFiles: ["/home/me/.ssh/192.168.1.143-bob-me", "/home/me/k%"] },
    ],
    [
      "the inventory's key first",
      "Host *\n IdentityFile ~/a\n IdentitiesOnly yes",
      { keyFile: "~/b" },
      { keyFiles: ["/home/me/b", "/home/me/a"], onlyKeyFiles: true },
    ],
    ["IdentityAgent", "Host *\n IdentityAgent ~/agent.sock", {}, { agent: "/home/me/agent.sock" }],
    ["HostKeyAlias", "Host *\n HostKeyAlias deep\n Port 2222", {}, { alias: "deep" }],
    [
      "UserKnownHostsFile after ours, /dev/null left out",
      "Host *\n UserKnownHostsFile ~/kh /dev/null",
      {},
      { knownHosts: ["/home/me/.ssh/known_hosts", "/home/me/kh"] },
    ],
    ["ConnectTimeout in seconds", "Host *\n ConnectTimeout 7", {}, { connectTimeoutMs: 7000 }],
    [
      "ProxyJump",
      "Host 192.*\n ProxyJump bob@gate:2222\nHost gate\n HostName 10.0.0.1\n IdentityFile ~/g",
      {},
      { jump: { name: "gate", address: "10.0.0.1", user: "bob", port: 2222, keyFiles: ["/home/me/g"] } },
    ],
    ["the inventory's jump is stronger", "Host *\n User x\nHost 192.*\n ProxyJump a", { jump: "b" }, { jump: { address: "b", user: "x" } }],
    ["ProxyJump none", "Host 192.*\n ProxyJump none\nHost *\n ProxyJump a", {}, { address: "192.168.1.143" }],
    ["a jump host does not jump through itself", "Host *\n ProxyJump gate", {}, { jump: { address: "gate" } }],
    [
      "several jumps, in the order of travel",
      "Host b\n Port 2222\n ProxyJump nowhere\nHost a\n ProxyJump z",
      { jump: "bob@a,b" },
      { jump: { address: "b", port: 2222, jumpFor: "ocean", jump: { address: "a", user: "bob", jumpFor: "b", jump: { address: "z" } } } },
    ],
    ["Match user", "Match user bob\n Port 2222", { user: "bob" }, { port: 2222 }],
    ["a text that cannot be parsed says nothing", 'Host *\n User "x', {}, { user: "me" }],
  ];
  test.each(cases)("%s", (...[, config, login, expected]) => {
    expect(resolve(config, login)).toMatchObject(expected);
  });
  test("IdentityAgent none, and ProxyJump none, leave nothing", () => {
    expect(resolve("Host *\n IdentityAgent none")).not.toHaveProperty("agent");
    expect(resolve("Host *\n ProxyJump none")).not.toHaveProperty("jump");
    expect(resolve("Host *\n ProxyJump 192.168.1.143")).not.toHaveProperty("jump");
  });
  test("a twin is its container: nothing of ~/.ssh/config, no agent, its own name only", () => {
    const twin = resolve("Host *\n User bob\n Port 2222\n ProxyJump gate", { address: "hlx-lab-ocean", twin: "lab", keyFile: "/k" });
    expect(twin).toMatchObject({ container: "hlx-lab-ocean", alias: "hlx-lab-ocean", user: "root", port: 22, keyFiles: ["/k"], onlyKeyFiles: true });
    expect(twin).not.toHaveProperty("agent");
    expect(twin).not.toHaveProperty("jump");
    expect(identityOf(twin)).toEqual({ host: "hlx-lab-ocean", port: 22 });
  });
});

describe("nothing that is written there is run", () => {
  test("Match exec", () => {
    const notes: string[] = [];
    const touched = join(home, "touched");
    expect(resolve(`Match exec "touch ${touched}"\n User bob\nHost *\n Port 2222`, {}, notes)).toMatchObject({ user: "me", port: 2222 });
    expect(() => rmSync(touched)).toThrow();
    expect(notes.join()).toContain("Match exec is not run");
  });
  test("CanonicalizeHostname (the library would run nslookup)", () => {
    const notes: string[] = [];
    resolve("Host *\n CanonicalizeHostname yes\n CanonicalDomains lan", {}, notes);
    expect(notes.join()).toContain("not canonicalized");
  });
  test("ProxyCommand is refused", () => {
    expect(refusal("Host *\n ProxyCommand nc %h %p")).toMatchObject({ code: "input", message: expect.stringContaining("ProxyCommand (nc %h %p)") });
    expect(resolve("Host *\n ProxyCommand none")).toMatchObject({ user: "me" });
  });
});

describe("refused before anything connects", () => {
  const hostile = ["-oProxyCommand=x", "a b", "a;b", "a`b`", "$(a)", "a\nb", "a'b", 'a"b', "a|b", "a&b", "a\u0000", "a%h", "", "a\u202eb", "é", "a/b"];
  test.each(hostile)("address %j", (address) => {
    expect(refusal("", { address })).toMatchObject({ code: "input" });
  });
  test.each(hostile.filter((user) => user !== "é"))("user %j", (user) => {
    expect(refusal("", { user })).toMatchObject({ code: "input" });
  });
  test.each([...hostile, "a@b@c", "a:0:1:zz g", "a:99999", "a:0", "-a@b", "a@-b", "[::1"])("jump %j", (jump) => {
    expect(refusal("", { jump })).toMatchObject({ code: "input" });
  });
  test.each([0, -1, 65536, 22.5, Number.NaN])("port %d", (port) => {
    expect(refusal("", { port })).toMatchObject({ code: "input" });
  });
  test.each(["HostName -oX", "User a;b", "HostName a`b`", "Port 0"])("from ~/.ssh/config: %s", (line) => {
    expect(refusal(`Host *\n ${line}`)).toMatchObject({ code: "input" });
  });
  test.each([
    ["in ~/.ssh/config, each by its own ProxyJump", "Host gate\n ProxyJump far\nHost far\n ProxyJump gate", "gate"],
    ["in the inventory", "", "gate,far,gate"],
  ])("jumps in a circle: %s", (_, config, jump) => {
    expect(refusal(config, { jump })).toMatchObject({ code: "input", message: expect.stringContaining("in a circle") });
  });
  test.each(["ocean", "ocean.lan", "192.168.1.2", "fe80::1", "fe80::1%eth0", "my_host", "a"])("the twin of these: %s is fine", (address) => {
    expect(resolve("", { address })).toMatchObject({ address });
  });
});

test.each([
  ["gate", { address: "gate" }],
  ["bob@gate:2222", { user: "bob", address: "gate", port: 2222 }],
  ["[fe80::1]:22", { address: "fe80::1", port: 22 }],
  ["fe80::1", { address: "fe80::1" }],
  ["ssh://bob@gate:22", { user: "bob", address: "gate", port: 22 }],
])("the jump %s", (text, expected) => {
  expect(parseJump(text)).toEqual(expected);
});

test("Include before the first Host is put in place, a later one is noted", async () => {
  mkdirSync(join(home, ".ssh", "d"), { recursive: true });
  writeFileSync(join(home, ".ssh", "d", "a.conf"), "Host box\n User a\n");
  writeFileSync(join(home, ".ssh", "d", "b.conf"), "Host box\n Port 2222\n");
  const file = join(home, ".ssh", "config");
  writeFileSync(file, "Include d/*.conf missing\nIdentitiesOnly yes\nHost *\n User b\nInclude late\n");
  const notes: string[] = [];
  const text = await readSshConfig(file, { home, log: (line) => notes.push(line) });
  expect(resolve(text, { address: "box" })).toMatchObject({ user: "a", port: 2222, onlyKeyFiles: true });
  expect(resolve(text)).toMatchObject({ user: "b", port: 22, onlyKeyFiles: true });
  expect(notes).toEqual([expect.stringContaining("Include late")]);
  writeFileSync(file, "Include config\nUser x\n");
  expect(resolve(await readSshConfig(file, { home, log: () => undefined }))).toMatchObject({ user: "x" });
  expect(await readSshConfig(join(home, "none"), { home, log: () => undefined })).toBe("");
});
