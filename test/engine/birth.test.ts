// Hosts that do not exist yet: planned as promised, made from outside, waited for, and gone on with inside.
import { describe, expect, test } from "vitest";
import { factsOf } from "../../src/engine/outside.ts";
import type { ProblemError } from "../../src/model/problem.ts";
import { note } from "../../src/testing/note.ts";
import { apply, outcomes, plan } from "./lab.ts";
import { keys, work, world } from "./made-host.ts";

describe("a host that is not there yet", () => {
  test("is planned without connecting: its maker exactly, what is inside predicted, the maker first", async () => {
    const { inside } = world();
    const made = await plan(inside, keys, work);
    expect(made.entries.map(({ address, entry, action }) => `${address} ${entry} ${action}`)).toEqual([
      "a/guest/vm:a exact create",
      "a/one/note:x predicted create",
      "a/one/note:y predicted create",
    ]);
    expect(made.problems).toEqual([]);
    expect(made.hosts).toMatchObject([{ host: "a", unborn: { hostname: "memory" } }]);
    expect(inside.events.map(({ event }) => event)).not.toContain("unreachable");
  });
  test("is made, waited for, and gone on with; a second apply has nothing to do", async () => {
    const { inside, cluster, host } = world();
    expect(outcomes(await apply(inside, keys, work))).toEqual({ "a/guest/vm:a": "changed", "a/one/note:x": "changed", "a/one/note:y": "changed" });
    expect([cluster.calls, host.log]).toEqual([["make a"], ["set x=1", "set y=2"]]);
    expect(inside.events.some(({ event }) => event === "waiting")).toBe(true);
    expect(outcomes(await apply(inside, keys, work))).toEqual({ "a/guest/vm:a": "ok", "a/one/note:x": "ok", "a/one/note:y": "ok" });
  });
  test("that cannot be made leaves what is inside skipped, with the reason", async () => {
    const { inside, cluster } = world();
    cluster.broken = true;
    const result = await apply(inside, keys, work);
    expect(outcomes(result)).toEqual({ "a/guest/vm:a": "failed", "a/one/note:x": "skipped", "a/one/note:y": "skipped" });
    expect(result.outcomes.get("a/one/note:x")).toMatchObject({ because: "a/guest did not end as desired" });
  });
  test("that is other than promised is stopped at, and nothing inside is touched", async () => {
    const { inside, host } = world();
    const result = await apply(inside, keys, { outside: { "a/guest": { hostname: "other" } } });
    expect(result.refused.get("a")).toMatchObject({ code: "stale", message: expect.stringContaining("hostname is") });
    expect(outcomes(result)).toMatchObject({ "a/guest/vm:a": "changed", "a/one/note:x": "skipped" });
    expect(host.log).toEqual([]);
  });
});

describe("a part of the work", () => {
  const all = ["a/guest", "a/one", "b/names", "b/other"];

  function twoHosts(vms: Readonly<Record<string, number>> = {}) {
    const made = world(vms, ["a", "b"]);
    made.inside.roles.set("names", () => [note("a-record", "1")]);
    made.inside.roles.set("other", () => [note("other", "1")]);
    return made.inside;
  }

  test("of one host that is not there yet: who tells others of it is looked at, and said", async () => {
    const made = await plan(twoHosts(), all, { ...work, hosts: ["a"], tellers: { a: ["b/names"] }, independent: ["b/other"] });
    expect(made.entries.map(({ address }) => address)).toEqual(["a/guest/vm:a", "a/one/note:x", "a/one/note:y"]);
    expect(made.elsewhere.map(({ address }) => address)).toEqual(["b/names/note:a-record"]);
  });
  test("with what is required (-w) it is done, too", async () => {
    const made = await plan(twoHosts(), all, { ...work, hosts: ["a"], tellers: { a: ["b/names"] }, independent: ["b/other"], withRequired: true });
    expect(made.entries.map(({ address }) => address)).toEqual(["a/guest/vm:a", "a/one/note:x", "a/one/note:y", "b/names/note:a-record"]);
    expect(made.elsewhere).toEqual([]);
  });
  test("of a host that is there nobody else is asked", async () => {
    for (const own of [all, all.filter((key) => key !== "a/one")]) {
      const { hosts, elsewhere } = await plan(twoHosts({ a: 2 }), own, { ...work, hosts: ["a"], tellers: { a: ["b/names"] }, independent: ["b/other"] });
      expect([hosts.map(({ host }) => host), elsewhere]).toEqual([["a"], []]);
    }
    const made = await plan(twoHosts({ a: 2 }), all, { ...work, hosts: ["a"], tellers: { a: ["b/names"] } });
    expect(made.hosts.map(({ host }) => host)).toEqual(["a"]);
    expect(made.elsewhere).toEqual([]);
  });
  test("by tags: a host that is not there is made all the same, one that is there is left alone", async () => {
    const young = await plan(world().inside, keys, { ...work, only: ["a/one"] });
    expect(young.entries.map(({ address }) => address)).toEqual(["a/guest/vm:a", "a/one/note:x", "a/one/note:y"]);
    const old = await plan(world({ a: 1 }).inside, keys, { ...work, only: ["a/one"] });
    expect(old.entries.map(({ address }) => address)).toEqual(["a/one/note:x", "a/one/note:y"]);
  });
});

describe("a host that is there", () => {
  test("is looked at inside as any other", async () => {
    const { inside } = world({ a: 2 });
    const made = await plan(inside, keys, work);
    expect(made.entries.map(({ address, entry, action }) => `${address} ${entry} ${action}`)).toEqual([
      "a/guest/vm:a exact none",
      "a/one/note:x exact create",
      "a/one/note:y exact create",
    ]);
  });
  test("in which nothing is to be done is not logged in to", async () => {
    const { inside, host } = world({ a: 2 });
    host.down = true;
    const made = await plan(inside, ["a/guest"], { ...work, prunes: "site.yaml" });
    expect(made.entries.map(({ address, action }) => `${address} ${action}`)).toEqual(["a/guest/vm:a none"]);
    expect(inside.events.map(({ event }) => event)).not.toContain("unreachable");
  });
  test("in which hlx made something is, so that it can be taken away", async () => {
    const { inside } = world();
    await apply(inside, keys, { ...work, prunes: "site.yaml" });
    const made = await plan(inside, ["a/guest"], { ...work, prunes: "site.yaml" });
    expect(made.entries.map(({ address, action }) => `${address} ${action}`)).toEqual(["a/guest/vm:a none", "a/one/note:y remove", "a/one/note:x remove"]);
  });
  test("and down is unreachable, not about to be made", async () => {
    const { inside, host } = world({ a: 2 });
    host.down = true;
    expect((await plan(inside, keys, work)).hosts).toMatchObject([{ unreachable: { code: "unreachable" } }]);
  });
  test.each([
    ["off, and about to be switched on", "off" as const, 1],
    ["starting", "starting" as const, 0],
  ])("and does not answer because it is %s: it is said, waited for, and gone on with", async (_, away, calls) => {
    const { inside, cluster, host } = world({ a: 2 });
    Object.assign(cluster, { away });
    host.down = true;
    const made = await plan(inside, keys, work);
    expect([made.hosts, made.stays]).toMatchObject([
      [{ unborn: { hostname: "memory" } }],
      [{ host: "a", because: "does not answer yet, and is waited for: a: no answer" }],
    ]);
    if (away === "starting") setTimeout(() => Object.assign(host, { down: false }), 100);
    const outcome = await apply(inside, keys, work);
    expect([outcomes(outcome), cluster.calls.length]).toEqual([
      { "a/guest/vm:a": calls === 0 ? "ok" : "changed", "a/one/note:x": "changed", "a/one/note:y": "changed" },
      calls,
    ]);
  });
  test("and down while its machine is about to change is planned as promised", async () => {
    const { inside, host } = world({ a: 1 });
    host.down = true;
    const made = await plan(inside, keys, work);
    expect(made.entries.map(({ entry, action }) => `${entry} ${action}`)).toEqual(["exact update", "predicted create", "predicted create"]);
  });
});

function tried(ask: () => unknown, said: (thrown: unknown) => unknown): unknown {
  try {
    return ask();
  } catch (thrown) {
    return said(thrown);
  }
}

describe("facts of a host that is not there yet", () => {
  test("are the promised ones; any other is refused, with the next move", () => {
    const facts = factsOf("a", { hostname: "a", os: { id: "debian", versionId: "12", codename: "bookworm", name: "Debian", like: [] } });
    expect(facts.os.id).toBe("debian");
    expect(Object.keys(facts)).toEqual(["hostname", "os"]);
    expect(() => facts.kernel).toThrow('a role asks for the fact "kernel" of a, which is not there yet');
    const lacking = factsOf("a", { os: { id: "debian" } }, { os: "say it of its image" });
    const hintOf = (ask: () => unknown): unknown => tried(ask, (thrown) => (thrown as ProblemError).problems[0].hint);
    expect([hintOf(() => lacking.os.codename), hintOf(() => lacking.kernel)]).toEqual([
      expect.stringMatching(/^say it of its image; or create the host first: /),
      expect.stringMatching(/^create the host first: /),
    ]);
  });
});
