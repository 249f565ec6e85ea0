// The proxy of the tests: what it counts, delays, cuts and freezes.
import { connect, createServer, type Server, type Socket } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type CountingProxy, startProxy } from "../../src/testing/proxy.ts";

let echo: Server;
let port: number;
beforeAll(async () => {
  echo = createServer((socket) => {
    socket.on("error", () => undefined);
    socket.pipe(socket);
  });
  port = await new Promise<number>((resolve) => echo.listen(0, "127.0.0.1", () => resolve((echo.address() as { port: number }).port)));
});
afterAll(() => void echo.close());

async function through(proxy: CountingProxy): Promise<Socket> {
  const socket = connect(proxy.port, "127.0.0.1");
  socket.on("error", () => undefined);
  await new Promise((resolve) => socket.once("connect", resolve));
  return socket;
}

function ask(socket: Socket, text: string): Promise<string> {
  socket.write(text);
  return new Promise((resolve) => socket.once("data", (chunk) => resolve(String(chunk))));
}

test("turns and bytes are counted, and forgotten", async () => {
  const proxy = await startProxy({ to: { port } });
  const socket = await through(proxy);
  for (const word of ["one", "two", "three"]) expect(await ask(socket, word)).toBe(word);
  expect([proxy.turns(), proxy.bytesUp(), proxy.bytesDown()]).toEqual([3, 11, 11]);
  proxy.reset();
  expect([proxy.turns(), proxy.bytesUp(), proxy.bytesDown()]).toEqual([0, 0, 0]);
  await proxy.close();
});

test("a delay is paid in each direction", async () => {
  const proxy = await startProxy({ to: { port }, delayMs: 50 });
  const socket = await through(proxy);
  const started = performance.now();
  await ask(socket, "x");
  expect(performance.now() - started).toBeGreaterThanOrEqual(95);
  await proxy.close();
});

test("a cut is a reset, and new connections are taken", async () => {
  const proxy = await startProxy({ to: { port } });
  const socket = await through(proxy);
  await ask(socket, "x");
  const broken = new Promise<NodeJS.ErrnoException>((resolve) => socket.once("error", resolve));
  proxy.cut();
  expect((await broken).code).toBe("ECONNRESET");
  expect(await ask(await through(proxy), "again")).toBe("again");
  await proxy.close();
});

test("silence is for the connections of now: new ones pass", async () => {
  const proxy = await startProxy({ to: { port } });
  const socket = await through(proxy);
  await ask(socket, "x");
  proxy.silence();
  const heard = await Promise.race([ask(socket, "y"), new Promise((resolve) => setTimeout(() => resolve("silence"), 150))]);
  expect([heard, socket.destroyed, await ask(await through(proxy), "z")]).toEqual(["silence", false, "z"]);
  await proxy.close();
});

test("a frozen one is silent: nothing passes, nothing is closed", async () => {
  const proxy = await startProxy({ to: { port } });
  const socket = await through(proxy);
  await ask(socket, "x");
  proxy.freeze();
  const heard = await Promise.race([ask(socket, "y"), new Promise((resolve) => setTimeout(() => resolve("silence"), 150))]);
  expect([heard, socket.destroyed]).toEqual(["silence", false]);
  await proxy.close();
});
