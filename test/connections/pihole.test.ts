// The port "pihole" where sshd forwards nothing: HTTP through a relay on a channel of its own.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Session } from "../../src/model/ports/shell.ts";
import { type Ftl, startFtl } from "../pihole/ftl/server.ts";
import { aHost, driverOf, quick } from "../pihole/lab.ts";
import { localHost } from "../resources/local-host.ts";

const folder = mkdtempSync(join(tmpdir(), "hlx-pihole-"));
let session: Session;
let ftl: Ftl;

beforeAll(async () => {
  ({ session } = await localHost(join(folder, "hlx")));
  ftl = await startFtl({ ...quick, password: "secret" });
});

afterAll(async () => {
  await session.close();
  await ftl.stop();
  rmSync(folder, { recursive: true, force: true });
});

test("is read and changed, and the new FTL is waited for", async () => {
  const endpoints = driverOf("secret");
  const endpoint = endpoints.of(aHost, async () => session);
  const door = { port: ftl.port, password: "pihole.password" };
  expect(await endpoint.reader.filters(door)).toMatchObject({ answer: "given" });
  const body = { door, send: { config: { dns: { upstreams: ["10.0.0.1"] } } } };
  const step = { do: "api", title: "set", via: "pihole", method: "PATCH", path: "/config", body } as const;
  expect(await endpoint.call(step, { reveal: () => "never" })).toMatchObject({ result: "done" });
  expect(await endpoint.reader.settings(door)).toMatchObject({ is: { settings: { "dns.upstreams": { value: ["10.0.0.1"] } } } });
  await endpoints.close();
  expect(ftl.world.sessions.size).toBe(0);
});

test("where nobody listens there is nothing", async () => {
  const unused = await startFtl();
  await unused.stop();
  const endpoint = driverOf("secret").of(aHost, async () => session);
  expect(await endpoint.reader.settings({ port: unused.port })).toMatchObject({ answer: "nothing" });
});
