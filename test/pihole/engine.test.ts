// The pihole role's resources through the engine: applied, verified, nothing the second time, one Pi-hole after the other, always logged out.
import { afterEach, expect, test } from "vitest";
import { pihole } from "../../src/connections/pihole.ts";
import { applyPlan } from "../../src/engine/apply.ts";
import { makePlan } from "../../src/engine/plan.ts";
import { undo } from "../../src/engine/undo.ts";
import type { World } from "../../src/engine/world.ts";
import type { AnyKind } from "../../src/model/kind.ts";
import type { Resource } from "../../src/model/resource.ts";
import { piholeConfig, piholeConfigKind } from "../../src/resources/pihole-config.ts";
import { piholeFilters, piholeFiltersKind } from "../../src/resources/pihole-filters.ts";
import type { MemoryWorld } from "../../src/testing/memory-world.ts";
import { apply, lab, options, outcomes, plan } from "../engine/lab.ts";
import { type Ftl, startFtl } from "./ftl/server.ts";
import type { FtlOptions } from "./ftl/world.ts";
import { quick, sessionTo } from "./lab.ts";

const running: Ftl[] = [];
afterEach(async () => void (await Promise.all(running.splice(0).map((ftl) => ftl.stop()))));

const password = { secret: "pihole.password" };
const resources: readonly Resource[] = [
  piholeConfig({ password, settings: { "dns.upstreams": ["10.0.0.1"], "dns.hosts": ["10.0.0.1 a.home"] }, exclusive: "pihole" }),
  piholeFilters({ password, entries: { "group:kids": {}, "list:block:https://lists.example/a": { groups: ["kids"] } }, exclusive: "pihole" }),
];
const keys = (hosts: readonly string[]): readonly string[] => hosts.map((host) => `${host}/pihole`);

interface Running {
  readonly world: MemoryWorld;
  readonly ftl: Readonly<Record<string, Ftl>>;
  session(): number;
}

async function piholes(hosts: readonly string[], options: FtlOptions = {}): Promise<Running> {
  const started = await Promise.all(hosts.map(async (host) => [host, await startFtl({ ...quick, password: "hunter2", ...options })] as const));
  running.push(...started.map(([, ftl]) => ftl));
  const ftl = Object.fromEntries(started);
  const world = lab({ pihole: resources }, hosts);
  world.secrets.set("pihole.password", "hunter2");
  for (const kind of [piholeConfigKind, piholeFiltersKind]) world.kinds.set(kind.kind, kind as AnyKind);
  world.endpoints.set("pihole", {
    port: "pihole",
    start: (run) => {
      const inner = pihole.start(run);
      return { of: (host) => inner.of(host, async () => sessionTo(ftl[host.name]?.port ?? 0)), close: () => inner.close() };
    },
  });
  return { world, ftl, session: () => Object.values(ftl).reduce((sum, one) => sum + one.world.sessions.size, 0) };
}

test("is applied, verified, and a second apply writes nothing", async () => {
  const { world, ftl } = await piholes(["a"]);
  const first = await apply(world, keys(["a"]));
  expect(outcomes(first)).toEqual({ "a/pihole/pihole.config:pihole.toml": "changed", "a/pihole/pihole.filters:gravity.db": "changed" });
  const writes = ftl["a"]?.writes();
  expect(writes).toEqual(["PATCH /api/config", "POST /api/groups", "POST /api/lists", "POST /api/action/gravity"]);
  const second = await apply(world, keys(["a"]));
  expect(outcomes(second)).toEqual({ "a/pihole/pihole.config:pihole.toml": "ok", "a/pihole/pihole.filters:gravity.db": "ok" });
  expect(ftl["a"]?.writes()).toEqual(writes);
});

test("a plan shows each setting and each entry, and changes nothing", async () => {
  const { world, ftl } = await piholes(["a"]);
  const { entries } = await plan(world, keys(["a"]));
  const shown = entries.map(
    ({ address, changes }) => `${address}: ${changes.map(({ property, risk }) => `${property}${risk === "none" ? "" : ` (${risk})`}`).join(", ")}`,
  );
  expect(shown).toEqual([
    "a/pihole/pihole.config:pihole.toml: dns.upstreams (restart), dns.hosts",
    "a/pihole/pihole.filters:gravity.db: group:kids, list:block:https://lists.example/a, gravity",
  ]);
  expect(ftl["a"]?.writes()).toEqual([]);
});

test("what is recorded is readable, and holds no password", async () => {
  const { world } = await piholes(["a"]);
  await apply(world, keys(["a"]));
  const recorded = JSON.stringify(await world.state.recorded(["a"]));
  expect(recorded).toContain("10.0.0.1 a.home");
  expect(recorded + JSON.stringify(world.state.records) + JSON.stringify(world.events)).not.toContain("hunter2");
});

test("several change one after the other, so that one resolver always answers", async () => {
  const { world, ftl } = await piholes(["a", "b", "c"], { restartMs: { answers: 30, gone: 150 } });
  const most: number[] = [];
  const watch = setInterval(() => most.push(Object.values(ftl).filter((one) => one.world.phase === "gone").length), 5);
  const result = await apply(world, keys(["a", "b", "c"]));
  clearInterval(watch);
  expect(new Set(Object.values(outcomes(result)))).toEqual(new Set(["changed"]));
  expect(Math.max(...most)).toBe(1);
});

test.each<readonly [string, (one: Running) => void]>([
  ["works", () => undefined],
  ["fails", ({ ftl }) => ftl["a"]?.fault({ fault: "answer", to: "PATCH /api/config", status: 500, text: "broken" })],
  ["is cut off in the middle", ({ ftl }) => ftl["a"]?.fault({ fault: "cut", to: "PATCH /api/config" })],
  ["is interrupted", ({ world }) => world.stop.abort()],
])("logs out when it %s", async (_, before) => {
  const one = await piholes(["a"]);
  const used: World[] = [];
  const world: MemoryWorld = { ...one.world, world: () => used[used.push(one.world.world()) - 1] as World };
  before(one);
  await apply(world, keys(["a"])).catch(() => undefined);
  expect(one.session()).toBe(1);
  await Promise.all(used.map(({ sessions }) => sessions.closeAll()));
  expect(one.session()).toBe(0);
});

test("what fails says what the Pi-hole said, and the next run goes on", async () => {
  const { world, ftl } = await piholes(["a"]);
  ftl["a"]?.fault({ fault: "answer", to: "PATCH /api/config", status: 500, text: "the disk is full" });
  const failed = await apply(world, keys(["a"]));
  expect(outcomes(failed)).toEqual({ "a/pihole/pihole.config:pihole.toml": "failed", "a/pihole/pihole.filters:gravity.db": "skipped" });
  expect(JSON.stringify([...failed.outcomes.values()])).toContain("the disk is full");
  expect(new Set(Object.values(outcomes(await apply(world, keys(["a"])))))).toEqual(new Set(["changed"]));
});

test("a gravity that died between lists and fetching is finished by the next run", async () => {
  const { world, ftl } = await piholes(["a"]);
  ftl["a"]?.fault({ fault: "cut", to: "POST /api/action/gravity" });
  expect(Object.values(outcomes(await apply(world, keys(["a"]))))).toContain("unknown");
  expect(outcomes(await apply(world, keys(["a"])))).toMatchObject({ "a/pihole/pihole.filters:gravity.db": "changed" });
  expect(ftl["a"]?.writes().at(-1)).toBe("POST /api/action/gravity");
});

test("a changed mind is put right: settings as before, and what hlx made is gone", async () => {
  const { world, ftl } = await piholes(["a"], { settings: { "dns.upstreams": ["8.8.8.8"] } });
  await apply(world, keys(["a"]));
  world.roles.set("pihole", () => [piholeConfig({ password, settings: { "dns.upstreams": ["8.8.8.8"] } }), piholeFilters({ password, entries: {} })]);
  expect(new Set(Object.values(outcomes(await apply(world, keys(["a"])))))).toEqual(new Set(["changed"]));
  expect(ftl["a"]?.world.settings.get("dns.upstreams")).toEqual(["8.8.8.8"]);
  expect(ftl["a"]?.world.tables.lists).toEqual([]);
  expect(ftl["a"]?.world.tables.groups.map(({ own }) => own["name"])).toEqual(["Default"]);
});

const site = { prunes: "site.yaml" };

test("a role that is taken away takes with it what it made, and leaves settings and what others made", async () => {
  const { world, ftl } = await piholes(["a"]);
  const mine = { id: 50, comment: "mine", enabled: true, groups: [0], date_added: 1, date_modified: 1, own: { client: "10.0.0.5" } };
  ftl["a"]?.world.tables.clients.push(mine);
  world.roles.set("pihole", () => [
    ...resources.slice(0, 1),
    piholeFilters({ password, entries: { "domain:deny:exact:a.example": {}, "client:10.0.0.5": {} } }),
  ]);
  await apply(world, keys(["a"]), site);
  world.roles.set("other", () => []);
  const { entries, stays } = await plan(world, ["a/other"], site);
  expect(entries.map(({ address, changes }) => [address, changes.map(({ property }) => property)])).toEqual([
    ["a/pihole/pihole.filters:gravity.db", ["domain:deny:exact:a.example"]],
  ]);
  expect(stays?.map(({ address }) => address)).toEqual(["a/pihole/pihole.config:pihole.toml"]);
  await apply(world, ["a/other"], site);
  expect(ftl["a"]?.world.tables.domains).toEqual([]);
  expect(ftl["a"]?.world.tables.clients).toEqual([mine]);
});

test("rollback puts settings and entries back", async () => {
  const { world, ftl } = await piholes(["a"], { settings: { "dns.upstreams": ["8.8.8.8"] } });
  await apply(world, keys(["a"]));
  const opened = world.world();
  const [run] = await world.state.runs({ last: 1 });
  if (run === undefined) throw new Error("no run");
  const { work } = await undo(run, world.work(keys(["a"])), opened);
  const { plan: back } = await makePlan(opened, work);
  await applyPlan(opened, back, { ...options, start: { ...options.start, command: "rollback", undoes: run.run } });
  expect(ftl["a"]?.world.settings.get("dns.upstreams")).toEqual(["8.8.8.8"]);
  expect(ftl["a"]?.world.tables.lists).toEqual([]);
});

test("one that does not answer is an error that names what is missing", async () => {
  const { world, ftl } = await piholes(["a"]);
  await ftl["a"]?.stop();
  running.splice(0);
  const { entries } = await plan(world, keys(["a"]));
  expect(JSON.stringify(entries[0])).toContain("nothing answers HTTP on port 80 of this host");
});
