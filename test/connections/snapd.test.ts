// snapd through a stream: what its REST API answers, and what it must not be able to do.
import { createServer, type Server } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { afterEach, expect, test } from "vitest";
import { snapd } from "../../src/connections/snapd.ts";
import type { Host } from "../../src/model/host.ts";
import type { EndpointRun } from "../../src/model/ports/endpoint.ts";
import type { Session } from "../../src/model/ports/shell.ts";

const host: Host = { name: "kube501", login: { connection: "ssh", address: "x", become: true }, groups: [], addresses: {}, vars: {}, sources: {} };
let server: Server | undefined;

afterEach(() => server?.close());

async function asked(status: number, body: string): Promise<unknown> {
  const answering = createServer((request, response) => response.writeHead(request.url === "/v2/snaps/microk8s" ? status : 500).end(body));
  server = answering;
  await new Promise<void>((resolve) => answering.listen(0, "127.0.0.1", resolve));
  const { port } = answering.address() as AddressInfo;
  const session = { dial: async () => connect(port, "127.0.0.1") } as unknown as Session;
  const endpoints = snapd.start({} as EndpointRun);
  try {
    return await endpoints.of(host, async () => session).reader.snap("microk8s");
  } finally {
    await endpoints.close();
  }
}

const result = { name: "microk8s", channel: "1.32/stable", "tracking-channel": "1.32/stable", version: "v1.32.4", revision: "7661" };
const good = (more: object = {}): string => JSON.stringify({ type: "sync", result: { ...result, ...more } });

test.each([
  ["one that is there", 200, good(), { channel: "1.32/stable", version: "v1.32.4", revision: "7661", held: false }],
  ["one that is held", 200, good({ hold: "2315-01-01T00:00:00Z" }), expect.objectContaining({ held: true })],
  ["a hold that ends is none", 200, good({ hold: "2026-12-01T00:00:00Z" }), expect.objectContaining({ held: false })],
  ["one that is not installed", 404, JSON.stringify({ type: "error", result: { kind: "snap-not-found" } }), null],
])("%s", async (_, ...[status, body, expected]) => expect(await asked(status, body)).toEqual(expected));

test.each([
  ["another 404", 404, "{}"],
  ["no JSON", 200, "<html>"],
  ["a channel that is none", 200, good({ "tracking-channel": "$(id)\n" })],
  ["an answer without an end", 200, "x".repeat(1_100_000)],
])("%s is refused", async (_, ...[status, body]) => expect(asked(status, body)).rejects.toThrow(/asking snapd on kube501/));
