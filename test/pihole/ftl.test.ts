// The double behaves as the real FTL 6.4.1 in every point that was verified there, wrong successes included. What it leaves out: ftl/server.ts.
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, test } from "vitest";
import { type Ftl, startFtl } from "./ftl/server.ts";
import type { FtlOptions } from "./ftl/world.ts";

const running: Ftl[] = [];
afterEach(async () => void (await Promise.all(running.splice(0).map((ftl) => ftl.stop()))));

interface Told {
  readonly status: number;
  readonly json: never;
}

type Asking = (...asked: readonly [method: string, path: string, body?: unknown, headers?: Record<string, string>]) => Promise<Told>;

async function started(options: FtlOptions = {}): Promise<{ readonly ftl: Ftl; readonly raw: Asking; readonly ask: Asking }> {
  const ftl = await startFtl({ password: "secret", ...options });
  running.push(ftl);
  const raw: Asking = async (...[method, path, body, headers = {}]) => {
    const text = body === undefined ? {} : { body: JSON.stringify(body) };
    const response = await fetch(`http://127.0.0.1:${ftl.port}/api${path}`, { method, headers: { connection: "close", ...headers }, ...text });
    const said = await response.text();
    return { status: response.status, json: (said.startsWith("{") ? JSON.parse(said) : said) as never };
  };
  ftl.world.sessions.set("known", "admin");
  return { ftl, raw, ask: (...[method, path, body]) => raw(method, path, body, { "X-FTL-SID": "known" }) };
}

describe("sessions", () => {
  test("a wrong password is 401 with a session object and no csrf, not an error object", async () => {
    const { raw } = await started();
    const { status, json } = await raw("POST", "/auth", { password: "no" });
    expect([status, json]).toEqual([
      401,
      { session: { valid: false, totp: false, sid: null, validity: -1, message: expect.any(String) }, took: expect.any(Number) },
    ]);
  });

  test("a right one gives sid and csrf for 1800 s; DELETE gives the seat back", async () => {
    const { raw } = await started();
    const { json } = await raw("POST", "/auth", { password: "secret" });
    const { sid, csrf, validity } = (json as { session: Record<string, string> }).session;
    expect([typeof sid, typeof csrf, validity]).toEqual(["string", "string", 1800]);
    expect((await raw("DELETE", "/auth", undefined, { "X-FTL-SID": sid ?? "" })).status).toBe(204);
    expect((await raw("GET", "/config", undefined, { "X-FTL-SID": sid ?? "" })).status).toBe(401);
  });

  test.each<readonly [string, (raw: Asking) => Promise<Told>]>([
    ["the header X-FTL-SID", (raw) => raw("GET", "/groups", undefined, { "X-FTL-SID": "known" })],
    ["the header sid", (raw) => raw("GET", "/groups", undefined, { sid: "known" })],
    ["the query", (raw) => raw("GET", "/groups?sid=known")],
    ["the body", (raw) => raw("POST", "/groups", { name: "x", sid: "known" })],
    ["a cookie with the token", (raw) => raw("GET", "/groups", undefined, { cookie: "sid=known", "X-CSRF-TOKEN": "csrf" })],
  ])("is taken from %s", async (_, asking) => expect((await asking((await started()).raw)).status).toBeLessThan(300));

  test("a cookie without the token opens nothing", async () =>
    expect((await (await started()).raw("GET", "/groups", undefined, { cookie: "sid=known" })).status).toBe(401));

  test("GET /auth says whether one is in", async () => {
    const { ask, raw } = await started();
    expect(await ask("GET", "/auth")).toMatchObject({ status: 200, json: { session: { valid: true, sid: "known" } } });
    expect(await raw("GET", "/auth")).toMatchObject({ status: 401, json: { session: { valid: false, sid: null } } });
  });

  test("the command line's password opens lists, and never settings", async () => {
    const { ftl, raw } = await started({ cliPassword: "cli", settings: { "webserver.api.app_sudo": true } });
    const { json } = await raw("POST", "/auth", { password: "cli" });
    const sid = { "X-FTL-SID": (json as { session: { sid: string } }).session.sid };
    expect((await raw("POST", "/groups", { name: "x" }, sid)).status).toBe(201);
    expect(await raw("PATCH", "/config", { config: { dns: { blockTTL: 1 } } }, sid)).toMatchObject({ status: 403, json: { error: { key: "forbidden" } } });
    expect(ftl.world.settings.get("dns.blockTTL")).toBe(2);
  });

  test("a new app password opens nothing before its hash is set, which ends all sessions", async () => {
    const { ftl, ask, raw } = await started();
    const { app } = (await ask("GET", "/auth/app")).json as { app: { password: string; hash: string } };
    expect((await raw("POST", "/auth", { password: app.password })).status).toBe(401);
    expect((await ask("PATCH", "/config", { config: { webserver: { api: { app_pwhash: app.hash } } } })).status).toBe(200);
    expect(ftl.world.sessions.size).toBe(0);
    expect((await raw("POST", "/auth", { password: app.password })).status).toBe(200);
  });

  test("sixteen have a seat, the seventeenth is 429", async () => {
    const { ftl, raw } = await started();
    for (let seat = 1; seat < 16; seat++) ftl.world.sessions.set(`${seat}`, "admin");
    expect(await raw("POST", "/auth", { password: "secret" })).toMatchObject({ status: 429, json: { error: { key: "api_seats_exceeded" } } });
  });

  test("more than three wrong passwords in a second are 429, right ones do not count", async () => {
    const { raw } = await started();
    for (let right = 0; right < 5; right++) expect((await raw("POST", "/auth", { password: "secret" })).status).toBe(200);
    for (let wrong = 0; wrong < 3; wrong++) expect((await raw("POST", "/auth", { password: "no" })).status).toBe(401);
    expect(await raw("POST", "/auth", { password: "secret" })).toMatchObject({ status: 429, json: { error: { key: "rate_limiting" } } });
  });

  test("a second factor is tried once a second, and used once", async () => {
    const { raw } = await started({ totp: 123_456 });
    const login = () => raw("POST", "/auth", { password: "secret", totp: 123_456 });
    expect((await login()).status).toBe(200);
    expect((await login()).status).toBe(429);
    await sleep(1010);
    expect(await login()).toMatchObject({ status: 401, json: { error: { message: "Reused 2FA token" } } });
  });

  test("without a password everybody is in, without a sid", async () => {
    const { raw } = await started({ password: undefined as never });
    expect(await raw("GET", "/auth")).toMatchObject({ status: 200, json: { session: { valid: true, sid: null, validity: -1 } } });
    expect((await raw("GET", "/config")).status).toBe(200);
  });

  test("an app password needs no code, may change lists, and settings only with app_sudo", async () => {
    const { ftl, raw } = await started({ appPassword: "app", totp: 1 });
    const { json } = await raw("POST", "/auth", { password: "app" });
    const sid = { "X-FTL-SID": (json as { session: { sid: string } }).session.sid };
    expect((await raw("POST", "/groups", { name: "x" }, sid)).status).toBe(201);
    expect(await raw("PATCH", "/config", { config: { dns: { blockTTL: 1 } } }, sid)).toMatchObject({ status: 403, json: { error: { key: "forbidden" } } });
    ftl.world.settings.set("webserver.api.app_sudo", true);
    expect((await raw("PATCH", "/config", { config: { dns: { blockTTL: 1 } } }, sid)).status).toBe(200);
  });

  test("setting a password ends all sessions, also when it is the same one", async () => {
    const { ftl, ask } = await started();
    expect((await ask("PATCH", "/config", { config: { webserver: { api: { password: "secret" } } } })).status).toBe(200);
    expect(ftl.world.sessions.size).toBe(0);
  });
});

describe("settings", () => {
  test.each<readonly [string, readonly [string, string, unknown?], number, object]>([
    ["unknown names are ignored", ["PATCH", "/config", { config: { dns: { nonsense: 1 } } }], 200, { config: expect.any(Object) }],
    ["an unknown path is 404", ["GET", "/nonsense"], 404, { error: { key: "not_found" } }],
    ["a wrong method is 404", ["POST", "/config", {}], 404, { error: { key: "not_found" } }],
    [
      "a wrong element is in the hint",
      ["PATCH", "/config", { config: { dns: { hosts: ["nonsense"] } } }],
      400,
      { error: { hint: expect.stringContaining("nonsense") } },
    ],
    ["dhcp.hosts are hardly looked at", ["PATCH", "/config", { config: { dhcp: { hosts: ["zz:zz,10.0.0.1"] } } }], 200, {}],
    ["an entry is added", ["PUT", "/config/dns/hosts/10.0.0.2%20b"], 201, {}],
    ["an entry that is there is refused", ["PUT", "/config/dns/hosts/10.0.0.1%20a"], 400, { error: { message: "Item already present" } }],
    ["an entry with a slash is 404", ["PUT", "/config/dns/revServers/true%2C10.0.0.0/8%2C10.0.0.1"], 404, {}],
    ["an entry that is not there is 404", ["DELETE", "/config/dns/hosts/nonsense"], 404, {}],
    ["an entry goes", ["DELETE", "/config/dns/hosts/10.0.0.1%20a"], 204, {}],
    [
      "what a variable holds, to another value",
      ["PATCH", "/config", { config: { dns: { blockTTL: 3 } } }],
      400,
      { error: { message: expect.stringContaining("environment") } },
    ],
    ["what a variable holds, to the same value", ["PATCH", "/config", { config: { dns: { blockTTL: 2 } } }], 200, {}],
  ] as never)("%s", async (...[, [method, path, body], status, json]) => {
    const { ask } = await started({ settings: { "dns.hosts": ["10.0.0.1 a"] }, locked: ["dns.blockTTL"] });
    expect(await ask(method, path, body)).toMatchObject(Object.keys(json).length === 0 ? { status } : { status, json });
  });

  test("what is as it was is not written, and starts nothing anew", async () => {
    const { ftl, ask } = await started({ settings: { "dns.upstreams": ["10.0.0.1"] }, restartMs: { answers: 1, gone: 1 } });
    const before = ftl.world.startedAt;
    expect((await ask("PATCH", "/config", { config: { dns: { upstreams: ["10.0.0.1"] } } })).status).toBe(200);
    await sleep(50);
    expect(ftl.world.startedAt).toBe(before);
  });

  test("lists are replaced as a whole, and keep their order", async () => {
    const { ftl, ask } = await started({ settings: { "dns.upstreams": ["10.0.0.1", "10.0.0.2"] } });
    await ask("PATCH", "/config", { config: { dns: { upstreams: ["10.0.0.9", "10.0.0.1"] } } });
    expect(ftl.world.settings.get("dns.upstreams")).toEqual(["10.0.0.9", "10.0.0.1"]);
  });

  test("one that is read-only refuses all of them", async () => {
    const { ask } = await started({ settings: { "misc.readOnly": true } });
    expect(await ask("PATCH", "/config", { config: { dns: { blockTTL: 9 } } })).toMatchObject({ status: 403, json: { error: { key: "forbidden" } } });
  });

  test("what dnsmasq cannot read is refused with its line", async () => {
    const { ask } = await started();
    const answer = await ask("PATCH", "/config", { config: { misc: { dnsmasq_lines: ["no-such-option"] } } });
    expect(answer).toMatchObject({ status: 400, json: { error: { message: "Invalid configuration", hint: expect.stringContaining("line") } } });
  });

  test("spaces become single ones", async () => {
    const { ftl, ask } = await started();
    await ask("PATCH", "/config", { config: { dns: { hosts: ["10.0.0.1   a  # c"] } } });
    expect(ftl.world.settings.get("dns.hosts")).toEqual(["10.0.0.1 a # c"]);
  });

  test("a body above 64 KiB is said to be none", async () => {
    const { ask } = await started();
    const hosts = (count: number) => ({ config: { dns: { hosts: Array.from({ length: count }, (_, index) => `10.0.0.1 host${index}.some.test`) } } });
    expect((await ask("PATCH", "/config", hosts(2000))).status).toBe(200);
    expect(await ask("PATCH", "/config", hosts(4000))).toMatchObject({ status: 400, json: { error: { message: "No request body data" } } });
  });

  test("after a restart the old process answers first, then connections are reset; uptime begins anew, the pid and the sessions stay", async () => {
    const { ftl, ask } = await started({ restartMs: { answers: 60, gone: 120 } });
    const ftlOf = async () => ((await ask("GET", "/info/ftl")).json as { ftl: { pid: number; uptime: number } }).ftl;
    const before = await ftlOf();
    expect((await ask("PATCH", "/config", { config: { dns: { port: 54 } } })).status).toBe(200);
    expect((await ftlOf()).uptime).toBeGreaterThanOrEqual(before.uptime);
    await expect
      .poll(() =>
        ask("GET", "/info/ftl").then(
          () => "answered",
          (error: { cause?: { code?: string } }) => error.cause?.code,
        ),
      )
      .toMatch(/ECONNRESET|UND_ERR_SOCKET/);
    await expect.poll(() => ftlOf().catch(() => before)).toMatchObject({ pid: before.pid, uptime: expect.any(Number) });
    await expect.poll(async () => (await ftlOf().catch(() => before)).uptime < before.uptime).toBe(true);
    expect(ftl.world.sessions.has("known")).toBe(true);
  });

  test("?restart=false does not restart", async () => {
    const { ftl, ask } = await started({ restartMs: { answers: 1, gone: 1 } });
    const before = ftl.world.startedAt;
    await ask("PATCH", "/config?restart=false", { config: { dns: { port: 54 } } });
    await sleep(50);
    expect(ftl.world.startedAt).toBe(before);
  });
});

describe("entries", () => {
  const list = { address: "https://lists.example/a" };

  test("absent members become defaults, but groups stay", async () => {
    const { ask } = await started();
    await ask("POST", "/groups", { name: "kids" });
    await ask("POST", "/lists?type=block", { ...list, comment: "c", enabled: false, groups: [1] });
    expect(await ask("PUT", `/lists/${encodeURIComponent(list.address)}?type=block`, {})).toMatchObject({
      json: { lists: [{ comment: null, enabled: true, groups: [1] }] },
    });
  });

  test("what could not be written is in processed.errors of a success", async () => {
    const { ask } = await started();
    await ask("POST", "/lists?type=block", list);
    expect(await ask("POST", "/lists?type=block", list)).toMatchObject({
      status: 201,
      json: { processed: { errors: [{ item: list.address, error: expect.stringContaining("UNIQUE") }] } },
    });
    expect(await ask("PUT", "/clients/10.0.0.1", { groups: [99] })).toMatchObject({
      status: 200,
      json: { processed: { errors: [{ error: "FOREIGN KEY constraint failed" }] } },
    });
  });

  test("a regular expression that is none is refused", async () =>
    expect(await (await started()).ask("POST", "/domains/deny/regex", { domain: "(" })).toMatchObject({
      status: 400,
      json: { error: { key: "regex_error" } },
    }));

  test("of lists it must be said which sort is meant", async () =>
    expect((await (await started()).ask("POST", "/lists", { address: "https://lists.example/a" })).status).toBe(400));

  test("names are kept in small letters and in ASCII", async () => {
    const { ask } = await started();
    expect(await ask("POST", "/domains/deny/exact", { domain: "BÜCHER.example" })).toMatchObject({ json: { domains: [{ domain: "xn--bcher-kva.example" }] } });
  });

  test("are removed one by one, and in batches", async () => {
    const { ask } = await started();
    await ask("POST", "/groups", { name: ["a", "b"] });
    expect((await ask("DELETE", "/groups/a")).status).toBe(204);
    expect((await ask("DELETE", "/groups/a")).status).toBe(404);
    expect((await ask("POST", "/groups:batchDelete", [{ item: "b" }])).status).toBe(204);
    expect(await ask("GET", "/groups")).toMatchObject({ json: { groups: [{ name: "Default" }] } });
  });
});

describe("gravity", () => {
  test("writes on behind the end of its answer", async () => {
    const { ftl } = await started();
    const socket = connect(ftl.port, "127.0.0.1");
    socket.write("POST /api/action/gravity HTTP/1.1\r\nHost: x\r\nX-FTL-SID: known\r\nContent-Length: 0\r\n\r\n");
    const told: Buffer[] = [];
    socket.on("data", (chunk) => told.push(chunk));
    await expect.poll(() => Buffer.concat(told).toString()).toMatch(/^HTTP\/1\.1 200[\s\S]*text\/plain[\s\S]*\r\u001b\[K[\s\S]*\r\n0\r\n\r\n\{/);
    socket.destroy();
  });

  test("is 200 whatever happened; for a moment reads are old and writes are refused with a success", async () => {
    const { ask } = await started({ dead: ["https://lists.example/dead"], swapMs: 150 });
    await ask("POST", "/lists?type=block", { address: "https://lists.example/dead" });
    expect(await ask("POST", "/action/gravity")).toMatchObject({ status: 200, json: expect.stringContaining("[✗]") });
    expect(await ask("POST", "/groups", { name: "x" })).toMatchObject({
      status: 201,
      json: { processed: { errors: [{ error: "attempt to write a readonly database" }] } },
    });
    await expect.poll(async () => ((await ask("GET", "/lists")).json as { lists?: readonly { status: number }[] }).lists?.[0]?.status).toBe(4);
    expect(await ask("POST", "/groups", { name: "x" })).toMatchObject({ json: { processed: { errors: [] } } });
  });
});
