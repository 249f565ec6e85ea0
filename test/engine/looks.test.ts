// What a role sees of hosts before it declares: each look is made once, and says whether it was answered; nobody is met for the first time on the way.
import { describe, expect, test } from "vitest";
import { lookForDrift } from "../../src/engine/drift.ts";
import { makeLooks } from "../../src/engine/looks.ts";
import { survey } from "../../src/engine/survey.ts";
import type { Work, World } from "../../src/engine/world.ts";
import { ProblemError } from "../../src/model/problem.ts";
import type { LookAnswer } from "../../src/model/role.ts";
import type { MemoryWorld } from "../../src/testing/memory-world.ts";
import { note } from "../../src/testing/note.ts";
import { apply, lab, outcomes, plan } from "./lab.ts";
import { keys, work as madeWork, world as madeWorld } from "./made-host.ts";

const gone = new ProblemError({ code: "unreachable", message: "no route" });

interface How {
  readonly knows?: boolean;
  readonly absent?: boolean;
  readonly fails?: Error;
  readonly exitStatus?: number;
}

function looksAt({ knows = true, absent = false, fails, exitStatus = 0 }: How) {
  const asked: string[] = [];
  const of = async ({ name }: { readonly name: string }) => {
    if (fails !== undefined) throw fails;
    const check = async ({ script }: { readonly script: string }) => {
      asked.push(`${name} ${script}`);
      return { exitStatus, stdout: `said to ${script}`, stderr: "x\n" };
    };
    return { shell: { check } };
  };
  const world = { sessions: { of, knows: async () => knows } } as unknown as World;
  const hosts = new Map(["a", "b"].map((name) => [name, { name }]));
  const work = { inventory: { hosts } } as unknown as Work;
  return { asked, looks: makeLooks({ world, work, isAbsent: async () => absent }) };
}

async function seen(host: string, how: How = {}): Promise<readonly [LookAnswer | undefined, readonly string[]]> {
  const { asked, looks } = looksAt(how);
  return [(await looks.answers({ it: { host, script: "look" } }))["it"], asked];
}

describe("a look", () => {
  test.each<readonly [string, string, How, object, readonly string[]]>([
    ["a host that answers", "a", {}, { look: "answered", printed: "said to look" }, ["a look"]],
    ["a host that cannot be reached", "a", { fails: gone }, { look: "failed", because: { code: "unreachable", message: "no route" } }, []],
    [
      "a host on which it fails",
      "a",
      { exitStatus: 2 },
      { look: "failed", because: { code: "failed", message: "looking at a: exit status 2: x" } },
      ["a look"],
    ],
    ["a host whose key nobody knows yet", "a", { knows: false }, { look: "not asked", because: "nobody knows a by its key yet" }, []],
    ["a host that is not there yet", "a", { absent: true }, { look: "not asked", because: "a is not there yet" }, []],
    ["a host that is not in the inventory", "c", {}, { look: "not asked", because: "c is not in the inventory" }, []],
  ])("at %s", async (_, host, ...[how, ...expected]) => expect(await seen(host, how)).toEqual(expected));

  test("a defect is not taken for a host that does not answer", () => expect(seen("a", { fails: new TypeError("x") })).rejects.toThrow("x"));

  test("is made once for all who ask for it", async () => {
    const { asked, looks } = looksAt({});
    const [one, other] = await Promise.all([
      looks.answers({ x: { host: "a", script: "1" }, y: { host: "b", script: "1" } }),
      looks.answers({ z: { host: "a", script: "1" }, w: { host: "a", script: "2" } }),
    ]);
    await looks.answers({ x: { host: "b", script: "1" } });
    expect(asked.sort()).toEqual(["a 1", "a 2", "b 1"]);
    expect([one["x"], other["z"]]).toEqual([{ look: "answered", printed: "said to 1" }, one["x"]]);
  });
});

describe("a role that waits", () => {
  function waiting(): MemoryWorld {
    const world = lab({ one: [note("x", "1")], two: [note("y", "1")] }, ["a", "b"]);
    const holds = () => ({ because: "b could not be asked", hint: "let it answer" });
    return {
      ...world,
      work: (names, options) => {
        const work = world.work(names, options);
        return { ...work, roles: new Map([...work.roles].map(([name, role]) => [name, name === "one" ? { ...role, holds } : role])) };
      },
    };
  }
  const all = ["a/one", "a/two", "b/two"];

  test("is shown and not done, with what requires it; the rest is done", async () => {
    const world = waiting();
    const made = await plan(world, all);
    expect(made.entries.map((entry) => [entry.address, entry.entry === "blocked" ? entry.because : entry.action])).toEqual([
      ["a/one/note:x", { code: "missing", message: "role one on a waits: b could not be asked", hint: "let it answer" }],
      ["a/two/note:y", expect.objectContaining({ code: "missing", message: "a/two requires a/one, which waits itself" })],
      ["b/two/note:y", "create"],
    ]);
    expect(outcomes(await apply(world, all))).toMatchObject({ "b/two/note:y": "changed" });
    expect(world.hosts.get("a")?.log).toEqual([]);
  });

  test("is unknown to drift", async () => {
    const world = waiting();
    const { report } = await lookForDrift(world.world(), world.work(all));
    expect(report.items.map(({ status }) => status)).toEqual(["unknown", "unknown", "new"]);
  });
});

describe("a look between hosts that are made from outside", () => {
  async function seenIn(vms: Readonly<Record<string, number>>): Promise<readonly unknown[]> {
    const { inside } = madeWorld(vms, ["a", "b"]);
    const answers: unknown[] = [];
    const made = inside.work([...keys, "b/two"], madeWork);
    const two = {
      name: "two",
      summary: "",
      params: { type: "object" },
      looks: () => ({ a: { host: "a", script: "look" } }),
      declare: ({ seen }: { readonly seen?: object }) => {
        answers.push(seen);
        return [];
      },
    } as const;
    await survey(inside.world(), { ...made, roles: new Map([...made.roles, ["two", two]]) });
    return answers;
  }

  test("is not made where the maker says that the host is not there", async () =>
    expect(await seenIn({})).toEqual([{ a: { look: "not asked", because: "a is not there yet" } }]));
  test("is made where it is there", async () => expect(await seenIn({ a: 2 })).toEqual([{ a: { look: "answered", printed: "" } }]));
});
