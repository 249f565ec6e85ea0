// The connection "ssh" as the engine opens it: inventory's login in, a session out.
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { connections } from "../../../src/connections/registry.ts";
import type { Host, Login } from "../../../src/model/host.ts";
import type { ConnectOptions } from "../../../src/model/ports/connection.ts";
import type { Read, Session } from "../../../src/model/ports/shell.ts";
import { startProxy } from "../../../src/testing/proxy.ts";
import { knownHosts, problemFrom } from "./helpers.ts";
import { folder, keygen, publicKey, type Sshd, startSshd } from "./sshd.ts";

const home = folder();
const key = keygen(join(home, "key"), { passphrase: "open sesame" });
let sshd: Sshd;
beforeAll(async () => {
  sshd = await startSshd({ authorized: [publicKey(key)] });
});
afterAll(() => {
  sshd.stop();
  rmSync(home, { recursive: true, force: true });
});

const echo: Read<string, string> = {
  name: "test.echo",
  script: 'printf "%s\\n" "$@"',
  args: (query) => [query],
  parse: (output) => output.trimEnd().split("\n"),
};

function host(login: Partial<Login>): Host {
  const full: Login = { connection: "ssh", address: "127.0.0.1", user: "root", become: true, ...login };
  return { name: "ocean", login: full, groups: [], addresses: {}, vars: {}, sources: {} };
}

function opening(more: Partial<ConnectOptions> = {}): ConnectOptions {
  return {
    credentials: { password: async () => undefined, passphrase: async () => "open sesame" },
    knownHosts: [knownHosts(home, sshd.lines)],
    acceptNew: false,
    home,
    connectTimeoutMs: 8000,
    log: () => undefined,
    ...more,
  };
}

function open(login: Partial<Login>, more: Partial<ConnectOptions> = {}): Promise<Session> {
  const ssh = connections.get("ssh");
  if (ssh === undefined) throw new Error("no connection of that name");
  return ssh.open(host(login), opening(more));
}

test("a session reads over it", async () => {
  const session = await open({ port: sshd.port, keyFile: key });
  expect(await Promise.all(["a", "b c", "$(d)"].map((word) => session.shell.ask(echo, word)))).toEqual(["a", "b c", "$(d)"]);
  await session.close();
});

test("what the inventory leaves open comes from ~/.ssh/config", async () => {
  const sshConfig = join(home, "config");
  writeFileSync(sshConfig, `Host box\n HostName 127.0.0.1\n Port ${sshd.port}\n IdentityFile ${key}\n`);
  const session = await open({ address: "box" }, { sshConfig });
  expect(await session.shell.ask(echo, "x")).toBe("x");
  await session.close();
});

test("a host that is not trusted is no session", async () => {
  expect((await problemFrom(open({ port: sshd.port, keyFile: key }, { knownHosts: [] }))).code).toBe("trust");
});

test("from cold to the first answers and one more round: within the budget of 11 serial turns", async () => {
  const proxy = await startProxy({ to: { port: sshd.port }, delayMs: 20 });
  const sshConfig = join(home, "proxied");
  writeFileSync(sshConfig, "Host *\n HostKeyAlias proxied\n");
  const known = knownHosts(
    home,
    sshd.lines.map((line) => line.replace(/^\S+/, "proxied")),
    "proxied_hosts",
  );
  const session = await open({ port: proxy.port, keyFile: key }, { sshConfig, knownHosts: [known] });
  await Promise.all(["a", "b"].map((word) => session.shell.ask(echo, word)));
  await session.shell.ask(echo, "c");
  expect(proxy.turns()).toBeLessThanOrEqual(11);
  await session.close();
  await proxy.close();
});
