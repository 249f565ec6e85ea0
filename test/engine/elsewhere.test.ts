// Steps on another host: under its lock, which this run may have already; what they hand on is a secret; what takes back runs whatever failed.
import { expect, test } from "vitest";
import { applyPlan } from "../../src/engine/apply.ts";
import { makePlan } from "../../src/engine/plan.ts";
import { type AnyKind, absent, change, present } from "../../src/model/kind.ts";
import type { Read, ShellReader } from "../../src/model/ports/shell.ts";
import type { Resource } from "../../src/model/resource.ts";
import type { Run, Step } from "../../src/model/step.ts";
import { handed } from "../../src/model/text.ts";
import type { MemoryWorld } from "../../src/testing/memory-world.ts";
import { note } from "../../src/testing/note.ts";
import { apply, lab, options, outcomes, plan } from "./lab.ts";

interface Copy {
  readonly name: string;
  readonly from: string;
}

const copyRead: Read<string, string> = { name: "copies", script: "", args: (name) => [name], parse: (output) => [output] };
const run = (verb: string, name: string): Run => ({ do: "run", title: `${verb} ${name}`, script: "x", args: [verb, name] });

/** A note that is another host's, by way of a ticket that is taken back. */
const copyKind = {
  kind: "copy",
  summary: "a note of another host",
  schema: { type: "object" },
  via: ["shell"],
  identity: ({ name }: Copy) => name,
  probe: async ({ name }: Copy, { shell }: { readonly shell: ShellReader }) => {
    const value = await shell.ask(copyRead, name);
    return value === "" ? absent : present({ has: true });
  },
  diff: (_: Copy, { found }: { readonly found: string }) => (found === "absent" ? [change("has", { before: null, after: true })] : []),
  steps: ({ name, from }: Copy): readonly Step[] => [
    { do: "elsewhere", host: from, step: run("get", name), hands: "ticket" },
    { ...run("set", name), stdin: [handed("ticket"), "!"] },
    { do: "elsewhere", host: from, step: { ...run("set", "taken-back"), stdin: [handed("ticket")] }, always: true },
  ],
  peers: ({ from }: Copy) => [from],
} as unknown as AnyKind;

const copy: Resource = { kind: "copy", desired: { name: "t", from: "a" }, id: "copy:t", provides: [], traces: [] };

function world(onA: readonly Resource[] = []): MemoryWorld {
  const inside = lab({ one: (host) => (host === "b" ? [copy] : onA) }, ["a", "b"]);
  inside.kinds.set("copy", copyKind);
  inside.hosts.get("a")?.notes.set("t", "s3cret");
  return inside;
}

const keys = ["a/one", "b/one"];
const after = { requires: { "b/one": ["one@a"] } };
const notes = (inside: MemoryWorld, host: string): object => Object.fromEntries(inside.hosts.get(host)?.notes ?? []);

test.each([
  ["a host that has nothing to do", []],
  ["a host that this run has locked", [note("x", "1")]],
])("are done on %s, whose lock is given back", async (_, resources) => {
  const inside = world(resources);
  expect(Object.values(outcomes(await apply(inside, keys, after)))).not.toContain("failed");
  expect(notes(inside, "b")).toEqual({ t: "s3cret!" });
  expect(notes(inside, "a")).toMatchObject({ "taken-back": "s3cret" });
  expect([...inside.hosts.values()].map(({ holder }) => holder)).toEqual([undefined, undefined]);
});

test("what is handed on is in no event, and in no record", async () => {
  const inside = world();
  await apply(inside, keys, after);
  expect(JSON.stringify(inside.events)).not.toContain("s3cret");
  expect(JSON.stringify([...inside.state.records])).not.toContain("s3cret");
});

test("what takes back is done although a step failed", async () => {
  const inside = world();
  inside.hosts.get("b")?.failing.add("t");
  expect(outcomes(await apply(inside, keys, after))["b/one/copy:t"]).toBe("failed");
  expect(notes(inside, "a")).toMatchObject({ "taken-back": "s3cret" });
});

test("a host that somebody else has locked is left alone, and said", async () => {
  const inside = world();
  Object.assign(inside.hosts.get("a") ?? {}, { holder: { run: "9", who: "you", where: "there", pid: 1, since: "" } });
  const result = await apply(inside, keys, after);
  expect(result.outcomes.get("b/one/copy:t")).toMatchObject({ outcome: "failed", problem: { message: expect.stringContaining("locked by you") } });
});

test("sec/22 a host that is another machine by now is left alone, and said", async () => {
  const inside = world([note("x", "1")]);
  await apply(inside, ["a/one"]);
  const { plan: made } = await makePlan(inside.world(), inside.work(["b/one"], { hosts: ["b"] }));
  const opened = inside.world();
  const replaced = { ...opened, facts: async (shell: ShellReader) => ({ ...(await opened.facts(shell)), machineId: "f".repeat(32) }) };
  const result = await applyPlan(replaced, { ...made, hosts: made.hosts.map(({ machineId: _, ...host }) => host) }, { ...options });
  expect(result.outcomes.get("b/one/copy:t")).toMatchObject({ outcome: "failed", problem: { message: expect.stringContaining("a is another machine") } });
  expect(notes(inside, "b")).toEqual({});
});

test("a plan for some hosts knows how to log in to those beside them, and applies as saved", async () => {
  const inside = world();
  const made = await plan(inside, keys, { ...after, hosts: ["b"] });
  expect(made.peers).toEqual([{ host: "a", login: expect.objectContaining({ connection: "memory" }) }]);
  const saved = JSON.parse(JSON.stringify(made));
  expect(outcomes(await applyPlan(inside.world(), saved, { ...options, saved: true }))["b/one/copy:t"]).toBe("changed");
});

test("two that need a host at once, and its own work, wait for one another instead of refusing", async () => {
  const inside = lab({ one: (host) => (host === "a" ? [note("x", "1")] : [copy]) }, ["a", "b", "c"]);
  inside.kinds.set("copy", copyKind);
  inside.hosts.get("a")?.notes.set("t", "s3cret");
  expect(Object.values(outcomes(await apply(inside, ["a/one", "b/one", "c/one"])))).toEqual(["changed", "changed", "changed"]);
  expect(inside.hosts.get("a")?.holder).toBe(undefined);
});
