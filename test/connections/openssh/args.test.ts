// ssh's command lines: what is always there, what is refused, and how words that ssh would read are kept from it.
import { describe, expect, test } from "vitest";
import { masterArgs, passengerArgs, type SshCommand } from "../../../src/connections/openssh/args.ts";
import type { Login } from "../../../src/model/host.ts";
import { problemOf } from "../../../src/model/problem.ts";

function command(login: Partial<Login> = {}, more: Partial<SshCommand> = {}): SshCommand {
  const full: Login = { connection: "openssh", address: "192.168.1.2", become: true, ...login };
  return { name: "ocean", login: full, knownHosts: ["/home/me/.ssh/known_hosts"], acceptNew: false, connectTimeoutMs: 8000, terminal: false, ...more };
}

const master = (of: SshCommand) => masterArgs(of, { socket: "/run/user/1000/hlx/s", nonce: "n0" }, "exec sh");
const passenger = (of: SshCommand) => passengerArgs(of, "/run/user/1000/hlx/s", "exec sh");

function refusal(login: Partial<Login>, more: Partial<SshCommand> = {}) {
  try {
    master(command(login, more));
  } catch (thrown) {
    return problemOf(thrown);
  }
  throw new Error("it was not refused");
}

describe.each([
  ["the first", master],
  ["a further", passenger],
])("%s ssh", (_, args) => {
  test.each(["StrictHostKeyChecking=yes", "BatchMode=yes", 'UserKnownHostsFile="/home/me/.ssh/known_hosts"', "ClearAllForwardings=yes", "RemoteCommand=none"])(
    "has -o %s",
    (option) => {
      expect(args(command())[args(command()).indexOf(option) - 1]).toBe("-o");
    },
  );
  test("has its host behind --, and never a pty, a forwarded agent or X11", () => {
    expect(args(command()).slice(-3)).toEqual(["--", "192.168.1.2", "exec sh"]);
    expect(args(command())).toEqual(expect.arrayContaining(["-T", "-a", "-x"]));
  });
  test("accepts new keys only when told, asks only at a terminal", () => {
    expect(args(command({}, { acceptNew: true, terminal: true }))).toEqual(expect.arrayContaining(["StrictHostKeyChecking=accept-new", "BatchMode=no"]));
  });
});

test("every hop is checked as strictly as the host", () => {
  const proxy = master(command({ jump: "bob@gate:2222,far" })).find((word) => word.startsWith("ProxyCommand="));
  expect(proxy?.split("StrictHostKeyChecking=yes").length).toBe(3);
  expect(proxy).toContain("-W '[%h]:%p' -- far");
  expect(proxy).toContain("-p 2222 -l bob");
});

test("a path with a token of ssh_config stays a path", () => {
  expect(master(command({}, { knownHosts: ["/home/100%h/kh"] }))).toContain('UserKnownHostsFile="/home/100%%h/kh"');
});

test.each(['/a"b', "/a$HOME", "/a\nb", "/a\\b"])("the path %j is refused", (file) => {
  expect(refusal({}, { knownHosts: [file] })).toMatchObject({ code: "input" });
});

const hostile = ["-oProxyCommand=x", "a b", "a;b", "a`b`", "$(a)", "a\nb", "a%h", ""];
test.each(hostile)("sec/17 the address, user or jump %j is refused", (word) => {
  expect(refusal({ address: word })).toMatchObject({ code: "input" });
  expect(refusal({ user: word })).toMatchObject({ code: "input" });
  expect(refusal({ jump: `good,${word}` })).toMatchObject({ code: "input" });
});
