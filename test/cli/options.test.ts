// Options that only list, that ask, and that record; each through the whole command line.
import { mkdtempSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { main } from "../../src/cli/main.ts";
import { makeGiven } from "../../src/cli/parse/given.ts";
import { makePrinter } from "../../src/cli/printer.ts";
import { againAs } from "../../src/cli/run/again.ts";
import { stepping } from "../../src/cli/run/step.ts";
import { profileLines } from "../../src/cli/views/profile.ts";
import type { Event } from "../../src/model/event.ts";
import { memoryIo } from "./memory-io.ts";
import { everything } from "./plans.ts";

const folder = mkdtempSync(join(tmpdir(), "hlx-options-"));
// Nothing listens on port 1: a host that is unreachable at once.
writeFileSync(
  join(folder, "inventory.yaml"),
  "format: 1\nplaybook: site.yaml\nhosts: { web1: { address: 127.0.0.1, port: 1, user: me }, db1: { address: 127.0.0.1, port: 1 } }\n",
);
writeFileSync(join(folder, "site.yaml"), "- { hosts: all, tags: [early], roles: [{ base: {}, tags: [system] }] }\n");
writeFileSync(join(folder, "vars.yaml"), "# a comment, which JSON has none of\ngreeting: hello\nsizes: [1, 2]\n");
writeFileSync(join(folder, "list.yaml"), "- 1\n");

async function run(...argv: string[]) {
  const memory = memoryIo({ cwd: folder });
  const code = await main(argv, memory.io);
  return { code, out: memory.out(), err: memory.err() };
}

describe.each(["plan", "apply"])("%s", (command) => {
  test("--list-hosts lists the hosts that are meant", async () =>
    expect(await run(command, "--list-hosts", "-l", "web1")).toEqual({ code: 0, out: "web1\n", err: "" }));
  test("--list-tags lists tags of plays and roles", async () =>
    expect(await run(command, "--list-tags")).toEqual({ code: 0, out: "early\nsystem\n", err: "" }));
  test("both as one document", async () =>
    expect(JSON.parse((await run(command, "--list-hosts", "--list-tags", "--json")).out)).toEqual({
      format: 1,
      document: "list",
      hosts: ["web1", "db1"],
      tags: ["early", "system"],
    }));
  test("--syntax-check is validate", async () => expect(await run(command, "--syntax-check")).toEqual(await run("validate")));
  test("a host that does not exist is not listed", async () =>
    expect((await run(command, "--list-hosts", "-l", "wbe1")).err).toContain('did you mean "web1"?'));
});

describe("-e @file", () => {
  test("may be YAML", async () => {
    const { out } = await run("inventory", "--host", "web1", "-e", "@vars.yaml");
    expect(out).toContain('greeting  "hello"');
    expect(out).toContain("[1,2]");
  });
  test("must be a map", async () =>
    expect(await run("inventory", "-e", "@list.yaml")).toMatchObject({ code: 1, err: expect.stringContaining("-e @list.yaml: not a map of variables") }));
});

describe("--step", () => {
  const [entry] = everything.entries;
  const asking = (typed: string, given: Readonly<Record<string, unknown>> = { step: true }) => {
    const { io, err } = memoryIo({ typed });
    const redaction = { redact: (text: string): string => text };
    const context = { io, given: makeGiven(given, [], []), printer: makePrinter(io, { color: false, redaction }), redaction, words: [] };
    return { approve: stepping(context).approve, err };
  };
  test.each([
    ["y\n", true],
    ["yes\n", true],
    ["n\n", false],
    ["\n", false],
    ["", false],
    ["c\n", true],
  ])("%j means %s", async (typed, leave) => {
    if (entry === undefined) throw new Error("no entry");
    const { approve, err } = asking(typed);
    expect(await approve?.(entry)).toBe(leave);
    expect(err()).toContain(entry.address);
  });
  test("after continue, nothing is asked any more", async () => {
    if (entry === undefined) throw new Error("no entry");
    const { approve, err } = asking("c\n");
    expect([await approve?.(entry), await approve?.(entry)]).toEqual([true, true]);
    expect(err().split("(c)ontinue").length - 1).toBe(1);
  });
  test("without the option there is nothing to ask", () => expect(asking("", {}).approve).toBeUndefined());
  test("needs somebody who can be asked", async () =>
    expect(await run("apply", "-y", "--step")).toMatchObject({ code: 1, err: expect.stringContaining("--step asks before each resource, but") }));
});

describe("--trace", () => {
  test("writes what happened as JSON lines, for nobody else to read", async () => {
    await run("plan", "--trace", "trace.jsonl", "--timeout", "5");
    const events = readFileSync(join(folder, "trace.jsonl"), "utf8")
      .trimEnd()
      .split("\n")
      .map((line) => (JSON.parse(line) as { readonly event: string }).event);
    expect(events).toEqual(["phase", "unreachable", "unreachable", "phase", "planned"]);
    expect(statSync(join(folder, "trace.jsonl")).mode & 0o777).toBe(0o600);
  });
  test("that cannot be written is refused before anything connects", async () =>
    expect(await run("plan", "--trace", "nowhere/trace")).toMatchObject({
      code: 1,
      out: "",
      err: expect.stringContaining("--trace nowhere/trace: cannot write it"),
    }));
});

describe("--quiet and --profile", () => {
  test("a quiet plan is its totals", async () => {
    const [quiet, usual] = [await run("plan", "-q"), await run("plan")];
    expect(quiet.out.trimEnd().split("\n")).toHaveLength(1);
    expect(usual.out).toContain(quiet.out.split(".")[0] ?? "?");
  });
  test("a profile names every host, on standard error", async () => {
    const { out, err } = await run("plan", "--json", "--profile");
    expect(() => JSON.parse(out)).not.toThrow();
    expect(err).toMatch(/^HOST +connect +facts +probe +apply +round trips\n/m);
    expect(err).toMatch(/^web1 +- +- +- +- +0$/m);
  });
  test("a profile says where the time of each host went, and the slowest first", () => {
    const [entry] = everything.entries;
    if (entry === undefined) throw new Error("no entry");
    const host = "web1";
    const ended = { event: "ended", host, entry, outcome: { outcome: "changed" } } as const;
    const events: readonly Event[] = [
      { ms: 0, event: "phase", phase: "connect", hosts: 1 },
      { ms: 300, event: "connected", host },
      { ms: 500, event: "gathered", host },
      { ms: 1000, event: "probed", host, resources: 2, roundTrips: 2 },
      { ms: 2000, event: "started", host, address: "web1/a/b", title: "" },
      { ms: 3000, ...ended, address: "web1/a/b", tookMs: 1000 },
      { ms: 6000, ...ended, address: "web1/a/c", tookMs: 3000 },
      { ms: 6001, ...ended, address: "web1/a/idle", outcome: { outcome: "skipped", because: "not wanted" }, tookMs: 9000 },
      { ms: 6001, ...ended, address: "web1/a/idle", outcome: { outcome: "ok" }, tookMs: 9000 },
    ];
    expect(profileLines(events.slice(0, 7), () => 4)).toEqual([
      "HOST  connect  facts  probe  apply  round trips",
      "web1  0.3 s    0.2 s  0.5 s  4.0 s  4",
      "Slowest:",
      "  web1/a/c  3.0 s",
      "  web1/a/b  1.0 s",
    ]);
    expect(profileLines(events, () => 4).join("\n")).not.toContain("idle");
  });
  test("the next command leaves them out", () => expect(againAs("apply", ["plan", "-q", "--profile", "--trace", "x", "-l", "web1"])).toBe("hlx apply -l web1"));
});
