// What people see, against golden files: plans, problems, drift, applies, help.
import { describe, expect, test } from "vitest";
import { commands, describeCommands } from "../../src/cli/commands.ts";
import { main } from "../../src/cli/main.ts";
import { checkedLine, endedLines, recapLines } from "../../src/cli/views/apply.ts";
import { driftLines } from "../../src/cli/views/drift.ts";
import { graphLines } from "../../src/cli/views/graph.ts";
import { plain } from "../../src/cli/views/paint.ts";
import { planLines } from "../../src/cli/views/plan.ts";
import { problemLines } from "../../src/cli/views/problem.ts";
import { historyLines, runLines } from "../../src/cli/views/runs.ts";
import type { Json } from "../../src/lib/json.ts";
import type { Outcome, RunResult } from "../../src/model/event.ts";
import { change } from "../../src/model/kind.ts";
import type { JournalRecord, RunSummary } from "../../src/model/ports/state.ts";
import type { Problem } from "../../src/model/problem.ts";
import { expectGolden } from "./golden.ts";
import { memoryIo } from "./memory-io.ts";
import { blocked, everything, exact, planOf, predicted, textChange } from "./plans.ts";

const text = (lines: readonly string[]): string => `${lines.join("\n")}\n`;

describe("plans", () => {
  test.each(["default", "all", "none"] as const)("with diff %s", (diff) => {
    expectGolden(`plan-${diff}`, text(planLines(everything, { ...plain, diff, tookMs: 2_800, applyWith: "hlx apply" })));
  });
  test("a narrow terminal cuts what is said, never the names", () => {
    for (const line of planLines(everything, { ...plain, width: 70, diff: "none" }).slice(0, 4)) expect(line.length).toBeLessThan(110);
  });
  test("nothing to do", () => {
    const idle = planOf([exact("web1", "file:/etc/ok", { action: "none", changes: [] })]);
    expect(planLines(idle, { ...plain, diff: "default", tookMs: 400 })).toEqual(["No changes. 1 host, 1 resource as desired, 2 round trips, 0.4 s."]);
  });
  test("what hlx made and nobody wants goes, and what stays is said", () => {
    const gone = exact("web1", "file:/etc/old", { action: "remove", prune: "removes", changes: [change("type", { before: "file", after: null })] });
    const again = exact("web1", "service:nginx#again", { prune: "reloads", changes: [change("loaded", { before: false, after: true, risk: "reload" })] });
    const stays = [
      { host: "web1", address: "web1/web/command:join", because: "cannot be removed by hlx", hint: "hlx state forget 'web1/web/command:join'" },
      { host: "old", because: "is not in the inventory any more, but things are remembered of it", hint: "hlx state forget --host old" },
    ];
    expectGolden("plan-prune", text(planLines(planOf([gone, again], { stays }), { ...plain, width: 130, diff: "default" })));
  });
  test("an unreachable host is in the plan, and the plan is not called empty", () => {
    const login = { connection: "ssh", address: "x", become: true };
    const plan = planOf([], {
      hosts: [{ host: "asuna", login, unreachable: { code: "unreachable", message: "connecting to 10.0.0.1:22: timeout" }, resources: 0, roundTrips: 0 }],
    });
    expect(planLines(plan, { ...plain, diff: "default" })).toEqual([
      "  ? asuna  unreachable  connecting to 10.0.0.1:22: timeout",
      "Plan: 0 to add, 0 to change, 0 to remove. 1 host (1 unreachable), 0 resources.",
    ]);
  });
  test("many creates of a host share a row, -D shows each", () => {
    const many = planOf(
      Array.from({ length: 60 }, (_, index) => predicted("kube514", `file:/etc/${index}`, [change("type", { before: null, after: "file" })])),
    );
    expect(planLines(many, { ...plain, diff: "default" })[0]).toBe("  + kube514  web  60 resources, -D shows each     (predicted)");
    expect(planLines(many, { ...plain, diff: "all" }).length).toBeGreaterThan(60);
  });
  test("what waits for the same shares a row a role call, -D shows each", () => {
    const because = { code: "missing", message: "role web on kube501 waits: kube502 could not be asked" } as const;
    const held = ["file:a", "file:b", "file:c"].map((id) => ({ ...blocked("kube501", id, ""), because }));
    const plan = planOf([...held, blocked("kube501", "service:x", "no unit x")]);
    const rows = (diff: "default" | "all"): readonly string[] => planLines(plan, { ...plain, width: 200, diff }).slice(0, -1);
    expect(rows("default")).toEqual([
      "  ! kube501  web        3 resources blocked: role web on kube501 waits: kube502 could not be asked",
      "  ! kube501  service:x  blocked: no unit x (nothing planned before it provides unit:x)",
    ]);
    expect(rows("all")).toHaveLength(4);
  });
});

describe("problems", () => {
  const at = { file: "/lab/inventory.yaml", line: 14, column: 7, length: 6, text: "      adress: 192.168.1.143" };
  const unknownKey: Problem = { code: "input", message: 'unknown key "adress" in host "ocean"', at, hint: 'did you mean "address"?' };
  const view = { ...plain, cwd: "/lab", verbose: false };
  test("with a code frame", () =>
    expect(problemLines([unknownKey], view)).toEqual([
      'inventory.yaml:14:7: unknown key "adress" in host "ocean"',
      "  14 |       adress: 192.168.1.143",
      "     |       ^^^^^^",
      '  did you mean "address"?',
    ]));
  test("with another place", () => {
    const twice: Problem = {
      code: "input",
      message: "address given twice",
      at: { file: "/else/b.yaml", line: 2, column: 1 },
      also: [{ at, note: "first here" }],
    };
    expect(problemLines([twice], view)[1]).toBe("  inventory.yaml:14:7: first here");
  });
  test("are capped", () =>
    expect(
      problemLines(
        Array.from({ length: 25 }, () => unknownKey),
        view,
      ).at(-1),
    ).toBe("and 5 more problems"));
  test("of hlx itself say what to do", () => expect(text(problemLines([{ code: "internal", message: "x" }], view))).toContain("fault of hlx"));
});

test("drift", () => {
  const lines = driftLines(
    {
      format: 1,
      created: "",
      items: [
        {
          address: "dns01/bind/file:/etc/bind/named.conf",
          host: "dns01",
          status: "drifted",
          properties: [{ property: "mode", recorded: { value: "0644" }, actual: { value: "0666" } }],
          recordedAt: "2026-11-21T12:00:00.000Z",
        },
        { address: "dns01/bind/service:named", host: "dns01", status: "converged", properties: [] },
        { address: "ocean/app/file:/etc/app", host: "ocean", status: "pending", properties: [], recordedAt: "2026-11-21T12:00:00.000Z" },
      ],
      unreachable: [{ host: "asuna", problem: { code: "unreachable", message: "connecting: timeout" }, resources: 44 }],
    },
    { ...plain, verbose: false },
  );
  expectGolden("drift", text(lines));
});

test("runs: the list, and one of them with what changed", () => {
  const run: RunSummary = {
    run: 17,
    command: "apply",
    who: "ada",
    where: "desk",
    at: "2026-11-21T12:00:00.000Z",
    ended: "2026-11-21T12:00:41.000Z",
    argv: ["apply", "-l", "web1"],
    gitCommit: "0123456789ab",
    exitCode: 3,
    counts: { changed: 1, failed: 1, ok: 0 },
    roundTrips: 9,
  };
  const back: RunSummary = { ...run, run: 18, gitCommit: "fedcba987654+", command: "rollback", argv: ["rollback", "17"], undoes: 17, exitCode: 0 };
  const at = run.at;
  const intent = { record: "intent", desired: {}, sealed: false, at } as const;
  const journal: readonly (JournalRecord & { readonly at: string })[] = [
    { ...intent, address: "web1/web/file:/etc/motd", changes: [textChange] as unknown as Json, before: {} },
    { ...intent, address: "web1/web/user:x\u001b[2J", changes: [{ property: "exists", risk: "none" }], before: null },
    { record: "outcome", address: "web1/web/file:/etc/motd", outcome: "changed", at },
    { record: "outcome", address: "web1/web/user:x\u001b[2J", outcome: "failed", detail: "exit status 1", at },
    { record: "check", address: "web1/web", check: "http://localhost/", good: false, detail: "status 503", at },
  ];
  const interrupted: RunSummary = { run: 19, command: "apply", who: "ada", where: "desk", at, argv: [], interrupted: true };
  expectGolden("history", text([...historyLines([run, back, interrupted])]));
  expectGolden("run", text([...runLines(run, journal, { ...plain, diff: true }), ...runLines(back, [], { ...plain, diff: false })]));
});

test("apply: outcomes and recap", () => {
  const [first, second] = everything.entries.filter((entry) => entry.entry === "exact");
  if (first === undefined || second === undefined) throw new Error("no entries");
  const failed = { outcome: "failed", problem: { code: "failed", message: `${second.address}: exit status 100\nE: no\u001b[2J network` } } as const;
  const result: RunResult = {
    run: 17,
    outcomes: new Map<string, Outcome>([
      [first.address, { outcome: "changed" }],
      [second.address, failed],
    ]),
    unreachable: new Map(),
    refused: new Map([["db1", { code: "locked", message: "db1: bob applies", hint: "wait" }]]),
    checks: [
      { host: "web1", role: "web", check: "http://localhost/", tries: 1, tookMs: 90 },
      { host: "web1", check: "tcp:53", because: "nothing listens on port 53", tries: 16, tookMs: 30_000 },
    ],
    verified: { probed: 1, asDesired: 1 },
    interrupted: false,
  };
  const ended = { ms: 0, event: "ended", host: "web1", tookMs: 41_000 } as const;
  expectGolden(
    "apply",
    text([
      ...endedLines({ ...ended, address: first.address, entry: first, outcome: { outcome: "changed" } }, plain),
      ...endedLines({ ...ended, address: second.address, entry: second, outcome: failed }, plain),
      ...result.checks.map((checked) => checkedLine(checked, plain)),
      ...recapLines(everything, result, { screen: plain, tookMs: 200_000, again: "hlx apply" }),
    ]),
  );
});

test.each(["text", "dot", "mermaid"] as const)("graph as %s", (format) => {
  expectGolden(
    `graph-${format}`,
    text(
      graphLines(
        [
          { key: "a/base", after: [] },
          { key: 'b/we"b', after: ["a/base", "elsewhere/x"] },
        ],
        format,
      ),
    ),
  );
});

describe("the command line", () => {
  const run = async (...argv: string[]): Promise<{ code: number; out: string; err: string }> => {
    const memory = memoryIo();
    return { code: await main(argv, memory.io), out: memory.out(), err: memory.err() };
  };
  test("hlx alone prints a short help", async () => {
    const { code, out } = await run();
    expect(code).toBe(0);
    expectGolden("help", out);
  });
  test.each(commands.map(({ name }) => name))("hlx %s --help", async (name) => {
    const { code, out } = await run(name, "--help");
    expect(code).toBe(0);
    expectGolden(`help-${name}`, out);
    expect((await run("help", name)).out).toBe(out);
  });
  test.each<[string[], string]>([
    [["plna"], 'error: unknown command "plna"\n  did you mean "plan"?\nexit 1 (1 error)\n'],
    [["plan", "--limt", "web"], 'error: unknown option "--limt"\n  did you mean "--limit"?\nexit 1 (1 error)\n'],
    [["apply"], "error: refusing to apply without --yes because stdin is not a terminal\n  look at hlx plan first, then add --yes\nexit 1 (1 error)\n"],
    [["apply", "-y", "--allow", "rebot"], 'error: --allow rebot: not a risk that can be allowed\n  did you mean "reboot"?\nexit 1 (1 error)\n'],
    [["plan", "a", "b"], "error: too many arguments. Expected 1 argument but got 2: a, b.\n  see hlx plan --help\nexit 1 (1 error)\n"],
    [["exec", "all"], "error: no command to run\n  write it behind --: hlx exec all -- uptime\nexit 1 (1 error)\n"],
  ])("%j is refused with exit 1", async (argv, err) => {
    expect(await run(...argv)).toEqual({ code: 1, out: "", err });
  });
  test("every command describes itself with an example that names it", async () => {
    for (const { name, examples, options } of await describeCommands()) {
      expect(examples.length, name).toBeGreaterThan(0);
      for (const example of examples) expect(example.run).toContain(`hlx ${name}`);
      expect(new Set(options.map(({ flags }) => flags)).size, name).toBe(options.length);
    }
  });
});
