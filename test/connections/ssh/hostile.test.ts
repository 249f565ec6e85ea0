// Servers that lie, stall or hang up: what they learn, and what they are called.

import { execFileSync } from "node:child_process";
import { globSync, readFileSync, rmSync } from "node:fs";
import { connect, createServer, type Socket, type Server as TcpServer } from "node:net";
import { join } from "node:path";
import ssh2, { type AuthContext, type ServerConfig } from "ssh2";
import { afterAll, afterEach, describe, expect, test } from "vitest";
import { type ClientOptions, openClient } from "../../../src/connections/ssh/client.ts";
import { fingerprint } from "../../../src/connections/ssh/host-key.ts";
import { connectSsh } from "../../../src/connections/ssh/transport.ts";
import { knownHosts, options, problemFrom, targetOn } from "./helpers.ts";
import { folder, keygen, publicKey } from "./sshd.ts";

const home = folder();
const key = keygen(join(home, "key"));
const hostKeys = { ed25519: keygen(join(home, "host")), other: keygen(join(home, "host2")), rsa: keygen(join(home, "host3"), { type: "rsa" }) };
const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

interface Fake {
  readonly port: number;
  /** Every authentication request that reached it. */
  readonly asked: string[];
  readonly passwords: string[];
}

/** An SSH server in this process. `accept` decides on each request; none is accepted by default. */
async function fakeServer(
  hostKey: string,
  more: { readonly accept?: (context: AuthContext) => boolean; readonly config?: Partial<ServerConfig> } = {},
): Promise<Fake> {
  const asked: string[] = [];
  const passwords: string[] = [];
  const server = new ssh2.Server({ hostKeys: [readFileSync(hostKey)], ...more.config }, (client) => {
    client.on("error", () => undefined);
    client.on("authentication", (context) => {
      asked.push(context.method);
      if (context.method === "password") passwords.push(context.password);
      if (more.accept?.(context) === true) context.accept();
      else context.reject(["publickey", "password", "keyboard-interactive"]);
    });
  });
  const port = await new Promise<number>((resolve) => server.listen(0, "127.0.0.1", () => resolve((server.address() as { port: number }).port)));
  closers.push(() => server.close());
  return { port, asked, passwords };
}

async function rawServer(serve: (socket: Socket) => void): Promise<number> {
  const server: TcpServer = createServer((socket) => {
    socket.on("error", () => undefined);
    closers.push(() => socket.destroy());
    serve(socket);
  });
  closers.push(() => server.close());
  return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve((server.address() as { port: number }).port)));
}

const secret = async () => "hunter2";
const lineOf = (port: number, hostKey: string) => `[127.0.0.1]:${port} ${publicKey(hostKey).split(" ").slice(0, 2).join(" ")}`;
const printOf = (hostKey: string) => execFileSync("ssh-keygen", ["-lf", hostKey]).toString().split(" ")[1] ?? "";

describe("a host key that is not trusted", () => {
  const cases: readonly (readonly [name: string, lines: (port: number) => readonly string[], message: string])[] = [
    ["unknown", () => [], "is not known"],
    ["changed", (port) => [lineOf(port, hostKeys.other)], "has changed"],
    ["of another type than the recorded one", (port) => [lineOf(port, hostKeys.rsa)], "has changed"],
    ["revoked", (port) => [lineOf(port, hostKeys.ed25519), `@revoked * ${publicKey(hostKeys.ed25519)}`], "is revoked"],
    ["known by an authority only", (port) => [`@cert-authority ${lineOf(port, hostKeys.other)}`], "only ssh itself checks certificates"],
  ];
  test.each(cases)("sec/11 %s: refused, and no credential reaches the server", async (_name, lines, message) => {
    const fake = await fakeServer(hostKeys.ed25519);
    const known = knownHosts(home, lines(fake.port));
    const problem = await problemFrom(connectSsh(targetOn(fake.port, { knownHosts: [known], keyFiles: [key] }), options({ password: secret })));
    expect([problem.code, problem.message]).toEqual(["trust", expect.stringContaining(message)]);
    expect(problem.message).toContain(`ssh-ed25519 ${printOf(hostKeys.ed25519)}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(fake.asked).toEqual([]);
  });
  test("the twin of these: a known key is followed by the key and the password", async () => {
    const fake = await fakeServer(hostKeys.ed25519);
    const known = knownHosts(home, [lineOf(fake.port, hostKeys.ed25519)]);
    const problem = await problemFrom(connectSsh(targetOn(fake.port, { knownHosts: [known], keyFiles: [key] }), options({ password: secret })));
    expect(problem.message).toMatch(/tried publickey SHA256:.*, then password/);
    expect(problem.message).not.toContain("hunter2");
    expect(fake.asked).toEqual(["publickey", "password"]);
    expect(fake.passwords).toEqual(["hunter2"]);
  });
  test("accept-new accepts an unknown one, never a changed or revoked one", async () => {
    const fake = await fakeServer(hostKeys.ed25519, { accept: () => true });
    for (const lines of [[lineOf(fake.port, hostKeys.other)], [`@revoked * ${publicKey(hostKeys.ed25519)}`]]) {
      const known = knownHosts(home, lines);
      expect((await problemFrom(connectSsh(targetOn(fake.port, { knownHosts: [known], keyFiles: [key] }), options({ acceptNew: true })))).code).toBe("trust");
      expect(readFileSync(known, "utf8")).toBe(`${lines[0]}\n`);
    }
    const transport = await connectSsh(targetOn(fake.port, { knownHosts: [knownHosts(home, [])], keyFiles: [key] }), options({ acceptNew: true }));
    await transport.close();
  });
  test("a changed key shows old and new fingerprint, the line, and the command that mends it", async () => {
    const fake = await fakeServer(hostKeys.ed25519);
    const known = knownHosts(home, ["# mine", lineOf(fake.port, hostKeys.other)]);
    const { message, hint } = await problemFrom(connectSsh(targetOn(fake.port, { knownHosts: [known] }), options()));
    expect(message).toBe(
      `the host key of ocean (127.0.0.1:${fake.port}) has changed: it showed ssh-ed25519 ${printOf(hostKeys.ed25519)}, recorded is ssh-ed25519 ${printOf(hostKeys.other)} (${known}:2)`,
    );
    expect(hint).toContain("hlx trust ocean");
    expect(hint).toContain(`ssh-keygen -R '[127.0.0.1]:${fake.port}' -f ${known}`);
  });
  test("an unknown key shows its fingerprint and the command that trusts it", async () => {
    const fake = await fakeServer(hostKeys.ed25519);
    const { message, hint } = await problemFrom(connectSsh(targetOn(fake.port), options()));
    expect(message).toContain(`ssh-ed25519 ${printOf(hostKeys.ed25519)}`);
    expect(hint).toContain("hlx trust ocean");
  });
  test("known_hosts that cannot be read refuses, before anything connects", async () => {
    const fake = await fakeServer(hostKeys.ed25519, { accept: () => true });
    expect((await problemFrom(connectSsh(targetOn(fake.port, { knownHosts: [home], keyFiles: [key] }), options({ acceptNew: true })))).code).toBe("trust");
    expect(fake.asked).toEqual([]);
  });
});

describe("sec/13 a check that fails itself", () => {
  const checks: readonly (readonly [name: string, verify: () => Promise<void>, ready: boolean])[] = [
    ["rejects", () => Promise.reject(new Error("no")), false],
    ["rejects with nothing", () => Promise.reject(), false],
    [
      "throws",
      () => {
        throw new Error("no");
      },
      false,
    ],
    ["never answers", () => new Promise<void>(() => undefined), false],
    ["resolves (the twin)", async () => undefined, true],
  ];
  test.each(checks)("%s", async (_name, verify, ready) => {
    const fake = await fakeServer(hostKeys.ed25519, { accept: () => true });
    const stream = connect(fake.port, "127.0.0.1");
    await new Promise((resolve) => stream.once("connect", resolve));
    const logIn = (_left: unknown, _partial: unknown, next: (method: "none") => void) => next("none");
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 700);
    // ssh2 allows "none" by name only with its own config; a password object shows the same.
    const result = await openClient({
      stream,
      user: "root",
      check: { recordedTypes: [], offer: ["ssh-ed25519"], verify },
      logIn: (left, partial, next) => (left === null ? next({ type: "password", username: "root", password: "x" }) : logIn(left, partial, next)),
      signal: controller.signal,
      log: () => undefined,
    });
    expect("opened" in result).toBe(ready);
    expect(fake.asked.length > 0).toBe(ready);
    if ("opened" in result) result.opened.client.destroy();
  });
});

describe("logging in", () => {
  const knownFor = (port: number) => ({ knownHosts: [knownHosts(home, [lineOf(port, hostKeys.ed25519)])] });
  test("by password after the keys were refused", async () => {
    const fake = await fakeServer(hostKeys.ed25519, { accept: (context) => context.method === "password" && context.password === "hunter2" });
    const transport = await connectSsh(targetOn(fake.port, { ...knownFor(fake.port), keyFiles: [key] }), options({ password: secret }));
    await transport.close();
    expect(fake.asked).toEqual(["publickey", "password"]);
  });
  test("by the one hidden question of keyboard-interactive, where passwords are not taken", async () => {
    const server = new ssh2.Server({ hostKeys: [readFileSync(hostKeys.ed25519)] }, (client) => {
      client.on("error", () => undefined);
      client.on("authentication", (context) => {
        if (context.method !== "keyboard-interactive") return context.reject(["keyboard-interactive"]);
        context.prompt([{ prompt: "Password: ", echo: false }], ([answer]) => (answer === "hunter2" ? context.accept() : context.reject()));
      });
    });
    const port = await new Promise<number>((resolve) => server.listen(0, "127.0.0.1", () => resolve((server.address() as { port: number }).port)));
    closers.push(() => server.close());
    const transport = await connectSsh(targetOn(port, knownFor(port)), options({ password: secret }));
    await transport.close();
  });
  test("a refused password is not tried again another way", async () => {
    const fake = await fakeServer(hostKeys.ed25519);
    await problemFrom(connectSsh(targetOn(fake.port, knownFor(fake.port)), options({ password: secret })));
    expect(fake.asked).toEqual(["password"]);
  });
  test("without a password none is sent, and `none` is never tried", async () => {
    const fake = await fakeServer(hostKeys.ed25519);
    await problemFrom(connectSsh(targetOn(fake.port, { ...knownFor(fake.port), keyFiles: [key] }), options({ password: async () => undefined })));
    expect(fake.asked).toEqual(["publickey"]);
  });
});

describe("algorithms", () => {
  const weak: readonly (readonly [name: string, algorithms: NonNullable<ServerConfig["algorithms"]>])[] = [
    ["chacha20-poly1305 only (Terrapin)", { cipher: ["chacha20-poly1305@openssh.com"] }],
    ["CBC with encrypt-then-MAC only (Terrapin)", { cipher: ["aes128-cbc"], hmac: ["hmac-sha2-256-etm@openssh.com"] }],
    ["SHA-1 key exchange only", { kex: ["diffie-hellman-group14-sha1"] }],
    ["SHA-1 MACs only", { cipher: ["aes128-ctr"], hmac: ["hmac-sha1"] }],
    ["SHA-1 host key signatures only", { serverHostKey: ["ssh-rsa"] }],
  ];
  test.each(weak)("a server with %s is refused", async (_name, algorithms) => {
    const hostKey = algorithms.serverHostKey === undefined ? hostKeys.ed25519 : hostKeys.rsa;
    const fake = await fakeServer(hostKey, { accept: () => true, config: { algorithms } });
    const known = knownHosts(home, [lineOf(fake.port, hostKey)]);
    const problem = await problemFrom(connectSsh(targetOn(fake.port, { knownHosts: [known], keyFiles: [key] }), options()));
    expect([problem.code, problem.message]).toEqual(["unreachable", expect.stringContaining("the key exchange failed")]);
    expect(fake.asked).toEqual([]);
  });
});

test("sec/14 strict key exchange is offered, and nothing that Terrapin, SHA-1 or compression could be made of", async () => {
  let offered = "";
  const port = await rawServer((socket) => {
    socket.write("SSH-2.0-x\r\n");
    socket.on("data", (chunk: Buffer) => {
      offered += chunk.toString("latin1");
    });
  });
  const known = knownHosts(home, [lineOf(port, hostKeys.rsa)]);
  await problemFrom(connectSsh(targetOn(port, { knownHosts: [known] }), options({ connectTimeoutMs: 400 })));
  expect(offered).toContain("kex-strict-c-v00@openssh.com");
  expect(offered).toContain("rsa-sha2-512,rsa-sha2-256,ssh-ed25519,");
  expect(offered).toContain("aes128-gcm@openssh.com,");
  expect(offered).not.toMatch(/chacha20|cbc|sha1|ssh-rsa|zlib|arcfour|3des/);
});

describe("sec/15 messages out of order (AsyncSSH CVE-2023-46445)", () => {
  // RFC 4253 6: length, padding length, payload, padding; unencrypted.
  const packet = (...payload: readonly number[]) => {
    const padding = 8 + ((8 - ((5 + payload.length + 8) % 8)) % 8);
    const bytes = Buffer.alloc(5 + payload.length + padding);
    bytes.writeUInt32BE(1 + payload.length + padding, 0);
    bytes[4] = padding;
    bytes.set(payload, 5);
    return bytes;
  };
  const messages: readonly (readonly [name: string, type: number])[] = [
    ["a finished login", 52],
    ["a login service", 6],
    ["new keys", 21],
    ["an answer to a key exchange", 31],
    ["an opened channel", 91],
    ["extensions", 7],
    ["a question", 60],
  ];
  test.each(messages)("%s before any key exchange is an error, never a login", async (_name, type) => {
    const port = await rawServer((socket) => void socket.write(Buffer.concat([Buffer.from("SSH-2.0-x\r\n"), packet(type, 0, 0, 0, 0, 0, 0, 0, 0)])));
    const problem = await problemFrom(connectSsh(targetOn(port, { keyFiles: [key] }), options({ connectTimeoutMs: 600, password: secret, acceptNew: true })));
    expect([problem.code, problem.message]).toEqual(["unreachable", expect.stringContaining("could not connect")]);
  });
});

test("there is one place that makes an SSH client, and it cannot be made without a check", () => {
  const check: undefined extends ClientOptions["check"] ? "optional" : "required" = "required";
  const makers = globSync("src/**/*.ts").filter((file) => /new NodeSSH\(|new (ssh2\.)?Client\(/.test(readFileSync(file, "utf8")));
  expect([makers, check]).toEqual([["src/connections/ssh/client.ts"], "required"]);
});

describe("what is no SSH server", () => {
  const cases: readonly (readonly [name: string, serve: (socket: Socket) => void, message: string])[] = [
    ["speaks HTTP", (socket) => void socket.end("HTTP/1.1 400 Bad Request\r\n\r\n"), 'is not SSH: it said "HTTP/1.1 400 Bad Request"'],
    ["sends endless noise", (socket) => void setInterval(() => socket.writable && socket.write("\x1b]0;x\x07".repeat(2000)), 5).unref(), "is not SSH: it said"],
    ["never says a word", () => undefined, "within 0.6 s: it accepted the connection, but never said that it speaks SSH"],
    ["hangs up at once", (socket) => void socket.end(), "without a word"],
    ["resets at once", (socket) => void socket.resetAndDestroy(), "connection reset"],
    ["hangs up after its banner", (socket) => void socket.end("SSH-2.0-x\r\n"), "the key exchange failed: it closed the connection"],
    ["stalls after its banner", (socket) => void socket.write("SSH-2.0-x\r\n"), "within 0.6 s: the key exchange did not end"],
    ["goes on with garbage after its banner", (socket) => void socket.write(`SSH-2.0-x\r\n${"\xff".repeat(64)}`, "latin1"), "the key exchange failed"],
    ["speaks SSH 1", (socket) => void socket.write("SSH-1.5-x\r\n"), "could not connect"],
  ];
  test.each(cases)("%s", async (_name, serve, message) => {
    const port = await rawServer(serve);
    const problem = await problemFrom(connectSsh(targetOn(port), options({ connectTimeoutMs: 600 })));
    expect([problem.code, problem.message]).toEqual(["unreachable", expect.stringContaining(message)]);
    expect(problem.message).not.toMatch(/[\x00-\x1f\x7f]/);
  });
  test("nobody listens", async () => {
    expect((await problemFrom(connectSsh(targetOn(1), options()))).message).toContain("connection refused");
  });
  test("a name that does not resolve", async () => {
    expect((await problemFrom(connectSsh(targetOn(22, { address: "no-such-host.invalid" }), options()))).message).toContain("does not resolve");
  });
});

test("a fingerprint is the one that ssh-keygen prints", () => {
  expect(fingerprint(Buffer.from(publicKey(key).split(" ")[1] ?? "", "base64"))).toBe(printOf(key));
});
