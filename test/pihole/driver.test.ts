// The port "pihole" over the double of FTL: every trap of its API is a row.
import { afterEach, describe, expect, test } from "vitest";
import type { PiholeCall } from "../../src/model/ports/pihole.ts";
import { problemOf } from "../../src/model/problem.ts";
import type { FtlOptions } from "./ftl/world.ts";
import { aHost, driverOf, type Reached, reach, sessionTo } from "./lab.ts";

const open: Reached[] = [];
afterEach(async () => void (await Promise.all(open.splice(0).map((one) => one.stop()))));

async function reached(options: FtlOptions = {}, password?: string): Promise<Reached> {
  const one = await reach(options, password);
  open.push(one);
  return one;
}

const config = (value: object) => ({ send: { config: value } as never });
const upstreams = (...list: readonly string[]) => config({ dns: { upstreams: list } });

async function settingOf({ endpoint, door }: Reached, key: string): Promise<unknown> {
  const answer = await endpoint.reader.settings(door);
  return answer.answer === "given" ? answer.is.settings[key]?.value : answer;
}

const refusedWith = async (one: Reached): Promise<string> => problemOf(await one.endpoint.reader.settings(one.door).catch((thrown: unknown) => thrown)).message;

describe("logging in", () => {
  test("is done once, and the seat is given back", async () => {
    const one = await reached();
    await Promise.all([one.endpoint.reader.settings(one.door), one.endpoint.reader.filters(one.door)]);
    await one.endpoint.reader.settings(one.door);
    expect(one.ftl.world.requests.filter((sort) => sort === "POST /api/auth")).toHaveLength(1);
    expect(one.ftl.world.sessions.size).toBe(1);
    await one.endpoints.close();
    expect(one.ftl.world.sessions.size).toBe(0);
  });

  test("with a wrong password is tried once, and says what to do", async () => {
    const one = await reached({}, "wrong");
    expect(await refusedWith(one)).toBe("the Pi-hole on pi refuses the password in the secret pihole.password");
    await refusedWith(one);
    expect(one.ftl.world.requests).toEqual(["POST /api/auth"]);
    expect(await one.call("PATCH", "/config", upstreams("1.1.1.1")).catch((thrown: unknown) => problemOf(thrown).code)).toBe("privilege");
    expect(one.ftl.writes()).toEqual([]);
  });

  test("waits where somebody else was turned away", async () => {
    const one = await reached();
    one.ftl.world.failures.push(Date.now(), Date.now(), Date.now());
    expect(await settingOf(one, "dns.port")).toBe(53);
  });

  test("without a free seat says so", async () => {
    const one = await reached();
    for (let seat = 0; seat < 16; seat++) one.ftl.world.sessions.set(`${seat}`, "admin");
    expect(await refusedWith(one)).toBe("logging in to the Pi-hole on pi: all of its sessions are taken");
  });

  test("where a second factor is wanted says what to use instead", async () => {
    expect(await refusedWith(await reached({ totp: 123_456 }))).toContain("it wants a second factor");
  });

  test("needs no password where there is none", async () => {
    const one = await reached({ password: undefined as never });
    expect(await one.endpoint.reader.settings(one.door)).toMatchObject({ answer: "given", is: { hasPassword: false } });
  });

  test("without a password where one is wanted says so", async () => {
    const one = await reach({});
    open.push(one);
    const thrown = await one.endpoint.reader.settings({}).catch((error: unknown) => error);
    expect(problemOf(thrown)).toMatchObject({ code: "privilege", message: "the Pi-hole on pi wants a password" });
  });

  test("at a Pi-hole 5, or another web server, says so", async () => {
    const one = await reached();
    one.ftl.fault({ fault: "answer", to: "POST /api/auth", status: 404, text: "Not found" });
    expect(await refusedWith(one)).toContain("this is Pi-hole 5, or another web server");
  });

  test("where nobody answers is no error of its own", async () => {
    const one = await reached();
    await one.ftl.stop();
    expect(await one.endpoint.reader.settings(one.door)).toMatchObject({ answer: "nothing" });
  });
});

describe("a Pi-hole that comes while the run goes on", () => {
  test("answers from then on: that nothing answered before is not kept", async () => {
    const [early, later] = [await reached(), await reached()];
    await early.ftl.stop();
    let { port } = early.ftl;
    const endpoints = driverOf("secret");
    const { reader } = endpoints.of(aHost, async () => sessionTo(port));
    expect(await reader.settings(early.door)).toMatchObject({ answer: "nothing" });
    ({ port } = later.ftl);
    expect(await reader.settings(early.door)).toMatchObject({ answer: "given" });
    await endpoints.close();
  });

  test("in the place of another web server is asked again, a refused password is not", async () => {
    const one = await reached();
    one.ftl.fault({ fault: "answer", to: "POST /api/auth", status: 404, text: "Not found" });
    expect(await refusedWith(one)).toContain("this is Pi-hole 5, or another web server");
    expect(await one.endpoint.reader.settings(one.door)).toMatchObject({ answer: "given" });
  });
});

describe("reading", () => {
  test("asks for all settings and entries in one burst after the login", async () => {
    const one = await reached();
    await Promise.all([one.endpoint.reader.settings(one.door), one.endpoint.reader.filters(one.door)]);
    expect(one.ftl.world.requests[0]).toBe("POST /api/auth");
    expect(one.ftl.world.requests.slice(1).sort()).toEqual(
      ["config", "stats/summary", "clients", "domains", "groups", "lists"].map((path) => `GET /api/${path}`).sort(),
    );
    expect(one.endpoint.requests()).toBe(7);
    expect(one.ftl.writes()).toEqual([]);
  });

  test("knows which settings restart, which are held by variables, and what they take", async () => {
    const one = await reached({ locked: ["dns.upstreams"] });
    const answer = await one.endpoint.reader.settings(one.door);
    const settings = answer.answer === "given" ? answer.is.settings : {};
    expect(settings["dns.upstreams"]).toMatchObject({ restarts: true, locked: true, type: "string array" });
    expect(settings["dns.hosts"]).toMatchObject({ restarts: false, locked: false });
    expect(settings["dns.listeningMode"]?.allowed).toContain("ALL");
  });

  test("is asked again when FTL cuts the connection", async () => {
    const one = await reached();
    one.ftl.fault({ fault: "cut", to: "GET /api/config" });
    expect(await settingOf(one, "dns.port")).toBe(53);
  });
});

describe("changing settings", () => {
  test("waits for the new FTL, with the same session", async () => {
    const one = await reached();
    expect(await one.call("PATCH", "/config", upstreams("10.0.0.1"))).toEqual({ result: "done", output: "" });
    expect(Date.now() - one.ftl.world.startedAt).toBeLessThan(5000);
    expect(await settingOf(one, "dns.upstreams")).toEqual(["10.0.0.1"]);
    expect(one.ftl.writes()).toEqual(["PATCH /api/config"]);
    expect(one.ftl.world.requests.filter((sort) => sort === "POST /api/auth")).toHaveLength(1);
  });

  test("twice in a row waits for a new FTL each time", async () => {
    const one = await reached({ restartMs: { answers: 5, gone: 5 } });
    for (const address of ["10.0.0.1", "10.0.0.2", "10.0.0.3"])
      expect(await one.call("PATCH", "/config", upstreams(address))).toMatchObject({ result: "done" });
    expect(await settingOf(one, "dns.upstreams")).toEqual(["10.0.0.3"]);
  });

  test("that restart nothing does not wait", async () => {
    const one = await reached({ restartMs: { answers: 60_000, gone: 60_000 } });
    const before = one.ftl.world.startedAt;
    expect(await one.call("PATCH", "/config", config({ dns: { hosts: ["10.0.0.1 a"] } }))).toMatchObject({ result: "done" });
    expect(one.ftl.world.startedAt).toBe(before);
  });

  test("to what they are does not wait either", async () => {
    const one = await reached({ settings: { "dns.upstreams": ["10.0.0.1"] } });
    const before = one.ftl.world.startedAt;
    expect(await one.call("PATCH", "/config", upstreams("10.0.0.1"))).toMatchObject({ result: "done" });
    expect(one.ftl.world.startedAt).toBe(before);
  });

  test.each<readonly [string, FtlOptions & { readonly send: Omit<PiholeCall, "door"> }, string]>([
    ["a wrong element", { send: upstreams("10.0.0.1 nonsense") }, 'invalid element "10.0.0.1 nonsense"'],
    ["what dnsmasq refuses", { send: config({ misc: { dnsmasq_lines: ["no-such-option"] } }) }, "Invalid configuration: bad option at line 100"],
    ["what a variable holds", { locked: ["dns.upstreams"], send: upstreams("9.9.9.9") }, "set via environment variables"],
    ["a Pi-hole that is read-only", { settings: { "misc.readOnly": true }, send: upstreams("9.9.9.9") }, "read-only mode"],
    ["an app password without app_sudo", { password: "other", appPassword: "secret", send: upstreams("9.9.9.9") }, "only where webserver.api.app_sudo is on"],
    [
      "what is above 64 KiB",
      { send: config({ dns: { hosts: Array.from({ length: 3000 }, (_, index) => `10.0.0.1 host${index}.example.net`) } }) },
      "a Pi-hole takes 65536 at once",
    ],
  ])("fails with its own words for %s", async (_, { send, ...options }, words) => {
    const one = await reached(options);
    expect(await one.call("PATCH", "/config", send)).toMatchObject({ result: "failed", because: expect.stringContaining(words) });
  });

  test("with an app password and app_sudo works", async () => {
    const one = await reached({ password: "other", appPassword: "secret", settings: { "webserver.api.app_sudo": true } });
    expect(await one.call("PATCH", "/config", upstreams("9.9.9.9"))).toMatchObject({ result: "done" });
  });

  test("is done when only the answer was lost, and nothing is sent twice", async () => {
    const one = await reached();
    one.ftl.fault({ fault: "lose-reply", to: "PATCH /api/config" });
    expect(await one.call("PATCH", "/config", upstreams("9.9.9.9"))).toMatchObject({ result: "done", output: expect.stringContaining("lost") });
    expect(one.ftl.writes()).toEqual(["PATCH /api/config"]);
  });

  test("is unknown when it was cut and is not there, and nothing is sent twice", async () => {
    const one = await reached();
    one.ftl.fault({ fault: "cut", to: "PATCH /api/config" });
    expect(await one.call("PATCH", "/config", config({ dns: { blockTTL: 5 } }))).toMatchObject({ result: "unknown" });
    expect(one.ftl.world.requests.filter((sort) => sort.startsWith("PATCH"))).toHaveLength(1);
  });

  test("may set the password where there was none, and goes on with a session of its own", async () => {
    const one = await reached({ password: undefined as never });
    expect(await one.call("PATCH", "/config", { ...config({ dns: { blockTTL: 5 } }), setPassword: true })).toMatchObject({ result: "done" });
    expect(await one.endpoint.reader.settings(one.door)).toMatchObject({ answer: "given", is: { hasPassword: true } });
    expect(one.ftl.world.settings.get("dns.blockTTL")).toBe(5);
  });
});

describe("changing entries", () => {
  const list = { send: { address: "https://lists.example/a", comment: null, enabled: true, groups: ["Default"] } as never };

  test("translates groups by name", async () => {
    const one = await reached();
    await one.call("POST", "/groups", { send: { name: "kids", comment: null, enabled: true } });
    expect(await one.call("POST", "/clients", { send: { client: "10.0.0.9", comment: null, groups: ["kids", "Default"] } })).toMatchObject({ result: "done" });
    expect(await one.endpoint.reader.filters(one.door)).toMatchObject({ is: { entries: { "client:10.0.0.9": { groups: ["Default", "kids"] } } } });
  });

  test.each<readonly [string, { readonly path: string; readonly send: object }, string]>([
    ["an item that is there (201)", { path: "/groups", send: { name: "Default" } }, "UNIQUE constraint failed"],
    ["a group that is not there (201)", { path: "/clients", send: { client: "10.0.0.1", groups: ["nobody"] } }, "FOREIGN KEY constraint failed"],
    ["a regex that is none (400)", { path: "/domains/deny/regex", send: { domain: "(" } }, "Regex validation failed"],
    ["a list without a type (400)", { path: "/lists", send: { address: "https://lists.example/a" } }, "Specify list type"],
  ])("sees that %s was refused", async (_, { path, send }, words) => {
    const one = await reached();
    expect(await one.call("POST", path, { send: send as never })).toMatchObject({ result: "failed", because: expect.stringContaining(words) });
  });

  test("waits out the read-only database after gravity", async () => {
    const one = await reached({ swapMs: 200 });
    one.ftl.world.readOnlyUntil = Date.now() + 400;
    expect(await one.call("POST", "/lists?type=block", list)).toMatchObject({ result: "done" });
    expect(one.ftl.writes().length).toBeGreaterThan(1);
    expect(one.ftl.world.tables.lists).toHaveLength(1);
  });

  test("takes what is gone already as removed", async () => {
    const one = await reached();
    expect(await one.call("DELETE", "/groups/nobody")).toMatchObject({ result: "done" });
  });

  test("is unknown where the answer was lost", async () => {
    const one = await reached();
    one.ftl.fault({ fault: "lose-reply", to: "POST /api/lists" });
    expect(await one.call("POST", "/lists?type=block", list)).toMatchObject({ result: "unknown" });
    expect(one.ftl.writes()).toEqual(["POST /api/lists"]);
  });

  test("racing PUTs lose entries at the real one, too: that is why there is one PATCH", async () => {
    const one = await reached();
    const each = Array.from({ length: 20 }, (_, index) => one.call("PUT", `/config/dns/hosts/10.0.0.${index}%20h${index}`));
    expect((await Promise.all(each)).every(({ result }) => result === "done")).toBe(true);
    expect((one.ftl.world.settings.get("dns.hosts") as readonly string[]).length).toBeLessThan(20);
  });
});

describe("gravity", () => {
  const add = (one: Reached, name: string) =>
    one.call("POST", "/lists?type=block", { send: { address: `https://lists.example/${name}`, comment: null, enabled: true, groups: ["Default"] } });

  test("is done when it says so and its database is read, however its answer ends", async () => {
    const one = await reached();
    await add(one, "a");
    expect(await one.endpoint.reader.filters(one.door)).toMatchObject({ is: { waiting: ["list:block:https://lists.example/a"] } });
    const ran = await one.call("POST", "/action/gravity");
    expect(ran).toMatchObject({ result: "done", output: expect.stringContaining("[✓] Building tree") });
    expect(JSON.stringify(ran)).not.toContain("\\u001b");
    expect(await one.endpoint.reader.filters(one.door)).toMatchObject({ is: { waiting: [] } });
    expect(await add(one, "b")).toMatchObject({ result: "done" });
  });

  test("has failed when only its text says so", async () => {
    const one = await reached({ dead: ["https://lists.example/dead"] });
    await add(one, "dead");
    expect(await one.call("POST", "/action/gravity")).toMatchObject({ result: "failed", because: expect.stringContaining("List download failed") });
    expect(await one.endpoint.reader.filters(one.door)).toMatchObject({ is: { waiting: ["list:block:https://lists.example/dead"] } });
  });

  test("has failed when its script is missing, with status 200", async () => {
    const one = await reached();
    one.ftl.fault({ fault: "answer", to: "POST /api/action/gravity", status: 200, text: "  [✗] /opt/pihole/gravity.sh: not found\n" });
    expect(await one.call("POST", "/action/gravity")).toMatchObject({ result: "failed", because: expect.stringContaining("not found") });
  });
});
