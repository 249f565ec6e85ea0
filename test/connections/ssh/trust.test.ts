// Trusting hosts: scanning their keys, accepting new ones, and which one is asked for.
import { execFileSync } from "node:child_process";
import { readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { connectSsh } from "../../../src/connections/ssh/transport.ts";
import { scanHostKeys } from "../../../src/connections/ssh/trust.ts";
import { knownHosts, options, outputOf, targetOn } from "./helpers.ts";
import { folder, keygen, publicKey, type Sshd, startSshd } from "./sshd.ts";

const home = folder();
const key = keygen(join(home, "key"));
let sshd: Sshd;
beforeAll(async () => {
  sshd = await startSshd({ authorized: [publicKey(key)] });
});
afterAll(() => {
  sshd.stop();
  rmSync(home, { recursive: true, force: true });
});

async function run(command: string, more: Parameters<typeof targetOn>[1] = {}, asked: Parameters<typeof options>[0] = {}) {
  const transport = await connectSsh(targetOn(sshd.port, { keyFiles: [key], ...more }), options(asked));
  try {
    return await outputOf(await transport.exec(command));
  } finally {
    await transport.close();
  }
}

describe("trusting", () => {
  test("scan shows one key of each type, and sshd sees no login", async () => {
    const fresh = await startSshd({ authorized: [publicKey(key)] });
    const shown = await scanHostKeys(targetOn(fresh.port, { keyFiles: [key] }), options());
    expect(shown.map(({ line }) => line)).toEqual(fresh.lines);
    expect(shown[0]?.fingerprint).toBe(
      execFileSync("ssh-keygen", ["-lf", join(fresh.folder, "host_ed25519")])
        .toString()
        .split(" ")[1],
    );
    expect(fresh.log()).not.toMatch(/Failed|Accepted|Postponed|Invalid/);
    await run("true", { knownHosts: [knownHosts(home, sshd.lines)] });
    expect(sshd.log()).toMatch(/Accepted publickey/);
    fresh.stop();
  });
  test("a server with one type shows one key", async () => {
    const one = await startSshd({ authorized: [], types: ["ecdsa"] });
    expect((await scanHostKeys(targetOn(one.port), options())).map(({ type }) => type)).toEqual(["ecdsa-sha2-nistp256"]);
    one.stop();
  });
  test("accept-new writes the key down, 0600, and knows it next time", async () => {
    const file = join(home, "new", "known_hosts");
    expect((await run("id -u", { knownHosts: [file] }, { acceptNew: true })).out).toBe("0\n");
    expect(readFileSync(file, "utf8")).toBe(`${sshd.lines[0]}\n`);
    expect([statSync(file).mode & 0o777, statSync(join(home, "new")).mode & 0o777]).toEqual([0o600, 0o700]);
    expect((await run("id -u", { knownHosts: [file] })).out).toBe("0\n");
  });
  test("sec/12 a recorded type is asked for first: a host known by its RSA key only shows that one", async () => {
    const file = knownHosts(
      home,
      sshd.lines.filter((line) => line.includes("ssh-rsa")),
      "rsa-only",
    );
    expect((await run("id -u", { knownHosts: [file] })).out).toBe("0\n");
  });
});
