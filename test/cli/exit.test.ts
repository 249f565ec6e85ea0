// The table of exit codes.
import { describe, expect, test } from "vitest";
import { standingOf } from "../../src/cli/commands/plan.ts";
import { exitCode, lastLine, type Standing } from "../../src/cli/exit.ts";
import type { Problem, ProblemCode } from "../../src/model/problem.ts";
import { blocked, planOf } from "./plans.ts";

const problem = (code: ProblemCode): Problem => ({ code, message: code });

describe("exit codes, the first that holds", () => {
  test.each<[string, Standing, number]>([
    ["nothing", {}, 0],
    ["usage", { problems: [problem("usage")] }, 1],
    ["input and failed", { problems: [problem("input")], failed: 2 }, 1],
    ["a resource that nothing provides for", { problems: [problem("missing")] }, 1],
    ["internal", { problems: [problem("internal")] }, 1],
    ["risk before stale", { problems: [problem("stale"), problem("risk")] }, 5],
    ["stale before failed", { problems: [problem("stale")], failed: 1 }, 6],
    ["failed before unreachable", { failed: 1, unreachable: 1 }, 3],
    ["could not look", { problems: [problem("unknown")] }, 3],
    ["locked", { problems: [problem("locked")] }, 3],
    ["unreachable before pending", { unreachable: 1, pending: 3 }, 4],
    ["untrusted", { problems: [problem("trust")] }, 4],
    ["could not become root", { problems: [problem("privilege")] }, 4],
    ["changes pending", { pending: 1 }, 2],
    ["drift", { drifted: 1 }, 2],
    ["interrupted before all", { interrupted: true, failed: 1, problems: [problem("internal")] }, 130],
  ])("%s", (_, standing, code) => expect(exitCode(standing)).toBe(code));
});

describe("a plan alone", () => {
  const waiting = { ...blocked("web", "file:/etc/a", ""), because: problem("unreachable") };
  const login = { connection: "ssh", address: "x", become: true };
  const silent = { host: "web", login, unreachable: problem("unreachable"), resources: 0, roundTrips: 0 };
  test.each([
    ["as desired is done", planOf([]), 0],
    ["of a host that does not answer is not", planOf([], { hosts: [silent] }), 4],
    ["blocked by a host elsewhere that does not answer is not either", planOf([waiting], { problems: [waiting.because] }), 4],
    ["blocked by something else is wrong", planOf([waiting], { problems: [problem("missing")] }), 1],
  ])("%s", (_, plan, code) => expect(exitCode(standingOf(plan))).toBe(code));
});

describe("the last line", () => {
  test.each<[Standing, string | undefined]>([
    [{}, undefined],
    [{ drifted: 2, unreachable: 1 }, "exit 4 (1 host unreachable; also drift: 2 resources)"],
    [{ failed: 2, unreachable: 1, run: 17 }, "exit 3 (2 failed; also 1 host unreachable), run 17"],
    [{ problems: [problem("usage")] }, "exit 1 (1 error)"],
    [{ pending: 1 }, "exit 2 (1 change pending)"],
  ])("%j", (standing, line) => expect(lastLine(standing)).toBe(line));
});
