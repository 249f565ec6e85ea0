// What a host says stays what it says: it chooses no other host, no file here, no outcome, and not how long it takes.
import { globSync, readFileSync } from "node:fs";
import { Readable } from "node:stream";
import { describe, expect, test } from "vitest";
import { askSecret } from "../../src/cli/ask.ts";
import { changeWords, textDiff } from "../../src/cli/views/change.ts";
import { makePlan } from "../../src/engine/plan.ts";
import type { World } from "../../src/engine/world.ts";
import { change } from "../../src/model/kind.ts";
import { note } from "../../src/testing/note.ts";
import { memoryIo } from "../cli/memory-io.ts";
import { apply, lab, outcomes } from "../engine/lab.ts";

test("sec/21 a host that gives itself another's name, user and identity is connected to as what the inventory says, and changes nothing elsewhere", async () => {
  const world = lab({ one: [note("x", "1")] }, ["a", "b"]);
  await apply(world, ["a/one", "b/one"]);
  const made = world.world();
  const opened: string[] = [];
  const liar: World = {
    ...made,
    sessions: {
      ...made.sessions,
      of: (host) => {
        opened.push(`${host.name} ${host.login.address}`);
        return made.sessions.of(host);
      },
    },
    facts: async (shell) => ({
      ...(await made.facts(shell)),
      hostname: "b",
      user: "b",
      ...{ name: "b", host: "b", transport: "local", __proto__: { login: "b" } },
    }),
  };
  world.hosts.get("a")?.notes.set("x", "b/one/note:x");
  const { plan } = await makePlan(liar, world.work(["a/one", "b/one"], { hosts: ["a"] }));
  expect([...new Set(opened)]).toEqual(["a memory"]);
  expect(plan.entries.map(({ host, address, action }) => [host, address, action])).toEqual([["a", "a/one/note:x", "update"]]);
});

test.each(["{{1+1}}", "$" + "{x}", "$(id)", "`id`", " spaces around ", "%s\\n", "a\tb", "ünïcødé"])(
  "sec/26 a password typed as %j is taken as it is",
  async (typed) => {
    const { io, err } = memoryIo();
    expect(await askSecret({ ...io, in: Object.assign(Readable.from([`${typed}\n`]), { isTTY: true }) }, "password")).toBe(typed);
    expect(err()).not.toContain(typed.trim());
  },
);

describe("sec/33 sec/34 what works on hosts' words", () => {
  const writes = /import \{[^}]*\b(writeFile|appendFile|createWriteStream|copyFile|cp|rename|symlink|link|open|mkdir)(Sync)?\b[^}]*\} from "node:fs/;
  const files = ["engine", "facts", "plan", "model"]
    .flatMap((folder) => globSync(`src/${folder}/**/*.ts`))
    .concat(globSync("src/connections/shell/**/*.ts"), globSync("src/resources/**/*.ts"));

  test("writes no file here: there is no copy from a host whose name, link or archive could lead anywhere", () => {
    expect(files.length).toBeGreaterThan(50);
    expect(files.filter((file) => writes.test(readFileSync(file, "utf8")))).toEqual([]);
  });
  test("would be seen", () => expect(writes.test('import { readFile, writeFile } from "node:fs/promises";')).toBe(true));
});

describe("sec/43 a step that says it is done and is not", () => {
  test("is a failure: every resource is looked at again", async () => {
    const world = lab({ one: [note("x", "1"), note("y", "1")] });
    const notes = world.hosts.get("a")?.notes;
    if (notes !== undefined) Object.assign(notes, { set: () => notes });
    expect(outcomes(await apply(world, ["a/one"]))).toMatchObject({ "a/one/note:x": "failed" });
    expect(await world.state.recorded(["a"])).toEqual([]);
  });
});

describe("sec/49 a diff of what a host sends", () => {
  const lines = (count: number, line: (at: number) => string): string => Array.from({ length: count }, (_, at) => line(at)).join("\n");
  test.each<readonly [string, string, string]>([
    ["50 MB each", "a".repeat(5e7), "b".repeat(5e7)],
    ["100,000 lines, all others", lines(1e5, (at) => `a${at}`), lines(1e5, (at) => `b${at}`)],
    ["one line of 10 MB", "x".repeat(1e7), `${"x".repeat(1e7)}y`],
    ["lines that nearly fit", lines(5e4, (at) => `${at % 7}`), lines(5e4, (at) => `${at % 11}`)],
  ])("of %s ends in time and is short", (_, before, after) => {
    const since = performance.now();
    const shown = textDiff(before, after, (_style, text) => text);
    changeWords([change("content", { before, after }), { ...change("content", { before, after }), view: "text" }], false);
    expect([performance.now() - since < 5_000, shown.length < 1_000]).toEqual([true, true]);
  });
});
