// Byte streams to services of a host: forwarded by sshd, or relayed as root where it forwards nothing.
import { createServer, type Server } from "node:net";
import { join } from "node:path";
import type { Duplex } from "node:stream";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { connectSsh } from "../../../src/connections/ssh/transport.ts";
import type { Session } from "../../../src/model/ports/shell.ts";
import { problemOf } from "../../../src/model/problem.ts";
import { knownHosts, options, targetOn } from "../ssh/helpers.ts";
import { folder, keygen, publicKey, type Sshd, startSshd } from "../ssh/sshd.ts";
import { echo, freshHost, sessionOn } from "./host.ts";

const home = folder();
const key = keygen(join(home, "key"));
const socket = join(home, "echo.sock");
const relay = ["bash", "-c", "exec cat"];
const servers: Server[] = [];
let port = 0;
let open: Sshd;
let closed: Sshd;

beforeAll(async () => {
  const shout = () =>
    createServer((stream) => {
      stream.on("error", () => undefined);
      stream.on("data", (chunk) => stream.write(chunk.toString("utf8").toUpperCase()));
      stream.on("end", () => stream.end());
    });
  servers.push(shout(), shout());
  await Promise.all([listening(servers[0], 0), listening(servers[1], socket)]);
  const address = servers[0]?.address();
  port = typeof address === "object" && address !== null ? address.port : 0;
  [open, closed] = await Promise.all([
    startSshd({ authorized: [publicKey(key)] }),
    startSshd({ authorized: [publicKey(key)], config: ["DisableForwarding yes"] }),
  ]);
});
afterAll(() => {
  for (const server of servers) server.close();
  open.stop();
  closed.stop();
});

function listening(server: Server | undefined, at: number | string): Promise<void> {
  return new Promise((resolve) => {
    if (typeof at === "number") server?.listen(at, "127.0.0.1", resolve);
    else server?.listen(at, resolve);
  });
}

function over(sshd: Sshd): Promise<Session> {
  const known = knownHosts(home, sshd.lines);
  return sessionOn(freshHost(), { connect: () => connectSsh(targetOn(sshd.port, { knownHosts: [known], keyFiles: [key] }), options()) });
}

async function said(stream: Duplex, words: readonly string[]): Promise<string> {
  let heard = "";
  stream.on("data", (chunk: Buffer) => {
    heard += chunk.toString("utf8");
  });
  for (const word of words) {
    const length = heard.length + word.length;
    stream.write(word);
    await expect.poll(() => heard.length, { timeout: 10_000 }).toBe(length);
  }
  return heard;
}

describe.each(["forwarded", "relayed", "on this machine"])("%s", (how) => {
  const session = () => (how === "on this machine" ? sessionOn(freshHost()) : over(how === "forwarded" ? open : closed));

  test("a port answers, more than once, and the session goes on", async () => {
    const on = await session();
    const [one, two] = await Promise.all([on.dial({ port }), on.dial({ port })]);
    expect(await said(one, ["one ", "more"])).toBe("ONE MORE");
    expect(await said(two, ["other"])).toBe("OTHER");
    for (const stream of [one, two]) stream.destroy();
    expect(await on.shell.ask(echo, "still here")).toBe("still here");
  });
  test("a port where nobody listens is a problem that names it", async () => {
    const on = await session();
    expect(await on.dial({ port: 1 }).catch(problemOf)).toMatchObject({ code: "unreachable", message: expect.stringMatching(/^reaching port 1 on reef: /) });
  });
});

test("a socket is forwarded by sshd, or reached through the relay", async () => {
  expect(await said(await (await over(open)).dial({ socket, relay }), ["hello"])).toBe("HELLO");
  expect(await said(await (await over(closed)).dial({ socket, relay }), ["hello"])).toBe("hello");
});

test("a relay that is not installed is said to be missing", async () => {
  const problem = (await over(closed)).dial({ socket, relay: ["docker-is-not-here"] }).catch(problemOf);
  expect(await problem).toMatchObject({ code: "missing", message: `reaching ${socket} on reef: there is no docker-is-not-here on this host` });
});

test("a relay that ends ends the stream", async () => {
  const stream = await (await sessionOn(freshHost())).dial({ socket, relay: ["echo", "bye"] });
  let heard = "";
  stream.on("data", (chunk: Buffer) => {
    heard += chunk.toString("utf8");
  });
  await new Promise((resolve) => stream.once("end", resolve));
  expect(heard).toBe("bye\n");
});
