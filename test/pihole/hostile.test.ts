// Whatever answers in a Pi-hole's place is data: the driver ends with an answer or a problem, and never hangs.

import type { AddressInfo } from "node:net";
import { createServer, type Server } from "node:net";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ProblemError } from "../../src/model/problem.ts";
import { aHost, driverOf, sessionTo } from "./lab.ts";

let answer = "";
let server: Server;
beforeAll(async () => {
  server = createServer((socket) => {
    socket.on("error", () => undefined);
    socket.on("data", () => socket.end(answer));
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
});
afterAll(() => server.close());

const login = { session: { valid: true, sid: "x" } };
const bodies = [
  login,
  { ...login, config: { dns: { __proto__: 1, upstreams: { type: "x", value: null, flags: {} } } } },
  { ...login, config: [], groups: {}, lists: [null, 1, { type: {}, address: [] }], clients: "x", domains: [[[]]], gravity: null },
  { ...login, groups: [{ id: 0, name: "Default" }], lists: [{ groups: ["a", null, 9], status: "NaN" }] },
  { error: { key: "\u001b[2J", message: "\u0007", hint: { a: 1 } } },
  { processed: { errors: [{}, { item: null }] } },
];
const heads = ["HTTP/1.1 200 OK", "HTTP/1.1 404 Not Found", "HTTP/1.1 301 Moved", "HTTP/1.1 999", "HTTP/9", "SSH-2.0-OpenSSH", ""];

test("garbled answers are answered with data or a problem", async () => {
  const text = fc.oneof(
    fc.constantFrom(...bodies).map((body) => JSON.stringify(body)),
    fc.string(),
    fc.constant('{"session":{"valid":true,"sid":"x"},"config":{"__proto__":{"polluted":{"type":"x","value":1,"flags":{}}}}}'),
  );
  const arbitrary = fc.record({ head: fc.constantFrom(...heads), text, length: fc.oneof(fc.constant(undefined), fc.integer({ min: -1, max: 200 })) });
  await fc.assert(
    fc.asyncProperty(arbitrary, async ({ head, text, length }) => {
      answer = `${head}\r\ncontent-length: ${length ?? Buffer.byteLength(text)}\r\n\r\n${text}`;
      const endpoint = driverOf("secret").of(aHost, async () => sessionTo((server.address() as AddressInfo).port));
      const door = { password: "pihole.password" };
      for (const asking of [endpoint.reader.settings(door), endpoint.reader.filters(door)])
        await asking.then(
          (found) => expect(JSON.stringify(found)).toBeTypeOf("string"),
          (thrown: unknown) => expect(thrown).toBeInstanceOf(ProblemError),
        );
      expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
    }),
    { numRuns: 40, interruptAfterTimeLimit: 5_000 },
  );
}, 60_000);
