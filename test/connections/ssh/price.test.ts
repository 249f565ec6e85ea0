// What a connect costs in round trips, and how a connection that is cut or falls silent ends.
import { rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { connectSsh } from "../../../src/connections/ssh/transport.ts";
import { startProxy } from "../../../src/testing/proxy.ts";
import { knownHosts, options, problemFrom, targetOn } from "./helpers.ts";
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

describe("the price, and the loss", () => {
  test("at most 8 serial turns from the first byte to a channel that runs a command, with one key", async () => {
    const proxy = await startProxy({ to: { port: sshd.port }, delayMs: 20 });
    const target = targetOn(proxy.port, {
      alias: "proxied",
      keyFiles: [key],
      knownHosts: [
        knownHosts(
          home,
          sshd.lines.map((line) => line.replace(/^\S+/, "proxied")),
          "proxied",
        ),
      ],
    });
    const transport = await connectSsh(target, options());
    const channel = await transport.exec("cat");
    expect(proxy.turns()).toBeLessThanOrEqual(8);
    expect(proxy.turns()).toBeGreaterThan(4);
    channel.close();
    await transport.close();
    await proxy.close();
  });
  test("a connection that is cut is lost, with its commands", async () => {
    const proxy = await startProxy({ to: { port: sshd.port } });
    const target = targetOn(proxy.port, {
      alias: "cut",
      keyFiles: [key],
      knownHosts: [
        knownHosts(
          home,
          sshd.lines.map((line) => line.replace(/^\S+/, "cut")),
          "cut",
        ),
      ],
    });
    const transport = await connectSsh(target, options());
    const channel = await transport.exec("sleep 60");
    proxy.cut();
    expect((await transport.lost).message).toContain("was lost");
    expect(await channel.ended).toEqual({ status: null, because: "the connection was lost" });
    await proxy.close();
  });
  test("a network that falls silent during the handshake ends at the deadline", async () => {
    const proxy = await startProxy({ to: { port: sshd.port } });
    proxy.freeze();
    const started = performance.now();
    const problem = await problemFrom(connectSsh(targetOn(proxy.port, { keyFiles: [key] }), options({ connectTimeoutMs: 700 })));
    expect(problem).toMatchObject({ code: "unreachable", message: expect.stringContaining("within 0.7 s") });
    expect(performance.now() - started).toBeLessThan(3000);
    await proxy.close();
  });
});
