// The system's ssh against a real sshd: certificates, several hops, refusals that are told apart, and nothing left behind.
import { execFileSync, spawnSync } from "node:child_process";
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openSshTransport } from "../../../src/connections/openssh/transport.ts";
import { connections } from "../../../src/connections/registry.ts";
import type { Login } from "../../../src/model/host.ts";
import type { ConnectOptions } from "../../../src/model/ports/connection.ts";
import { knownHosts, outputOf, problemFrom } from "../ssh/helpers.ts";
import { folder, keygen, publicKey, type Sshd, startSshd } from "../ssh/sshd.ts";

const home = folder();
const [key, stranger, authority] = ["key", "stranger", "authority"].map((name) => keygen(join(home, name))) as [string, string, string];
let [sshd, certified]: (Sshd | undefined)[] = [];
let known = "";

beforeAll(async () => {
  sshd = await startSshd({ authorized: [publicKey(key)], types: ["ed25519"], config: ["MaxSessions 1"] });
  known = knownHosts(home, sshd.lines);
  const hostKey = keygen(join(home, "certified"));
  sign("-h", "-I", "host", "-n", "127.0.0.1", hostKey);
  sign("-I", "me", "-n", "root", keygen(join(home, "signed")));
  const config = [`HostKey ${hostKey}`, `HostCertificate ${hostKey}-cert.pub`, `TrustedUserCAKeys ${authority}.pub`];
  certified = await startSshd({ authorized: [""], types: [], config });
});
afterAll(() => {
  sshd?.stop();
  certified?.stop();
  rmSync(home, { recursive: true, force: true });
});

function sign(...args: readonly string[]): void {
  const file = args.at(-1) ?? "";
  execFileSync("ssh-keygen", ["-q", "-s", authority, ...args.slice(0, -1), `${file}.pub`]);
}

interface Way {
  readonly login?: Partial<Login>;
  readonly knownHosts?: readonly string[];
}

async function transport({ login, knownHosts = [known] }: Way) {
  const full: Login = { connection: "openssh", address: "127.0.0.1", port: sshd?.port ?? 0, user: "root", keyFile: key, become: true, ...login };
  const command = { name: "ocean", login: full, knownHosts, acceptNew: false, connectTimeoutMs: 8000, terminal: false };
  return openSshTransport({ command, socket: join(home, "socket"), nonce: "0123456789abcdef" });
}

async function run(line: string, way: Way = {}) {
  const opened = await transport(way);
  try {
    return await outputOf(await opened.exec(line));
  } finally {
    await opened.close();
  }
}

describe("commands", () => {
  test("streams and status come through, ssh's own words do not", async () => {
    const opened = await transport({});
    const channel = await opened.exec("cat; echo oops >&2; exit 3");
    channel.stdin.end("hello");
    expect(await outputOf(channel)).toEqual({ out: "hello", err: "oops\n", status: 3 });
    expect(await opened.lost).toMatchObject({ code: "unreachable" });
    await opened.close();
  });
  test("several at once, also where sshd allows one session a connection", async () => {
    const opened = await transport({});
    const first = await opened.exec("cat");
    const others = await Promise.all(["a", "b"].map(async (word) => outputOf(await opened.exec(`echo ${word}`))));
    expect(others.map(({ out }) => out)).toEqual(["a\n", "b\n"]);
    first.stdin.end("first");
    expect((await outputOf(first)).out).toBe("first");
    await opened.close();
  });
  test("close ends what runs, and leaves no socket", async () => {
    const opened = await transport({});
    const channel = await opened.exec("sleep 60");
    expect(readdirSync(home)).toContain("socket");
    await opened.close();
    expect((await channel.ended).status).toBe(null);
    expect(readdirSync(home)).not.toContain("socket");
  });
});

test("an hlx that is killed leaves no ssh behind, and no socket", async () => {
  const login = { connection: "openssh", address: "127.0.0.1", port: sshd?.port ?? 0, user: "root", keyFile: key, become: true };
  const command = { name: "ocean", login, knownHosts: [known], acceptNew: false, connectTimeoutMs: 8000, terminal: false };
  const module = new URL("../../../src/connections/openssh/transport.ts", import.meta.url).href;
  const script = `import { openSshTransport } from ${JSON.stringify(module)};
    const { exec } = await openSshTransport(JSON.parse(process.argv[1]));
    (await exec("exec /bin/sh")).stdout.resume();
    process.kill(process.pid, "SIGKILL");`;
  const socket = join(home, "killed");
  const ran = spawnSync(process.execPath, ["--input-type=module", "-e", script, JSON.stringify({ command, socket, nonce: "0123456789abcdef" })]);
  expect(ran.signal).toBe("SIGKILL");
  const running = () => execFileSync("sh", ["-c", "cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' ' '; true"]).toString();
  await expect.poll(() => running().includes(`ControlPath=${socket}`), { timeout: 10_000 }).toBe(false);
  expect(readdirSync(home)).not.toContain("killed");
});

describe("certificates", () => {
  const trusted = () => knownHosts(home, [`@cert-authority * ${publicKey(authority)}`], "authorities");
  const login = () => ({ port: certified?.port ?? 0, keyFile: join(home, "signed") });
  test("the host's is checked, the user's is taken", async () => {
    expect((await run("echo in", { login: login(), knownHosts: [trusted()] })).out).toBe("in\n");
  });
  test("another authority's host, and a user without a certificate, are refused", async () => {
    const other = knownHosts(home, [`@cert-authority * ${publicKey(stranger)}`], "others");
    expect(await problemFrom(run("true", { login: login(), knownHosts: [other] }))).toMatchObject({ code: "trust" });
    expect((await problemFrom(run("true", { login: { ...login(), keyFile: key }, knownHosts: [trusted()] }))).message).toContain("showed a certificate");
  });
});

test("two hops, each checked", async () => {
  const hop = `root@127.0.0.1:${sshd?.port}`;
  const through = { jump: `${hop},${hop}`, port: certified?.port ?? 0, keyFile: join(home, "signed") };
  const both = knownHosts(home, [...readFileSync(known, "utf8").trim().split("\n"), `@cert-authority * ${publicKey(authority)}`], "both");
  const before = sshd?.log().split("Accepted publickey").length ?? 0;
  writeFileSync(join(sshd?.folder ?? home, "authorized_keys"), `${publicKey(key)}\n${publicKey(join(home, "signed"))}\n`);
  expect((await run("echo in", { login: through, knownHosts: [both] })).out).toBe("in\n");
  expect(sshd?.log().split("Accepted publickey").length).toBe(before + 2);
  expect(await problemFrom(run("true", { login: through, knownHosts: [join(home, "authorities")] }))).toMatchObject({ code: "unreachable" });
});

test.each<readonly [string, () => Way, object]>([
  ["an unknown key", () => ({ knownHosts: ["/dev/null"] }), { code: "trust", message: expect.stringContaining("is not known: it showed ssh-ed25519 SHA256:") }],
  [
    "a changed key",
    () => ({ knownHosts: [knownHosts(home, [`[127.0.0.1]:${sshd?.port} ${publicKey(stranger)}`], "changed")] }),
    { code: "trust", message: expect.stringContaining("has changed") },
  ],
  [
    "a key that the host does not know",
    () => ({ login: { keyFile: stranger } }),
    { code: "unreachable", message: expect.stringContaining("could not log in") },
  ],
  ["a port where nothing listens", () => ({ login: { port: 1 } }), { code: "unreachable", message: expect.stringContaining("could not connect") }],
])("%s is a problem of its own", async (_, way, expected) => {
  expect(await problemFrom(run("true", way()))).toMatchObject(expected);
});

test("the connection openssh: a session, with the user that ~/.ssh/config names", async () => {
  const sshConfig = join(home, "config");
  writeFileSync(sshConfig, "Host *\n User root\n");
  const options: ConnectOptions = {
    credentials: { password: async () => undefined, passphrase: async () => undefined },
    ...{ knownHosts: [known], acceptNew: false, sshConfig, home, connectTimeoutMs: 8000, log: () => undefined },
  };
  const login: Login = { connection: "openssh", address: "127.0.0.1", port: sshd?.port ?? 0, keyFile: key, become: true };
  const session = await connections.get("openssh")?.open({ name: "ocean", login, groups: [], addresses: {}, vars: {}, sources: {} }, options);
  expect(await session?.shell.check({ script: "id -un", args: [] }, { deadlineMs: 5000 })).toMatchObject({ stdout: "root\n" });
  await session?.close();
});
