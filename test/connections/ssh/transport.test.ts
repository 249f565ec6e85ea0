// The transport against a real sshd: keys, passphrases, agents, jumps, sessions, loss, and the price in round trips.
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { existsSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { commandStream } from "../../../src/connections/ssh/streams.ts";
import { connectSsh } from "../../../src/connections/ssh/transport.ts";
import { scanHostKeys } from "../../../src/connections/ssh/trust.ts";
import { knownHosts, options, outputOf, problemFrom, targetOn } from "./helpers.ts";
import { folder, keygen, publicKey, type Sshd, startSshd } from "./sshd.ts";

const home = folder();
const key = keygen(join(home, "key"), { comment: "me@laptop" });
const locked = keygen(join(home, "locked"), { passphrase: "open sesame" });
const rsa = keygen(join(home, "rsa"), { type: "rsa" });
const stranger = keygen(join(home, "stranger"), { comment: "stranger@street" });
let sshd: Sshd;
let known: string;

beforeAll(async () => {
  sshd = await startSshd({ authorized: [key, locked, rsa].map(publicKey) });
  known = knownHosts(home, sshd.lines);
});
afterAll(() => {
  sshd.stop();
  rmSync(home, { recursive: true, force: true });
});

async function run(command: string, more: Parameters<typeof targetOn>[1] = {}, asked: Parameters<typeof options>[0] = {}) {
  const transport = await connectSsh(targetOn(sshd.port, { knownHosts: [known], keyFiles: [key], ...more }), options(asked));
  try {
    return await outputOf(await transport.exec(command));
  } finally {
    await transport.close();
  }
}

describe("commands", () => {
  test("streams and status come through", async () => {
    const transport = await connectSsh(targetOn(sshd.port, { knownHosts: [known], keyFiles: [key] }), options());
    const channel = await transport.exec("cat; echo oops >&2; exit 3");
    channel.stdin.end("hello");
    expect(await outputOf(channel)).toEqual({ out: "hello", err: "oops\n", status: 3 });
    expect(transport.user).toBe("root");
    await transport.close();
  });
  test("a command killed by a signal has no status, and says so", async () => {
    const transport = await connectSsh(targetOn(sshd.port, { knownHosts: [known], keyFiles: [key] }), options());
    const channel = await transport.exec("kill -9 $$");
    channel.stdout.resume();
    channel.stderr.resume();
    expect(await channel.ended).toEqual({ status: null, because: "killed by SIGKILL" });
    await transport.close();
  });
  test("an output of 8 MB waits for a slow reader, and arrives whole", async () => {
    const transport = await connectSsh(targetOn(sshd.port, { knownHosts: [known], keyFiles: [key] }), options());
    const channel = await transport.exec("head -c 8000000 /dev/zero");
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(channel.stdout.readableLength).toBeLessThan(4_000_000);
    let bytes = 0;
    channel.stdout.on("data", (chunk: Buffer) => {
      bytes += chunk.length;
    });
    channel.stderr.resume();
    expect(await channel.ended).toEqual({ status: 0 });
    expect(bytes).toBe(8_000_000);
    await transport.close();
  });
  test("sec/16 no agent is forwarded", async () => {
    expect((await run('echo "[$SSH_AUTH_SOCK]"', { agent: "/nonexistent" })).out).toBe("[]\n");
  });
});

describe("logging in", () => {
  test("by an RSA key, with SHA-2", async () => {
    expect((await run("id -u", { keyFiles: [rsa] })).out).toBe("0\n");
  });
  test("a locked key asks for its passphrase once, and only after the server took the key", async () => {
    const asked: string[] = [];
    const passphrase = async (file: string) => {
      asked.push(file);
      return "open sesame";
    };
    expect((await run("id -u", { keyFiles: [stranger, locked] }, { passphrase })).out).toBe("0\n");
    expect(asked).toEqual([locked]);
  });
  test("a locked key that the server does not want asks for nothing", async () => {
    const other = keygen(join(home, "other"), { passphrase: "x" });
    const passphrase = () => Promise.reject(new Error("asked"));
    const problem = await problemFrom(run("id", { keyFiles: [other] }, { passphrase }));
    expect(problem.message).not.toContain("asked");
  });
  test("a wrong passphrase is said, and the next key is tried", async () => {
    expect((await run("id -u", { keyFiles: [locked, key] }, { passphrase: async () => "wrong" })).out).toBe("0\n");
    const problem = await problemFrom(run("id", { keyFiles: [locked] }, { passphrase: async () => "wrong" }));
    expect(problem.message).toContain("the passphrase is wrong");
  });
  test("a FIDO key, and a certificate beside a key, are not for ssh2: the hint says what is", async () => {
    const field = (text: string | Buffer) => Buffer.concat([Buffer.from([0, 0, 0, text.length]), Buffer.from(text)]);
    const blob = Buffer.concat([field("sk-ssh-ed25519@openssh.com"), field(Buffer.alloc(32)), field("ssh:")]);
    const bytes = Buffer.concat([Buffer.from("openssh-key-v1\0"), field("none"), field("none"), field(""), Buffer.from([0, 0, 0, 1]), field(blob)]);
    const fido = join(home, "id_ed25519_sk");
    writeFileSync(fido, `-----BEGIN OPENSSH PRIVATE KEY-----\n${bytes.toString("base64")}\n-----END OPENSSH PRIVATE KEY-----\n`);
    writeFileSync(`${stranger}-cert.pub`, "");
    const { hint } = await problemFrom(run("true", { keyFiles: [fido, stranger] }));
    rmSync(`${stranger}-cert.pub`);
    expect(hint).toContain("id_ed25519_sk is a FIDO key, which only ssh can use: connection: openssh");
    expect(hint).toContain("stranger-cert.pub is a certificate");
  });
  test("time spent at a question does not count", async () => {
    const passphrase = () => new Promise<string>((resolve) => setTimeout(() => resolve("open sesame"), 1500));
    expect((await run("id -u", { keyFiles: [locked] }, { passphrase, connectTimeoutMs: 1200 })).out).toBe("0\n");
  });
  test("a refusal names user, methods in order, keys with comments, and the agent", async () => {
    const problem = await problemFrom(run("id", { keyFiles: [stranger, join(home, "missing")], agent: join(home, "no-agent") }));
    const print = execFileSync("ssh-keygen", ["-lf", stranger]).toString().split(" ")[1];
    expect(problem.code).toBe("unreachable");
    expect(problem.message).toContain(`could not log in to root@127.0.0.1:${sshd.port}: tried publickey ${print} (stranger@street, ${stranger})`);
    expect(problem.message).toContain("the server accepts publickey");
    expect(problem.hint).toContain(`agent at ${join(home, "no-agent")} does not answer`);
  });
  test("with nothing to try, it says so", async () => {
    expect((await problemFrom(run("id", { keyFiles: [] }))).message).toContain("nothing to try: no key and no password");
  });
});

describe("an agent", () => {
  const socket = join(home, "agent.sock");
  let agent: ChildProcess;
  const add = (...args: readonly string[]) => execFileSync("ssh-add", ["-q", ...args], { env: { SSH_AUTH_SOCK: socket }, stdio: "ignore" });
  beforeAll(async () => {
    agent = spawn("ssh-agent", ["-D", "-a", socket], { stdio: "ignore" });
    while (!existsSync(socket)) await new Promise((resolve) => setTimeout(resolve, 20));
    add(stranger);
    add(key);
  });
  afterAll(() => void agent.kill());

  test("signs", async () => {
    expect((await run("id -u", { keyFiles: [], agent: socket })).out).toBe("0\n");
  });
  test("signs with an RSA key by SHA-2", async () => {
    add("-D");
    add(rsa);
    expect((await run("id -u", { keyFiles: [], agent: socket })).out).toBe("0\n");
    add("-D");
    add(stranger);
    add(key);
  });
  test("offers only the named keys when told so", async () => {
    const problem = await problemFrom(run("id", { keyFiles: [stranger], onlyKeyFiles: true, agent: socket }));
    expect(problem.message.match(/publickey SHA256/g)).toHaveLength(1);
    expect(problem.hint).toContain("agent with 2 keys");
  });
  test("that is locked (signs nothing) does not end the login: the next key is tried", async () => {
    const picky = join(home, "picky.sock");
    const other = spawn("ssh-agent", ["-D", "-a", picky], { stdio: "ignore", env: { SSH_ASKPASS: "/bin/false", PATH: process.env["PATH"] } });
    while (!existsSync(picky)) await new Promise((resolve) => setTimeout(resolve, 20));
    // -c: every use needs a confirmation, which /bin/false denies.
    execFileSync("ssh-add", ["-q", "-c", key], { env: { SSH_AUTH_SOCK: picky }, stdio: "ignore" });
    expect((await run("id -u", { keyFiles: [key, rsa], agent: picky })).out).toBe("0\n");
    const problem = await problemFrom(run("id", { keyFiles: [], agent: picky }));
    expect(problem.message).toMatch(/agent\): Failed to sign|agent\): .*agent/i);
    other.kill();
  });
});

test("an agent that accepts and says nothing is passed by", async () => {
  const silent = createServer((socket) => void socket.on("error", () => undefined)).listen(join(home, "silent.sock"));
  expect((await run("id -u", { agent: join(home, "silent.sock") })).out).toBe("0\n");
  silent.close();
});

describe("sessions", () => {
  test("MaxSessions 1: what does not fit on one connection goes to another, up to four", async () => {
    const small = await startSshd({ authorized: [publicKey(key)], config: ["MaxSessions 1"] });
    const transport = await connectSsh(targetOn(small.port, { knownHosts: [knownHosts(home, small.lines, "small")], keyFiles: [key] }), options());
    const logins = () => small.log().split("Accepted publickey").length - 1;
    const first = await transport.exec("cat");
    expect((await outputOf(await transport.exec("echo second"))).out).toBe("second\n");
    expect((await outputOf(await transport.exec("echo third"))).out).toBe("third\n");
    // A busy sshd may still count the second command when the third comes.
    expect([2, 3]).toContain(logins());
    const others = await Promise.all(["cat", "cat", "cat"].map((command) => transport.exec(command)));
    expect(logins()).toBe(4);
    const problem = await problemFrom(transport.exec("true"));
    expect(problem).toMatchObject({ code: "unreachable", hint: expect.stringContaining("MaxSessions") });
    first.stdin.end("first");
    expect((await outputOf(first)).out).toBe("first");
    for (const other of others) other.close();
    await transport.close();
    small.stop();
  });
  test("MaxStartups 2: those that are turned away come back, and the end says what sshd says of itself", async () => {
    const small = await startSshd({ authorized: [publicKey(key)], config: ["MaxStartups 2"] });
    const base = targetOn(small.port, { knownHosts: [knownHosts(home, small.lines, "startups")], keyFiles: [key] });
    const names = ["a", "b", "c", "d", "e", "f", "g", "h"];
    const all = await Promise.all(names.map((name) => connectSsh({ ...base, name }, options({ connectTimeoutMs: 30_000 }))));
    await Promise.all(all.map((transport) => transport.close()));
    const idle = [connect(small.port, "127.0.0.1"), connect(small.port, "127.0.0.1")];
    const problem = await problemFrom(connectSsh(base, options({ connectTimeoutMs: 1500 })));
    expect([problem.message, problem.hint].join()).toContain("MaxStartups");
    for (const socket of idle) socket.destroy();
    small.stop();
  });
  test("exec on a lost connection is a problem, not a hang", async () => {
    const transport = await connectSsh(targetOn(sshd.port, { knownHosts: [known], keyFiles: [key] }), options());
    await transport.close();
    expect((await problemFrom(transport.exec("true"))).message).toContain("could not open a session");
  });
});

describe("a jump host", () => {
  test("is checked and logged in to on its own", async () => {
    const inner = await startSshd({ authorized: [publicKey(rsa)] });
    const innerKnown = knownHosts(home, inner.lines, "inner");
    const jump = targetOn(sshd.port, { name: "gate", jumpFor: "ocean", knownHosts: [known], keyFiles: [key] });
    const target = targetOn(inner.port, { knownHosts: [innerKnown], keyFiles: [rsa], jump });
    const transport = await connectSsh(target, options());
    expect((await outputOf(await transport.exec('echo "$SSH_CONNECTION"'))).out).toContain(` ${inner.port}`);
    await transport.close();
    const strangeGate = await problemFrom(connectSsh({ ...target, jump: { ...jump, knownHosts: [] } }, options()));
    expect([strangeGate.code, strangeGate.message]).toEqual(["trust", expect.stringContaining("host key of gate")]);
    expect(strangeGate.hint).toContain(`ssh -p ${sshd.port} root@127.0.0.1 true`);
    const strangeTarget = await problemFrom(connectSsh({ ...target, knownHosts: [known] }, options()));
    expect([strangeTarget.code, strangeTarget.message]).toEqual(["trust", expect.stringContaining("host key of ocean")]);
    expect((await scanHostKeys(target, options())).map(({ line }) => line)).toEqual(inner.lines);
    inner.stop();
    const closed = await problemFrom(connectSsh(target, options()));
    expect(closed.message).toContain(`through root@127.0.0.1:${sshd.port}`);
  });
});

describe("over a stream of its own (a twin's sshd -i)", () => {
  test("the host key is checked under the given name", async () => {
    const stdio = commandStream(["/usr/sbin/sshd", "-i", "-f", join(sshd.folder, "sshd_config")]);
    const [line = ""] = sshd.lines;
    const twin = targetOn(22, { alias: "hlx-ocean", container: "hlx-ocean", keyFiles: [key] });
    const named = knownHosts(home, [line.replace(/^\S+/, "hlx-ocean")], "twins");
    const transport = await connectSsh({ ...twin, knownHosts: [named] }, options({ sock: stdio }));
    expect((await outputOf(await transport.exec("echo here"))).out).toBe("here\n");
    await transport.close();
    const refused = await problemFrom(connectSsh({ ...twin, knownHosts: [known] }, options({ sock: stdio })));
    expect([refused.code, refused.message]).toEqual(["trust", expect.stringContaining("twin hlx-ocean")]);
  });
  test("a container that is not there is a problem with what the engine said", async () => {
    const sock = commandStream(["/bin/sh", "-c", "echo 'no such container: x' >&2; exit 1"]);
    const problem = await problemFrom(connectSsh(targetOn(22, { container: "x" }), options({ sock })));
    expect([problem.code, problem.message]).toEqual(["unreachable", expect.stringContaining("no such container")]);
  });
});
