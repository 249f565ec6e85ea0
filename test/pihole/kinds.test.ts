// The kinds of a Pi-hole keep the contract against the double of FTL, and show readable changes.
import { afterEach, describe, expect, test } from "vitest";
import type { AnyKind, Change, Known } from "../../src/model/kind.ts";
import type { Resource } from "../../src/model/resource.ts";
import { piholeConfig, piholeConfigKind } from "../../src/resources/pihole-config.ts";
import { piholeFilters, piholeFiltersKind } from "../../src/resources/pihole-filters.ts";
import { type ContractHost, probeOn, runContract } from "../../src/testing/contract.ts";
import { testDigest } from "../../src/testing/digest.ts";
import { refusalsOf } from "../resources/schema-of.ts";
import type { FtlOptions } from "./ftl/world.ts";
import { type Reached, reach } from "./lab.ts";

const kinds = [piholeConfigKind as AnyKind, piholeFiltersKind as AnyKind];
const open: Reached[] = [];
afterEach(async () => void (await Promise.all(open.splice(0).map((one) => one.stop()))));

async function reached(options: FtlOptions = {}): Promise<Reached & { readonly host: ContractHost }> {
  const one = await reach(options);
  open.push(one);
  const never = {} as never;
  const host: ContractHost = { shell: never, writer: never, endpoint: () => one.endpoint, snapshot: async () => one.ftl.writes().join("\n") };
  return { ...one, host };
}

const password = { secret: "pihole.password" };
const config = (settings: Parameters<typeof piholeConfig>[0]["settings"]) => piholeConfig({ password, settings });
const filters = (entries: Parameters<typeof piholeFilters>[0]["entries"], more: object = {}) => piholeFilters({ password, entries, ...more });

const list = "list:block:https://lists.example/a?b=c&d=%2F";
const full = filters({
  "group:kids": { comment: "small ones" },
  "group:with / and ünï ☃": {},
  [list]: { groups: ["kids", "Default"] },
  "list:allow:https://lists.example/allow": { enabled: false },
  "client:192.168.1.0/24": { groups: ["kids"] },
  "client:AA:BB:CC:DD:EE:FF": { groups: ["with / and ünï ☃"] },
  "domain:deny:exact:ads.example": {},
  "domain:deny:regex:^(ad|track)[0-9]+\\.": { enabled: false, comment: "numbers" },
  "domain:allow:exact:good.example": { groups: ["kids"] },
  "domain:allow:regex:(\\.|^)good\\.example$": {},
});

describe("the contract", () => {
  test.each<readonly [string, Resource]>([
    ["one that restarts FTL", config({ "dns.upstreams": ["10.0.0.1", "1.1.1.1#5353"] })],
    ["one that does not", config({ "dns.hosts": ["10.0.0.1   a  b", "fd00::1 a"] })],
    ["many", config({ "dns.revServers": ["true,10.0.0.0/24,10.0.0.2,home"], "dns.blocking.active": false, "dns.blockTTL": 5, "dns.domain.name": "home" })],
    ["entries of every sort, with names that paths would like to understand", full],
    ["an entry that must not be there", filters({ "domain:deny:exact:no.example": { absent: true } })],
  ])("is kept for %s", async (name, { kind, desired }) => {
    const { host } = await reached();
    expect(refusalsOf(kinds.find((one) => one.kind === kind) as AnyKind, desired)).toEqual([]);
    expect(await runContract(host, kinds, [{ kind, name, desired }])).toEqual([]);
  });

  test("is kept where others made entries, too, and they come back as they were", async () => {
    const one = await reached();
    await one.call("POST", "/domains/deny/exact", { send: { domain: "ads.example", comment: "mine", enabled: false, groups: [] } });
    await one.call("POST", "/clients", { send: { client: "10.0.0.77", comment: "mine", groups: ["Default"] } });
    const { kind, desired } = full;
    expect(await runContract(one.host, kinds, [{ kind, name: "beside others", desired }])).toEqual([]);
    expect(one.ftl.world.tables.clients.map(({ own, comment }) => [own["client"], comment])).toEqual([["10.0.0.77", "mine"]]);
  });
});

async function changesOf({ host }: { readonly host: ContractHost }, { kind, desired }: Resource): Promise<readonly Change[]> {
  const known = kinds.find((one) => one.kind === kind) as AnyKind;
  const found = await probeOn(known, desired, host);
  if (found.found !== "present") throw new Error(JSON.stringify(found));
  return known.diff(desired, found as Known<unknown>, { changing: new Set(), digest: testDigest });
}

async function apply(one: { readonly host: ContractHost }, { kind, desired }: Resource): Promise<void> {
  expect(
    await runContract(
      one.host,
      [{ ...(kinds.find((any) => any.kind === kind) as AnyKind), restore: () => ({ irreversible: "stays" }) }],
      [{ kind, name: "", desired, goneAfterwards: false }],
    ),
  ).toEqual([]);
}

const shown = (changes: readonly Change[]): readonly string[] => changes.map(({ property }) => property);

describe("settings", () => {
  test("are compared with spaces as FTL keeps them", async () => {
    const one = await reached({ settings: { "dns.hosts": ["10.0.0.1 a b"] } });
    expect(await changesOf(one, config({ "dns.hosts": [" 10.0.0.1\ta   b "] }))).toEqual([]);
  });

  test("carry the risk of a restart only where FTL says so", async () => {
    const changes = await changesOf(await reached(), config({ "dns.hosts": ["10.0.0.1 a"], "dns.upstreams": ["10.0.0.1"] }));
    expect(changes.map(({ property, risk }) => `${property} ${risk}`)).toEqual(["dns.hosts none", "dns.upstreams restart"]);
  });

  test("go in one request, and a second time nothing is written", async () => {
    const one = await reached();
    const desired = config({ "dns.hosts": ["10.0.0.1 a"], "dns.upstreams": ["10.0.0.1"], "dns.blockTTL": 7 });
    await apply(one, desired);
    expect(one.ftl.writes()).toEqual(["PATCH /api/config"]);
    expect(await changesOf(one, desired)).toEqual([]);
    expect(one.ftl.writes()).toHaveLength(1);
  });

  test.each<readonly [string, FtlOptions, Resource, string]>([
    ["an unknown name, with the one that was meant", {}, config({ "dns.upstream": ["1.1.1.1"] }), 'did you mean "dns.upstreams"?'],
    ["a value of another type", {}, config({ "dns.upstreams": "1.1.1.1" }), 'it is of the type "string array"'],
    ["a value that is not among those it takes", {}, config({ "dns.listeningMode": "all" }), '"ALL"'],
    ["what a variable holds", { locked: ["dns.upstreams"] }, config({ "dns.upstreams": ["1.1.1.1"] }), "FTLCONF_dns_upstreams"],
    ["a Pi-hole that is read-only", { settings: { "misc.readOnly": true } }, config({ "dns.blockTTL": 9 }), "misc.readOnly"],
  ])("are refused before anything is sent: %s", async (...[, options, { desired }, words]) => {
    const one = await reached(options);
    const found = await probeOn(piholeConfigKind as AnyKind, desired, one.host);
    expect(found).toMatchObject({ found: "unknown", because: { code: "input", hint: expect.stringContaining(words) } });
    expect(one.ftl.writes()).toEqual([]);
  });

  test("that a variable holds are fine where they are as desired", async () => {
    const one = await reached({ locked: ["dns.upstreams"], settings: { "dns.upstreams": ["1.1.1.1"] } });
    expect(await changesOf(one, config({ "dns.upstreams": ["1.1.1.1"] }))).toEqual([]);
  });

  test("of a Pi-hole that does not answer wait for its unit", async () => {
    const one = await reached();
    await one.ftl.stop();
    expect(await probeOn(piholeConfigKind as AnyKind, config({}).desired, one.host)).toMatchObject({ found: "blocked", needs: "unit:pihole-FTL" });
  });

  test("get a password only where there is none, and it is never shown", async () => {
    const one = await reached({ password: undefined as never });
    const changes = await changesOf(one, config({ "dns.blockTTL": 3 }));
    expect(changes).toMatchObject([{ property: "dns.blockTTL" }, { property: "password", after: { hidden: "sensitive" } }]);
    await apply(one, config({ "dns.blockTTL": 3 }));
    expect(await changesOf(one, config({ "dns.blockTTL": 3 }))).toEqual([]);
  });

  test.each(["webserver.api.password", "webserver.api.pwhash", "webserver.api.totp_secret", "dns", "__proto__", "a b"])("cannot be named %s", (key) =>
    expect(refusalsOf(piholeConfigKind as AnyKind, { door: {}, settings: Object.fromEntries([[key, "x"]]) })).not.toEqual([]),
  );
});

describe("entries", () => {
  test("are made in the order in which they need each other, gravity last", async () => {
    const one = await reached();
    await apply(one, full);
    const tables = one.ftl.writes().map((write) => write.replace(/^POST \/api\/(\w+).*$/, "$1"));
    expect(tables).toEqual(["groups", "groups", "lists", "lists", "clients", "clients", "domains", "domains", "domains", "domains", "action"]);
    expect(await changesOf(one, full)).toEqual([]);
  });

  test("without a change to lists do not run gravity", async () => {
    const one = await reached();
    await apply(one, filters({ "domain:deny:exact:ads.example": {} }));
    expect(one.ftl.writes()).toEqual(["POST /api/domains/deny/exact"]);
  });

  test("that hlx made go when they are no longer named, others stay", async () => {
    const one = await reached();
    await one.call("POST", "/domains/deny/exact", { send: { domain: "mine.example", comment: null, enabled: true, groups: ["Default"] } });
    await apply(one, filters({ "domain:deny:exact:a.example": {}, "domain:deny:exact:b.example": { comment: "why" } }));
    expect(shown(await changesOf(one, filters({ "domain:deny:exact:a.example": {} })))).toEqual(["domain:deny:exact:b.example"]);
    expect(shown(await changesOf(one, filters({}, { only: ["domains"] })))).toEqual(expect.arrayContaining(["domain:deny:exact:mine.example"]));
  });

  test("that others made and are named keep their comment, and stay when they are no longer named", async () => {
    const one = await reached();
    await one.call("POST", "/domains/deny/exact", { send: { domain: "mine.example", comment: "mine", enabled: false, groups: ["Default"] } });
    const changes = await changesOf(one, filters({ "domain:deny:exact:mine.example": {} }));
    expect(changes).toMatchObject([{ before: { value: "off" }, after: { value: "on" } }]);
    await apply(one, filters({ "domain:deny:exact:mine.example": {} }));
    expect(await changesOf(one, filters({}))).toEqual([]);
  });

  test("in a group that there is not are refused before anything is sent", async () => {
    const { host } = await reached();
    const { desired } = filters({ "group:kids": {}, "client:10.0.0.1": { groups: ["kid"] } });
    expect(await probeOn(piholeFiltersKind as AnyKind, desired, host)).toMatchObject({ found: "unknown", because: { hint: 'did you mean "kids"?' } });
  });

  test("a list that gravity never fetched is fetched by the next run", async () => {
    const one = await reached();
    await one.call("POST", "/lists?type=block", { send: { address: "https://lists.example/x", comment: null, enabled: true, groups: ["Default"] } });
    expect(shown(await changesOf(one, filters({ "list:block:https://lists.example/x": {} })))).toEqual(["gravity"]);
  });

  test.each(["group:Default", "group:", "list:https://x", "domain:deny:x", "client:a\nb", "host:x"])("cannot be named %j", (key) =>
    expect(refusalsOf(piholeFiltersKind as AnyKind, { door: {}, entries: { [key]: {} } })).not.toEqual([]),
  );
});

test.each([
  ["with a password goes back to its settings", true, { settings: { "dns.blockTTL": 2 } }],
  ["that had no password cannot: it keeps the one that it was given", false, { irreversible: expect.stringContaining("had no password before") }],
] as const)("a Pi-hole %s", (_, hasPassword, expected) => {
  const kind = kinds.find((one) => one.kind === "pihole.config") as AnyKind;
  const before = { found: "present", actual: { settings: { "dns.blockTTL": 2 }, hasPassword } } as const;
  expect(kind.restore?.({ door: {}, settings: { "dns.blockTTL": 9 } }, before, new Map())).toMatchObject(expected);
});
