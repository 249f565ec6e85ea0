// Health checks: asked until they are good or their time is over; what depends on a role waits for them.
import { describe, expect, test } from "vitest";
import { applyPlan } from "../../src/engine/apply.ts";
import { questionOf, wrongIn } from "../../src/engine/checks/ask.ts";
import { makePlan } from "../../src/engine/plan.ts";
import { type Asking, checksFrom, checksSchema, checkTitle } from "../../src/model/check.ts";
import { validateValue } from "../../src/model/documents/validate.ts";
import type { RunResult } from "../../src/model/event.ts";
import type { CheckResult } from "../../src/model/ports/shell.ts";
import type { MemoryWorld } from "../../src/testing/memory-world.ts";
import { note } from "../../src/testing/note.ts";
import { lab, options, outcomes } from "./lab.ts";

const ended = (exitStatus: number, stdout = "", stderr = ""): CheckResult => ({ exitStatus, stdout, stderr });

describe("as people write them", () => {
  const cases: readonly { readonly written: unknown; readonly title: string; readonly asking: object }[] = [
    { written: "http://localhost:9090/-/healthy", title: "http://localhost:9090/-/healthy", asking: { check: "http", deadlineMs: 30_000, everyMs: 2_000 } },
    { written: "tcp:53", title: "tcp:53", asking: { check: "tcp", port: 53 } },
    { written: "unit:kit@1.service", title: "unit:kit@1.service", asking: { unit: "kit@1.service" } },
    { written: "container:media/*", title: "container:media/*", asking: { check: "container", container: "media/*" } },
    { written: { container: "plex" }, title: "container:plex", asking: { check: "container", container: "plex" } },
    { written: { exec: ["true", "x"], deadline: "2m", every: "500ms" }, title: "exec true x", asking: { deadlineMs: 120_000, everyMs: 500 } },
    { written: { http: "https://localhost", status: 401, text: "no", insecure: true }, title: "https://localhost", asking: { status: 401, insecure: true } },
  ];
  test.each(cases)("$title", ({ written, title, asking }) => {
    const [check] = checksFrom([written as string]);
    expect(check).toMatchObject(asking);
    expect(check === undefined ? "" : checkTitle(check)).toBe(title);
  });
  test.each([
    ["tcp:1", true],
    ["tcp:65535", true],
    ["tcp:65536", false],
    ["tcp:70000", false],
    ["tcp:0", false],
    ["tcp:080", false],
  ])("%s is a port: %s", (written, good) => {
    expect(validateValue([written], checksSchema, () => undefined, "checks").length === 0).toBe(good);
  });
  test("what is none is left out: another tool's variable of the same name", () => {
    expect([checksFrom("yes"), checksFrom([{ name: "x" }, 3, "ftp://x"])]).toEqual([[], []]);
  });
});

describe("an answer is judged", () => {
  const http: Asking = { check: "http", url: "http://localhost/" };
  const cases: readonly { readonly name: string; readonly asking: Asking; readonly result: CheckResult; readonly wrong: string | undefined }[] = [
    { name: "200", asking: http, result: ended(0, "HTTP/1.1 200 OK\r\n\r\nhello"), wrong: undefined },
    { name: "a redirect", asking: http, result: ended(0, "HTTP/2 301 \r\n"), wrong: undefined },
    { name: "wget's head", asking: http, result: ended(0, "--  http://localhost/\n  HTTP/1.1 503 Busy\n"), wrong: "status 503" },
    { name: "404", asking: http, result: ended(0, "HTTP/1.0 404 Not Found\r\n"), wrong: "status 404" },
    { name: "the status that is wanted", asking: { ...http, status: 401 }, result: ended(0, "HTTP/1.0 401 No\r\n"), wrong: undefined },
    { name: "another status", asking: { ...http, status: 401 }, result: ended(0, "HTTP/1.0 200 OK\r\n"), wrong: "status 200, not 401" },
    {
      name: "text",
      asking: { ...http, text: "ready" },
      result: ended(0, "HTTP/1.1 200 OK\r\n\r\nnot yet"),
      wrong: 'status 200, but "ready" is not in the answer',
    },
    { name: "refused", asking: http, result: ended(0, "curl: (7) Failed to connect\n"), wrong: "curl: (7) Failed to connect" },
    { name: "nothing", asking: http, result: ended(0), wrong: "no answer" },
    { name: "a unit", asking: { check: "unit", unit: "x" }, result: ended(3, "failed\n"), wrong: "it is failed" },
    { name: "a command", asking: { check: "exec", argv: ["x"] }, result: ended(2, "", "first\nlast\n"), wrong: "status 2: last" },
    { name: "a container", asking: { check: "container", container: "m/*" }, result: ended(1, "m-a-1: it is unhealthy\n"), wrong: "m-a-1: it is unhealthy" },
    { name: "a port", asking: { check: "tcp", port: 53 }, result: ended(1), wrong: "nothing listens on port 53" },
  ];
  test.each(cases)("$name", ({ asking, result, wrong }) => {
    expect(wrongIn(asking, result)).toBe(wrong);
  });
  test("a URL is taken apart for those who cannot", () => {
    expect(questionOf({ check: "http", url: "https://[::1]:8006/x?y#z" }).args).toEqual([
      "https://[::1]:8006/x?y#z",
      "https:",
      "::1",
      "8006",
      "/x?y",
      "[::1]:8006",
      "10",
      "no",
    ]);
    expect(questionOf({ check: "http", url: "http://a" }).args.slice(1, 6)).toEqual(["http:", "a", "80", "/", "a"]);
  });
});

describe("in an apply", () => {
  const check = checksFrom([{ exec: ["good"], deadline: "4s", every: "2s" }]);

  async function run(world: MemoryWorld, answers: readonly number[], keys = ["a/one", "a/two"]): Promise<RunResult> {
    const left = [...answers];
    const opened = world.world();
    const work = world.work(keys);
    const assignments = work.assignments.map((assignment) => (assignment.as === "one" ? { ...assignment, checks: check } : assignment));
    const { plan, found } = await makePlan(opened, { ...work, assignments });
    const sessions: typeof opened.sessions = {
      ...opened.sessions,
      of: async (host) => {
        const session = await opened.sessions.of(host);
        return { ...session, shell: { ...session.shell, check: async () => ended(left.shift() ?? 0, "", "not yet\n") } };
      },
    };
    return applyPlan({ ...opened, sessions }, plan, { ...options, found });
  }

  test("a check that is good at last is good, and is written down", async () => {
    const world = lab({ one: [note("x", "1")], two: [note("y", "1")] });
    const result = await run(world, [1, 1, 0]);
    expect(result.checks).toEqual([{ host: "a", role: "one", check: "exec good", tries: 3, tookMs: 0 }]);
    expect(outcomes(result)).toEqual({ "a/one/note:x": "changed", "a/two/note:y": "changed" });
    expect(world.state.records.filter(({ record }) => record === "check")).toEqual([{ record: "check", address: "a/one", check: "exec good", good: true }]);
  });

  test("a check that stays bad stops what comes after its role", async () => {
    const world = lab({ one: [note("x", "1")], two: [note("y", "1")] });
    const result = await run(world, [1, 0, 1, 1, 0]);
    expect(result.checks).toMatchObject([{ because: "status 1: not yet", tries: 3 }]);
    expect(outcomes(result)).toEqual({ "a/one/note:x": "changed", "a/two/note:y": "skipped" });
  });

  test("after a change it must be good still: what was reloaded answers once more as before", async () => {
    const world = lab({ one: [note("x", "1")] });
    expect((await run(world, [0, 1, 0, 1, 0, 1], ["a/one"])).checks).toMatchObject([{ because: "status 1: not yet", tries: 3 }]);
    expect((await run(world, [0, 1], ["a/one"])).checks).toMatchObject([{ tries: 1 }]);
  });

  test("it is asked where nothing had to be done, too", async () => {
    const world = lab({ one: [note("x", "1")] });
    world.hosts.get("a")?.notes.set("x", "1");
    expect((await run(world, [1, 1, 1], ["a/one"])).checks).toMatchObject([{ because: "status 1: not yet" }]);
  });

  test("it is not asked where its role failed", async () => {
    const world = lab({ one: [note("bad", "1")] });
    world.hosts.get("a")?.failing.add("bad");
    expect((await run(world, [1], ["a/one"])).checks).toEqual([]);
  });
});
