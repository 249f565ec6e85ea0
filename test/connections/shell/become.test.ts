// The command line that becomes root: fit for every login shell, and no password where a command could stand.
import { execFileSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { answerTo, startLine, startProblem, type Way } from "../../../src/connections/shell/become.ts";

const ways: readonly Way[] = ["none", "sudo", "password", "su", "doas"];
const random = { ready: "aa11", prompt: "bb22", sh: "/bin/sh" };

describe.each(ways)("by %s", (way) => {
  test("it is one line of plain words and one single-quoted word", () => {
    expect(startLine(way, random)).toMatch(/^exec \/bin\/sh -c '[^'\\!\n]*'$/);
  });
  test("somebody who is root already needs nothing else", () => {
    if (process.getuid?.() !== 0) return;
    expect(execFileSync("/bin/sh", ["-c", startLine(way, random)], { input: "echo in\n" }).toString()).toBe("aa11\nin\n");
  });
  test("its problem says how it ended, quotes what was said, and gives the next move", () => {
    const problem = startProblem(way, { host: "ocean", user: "ops", asked: true, said: "no\u001b[31m", why: "it ended with status 1" });
    expect(problem.message).not.toContain("\u001b");
    expect(problem).toMatchObject({ code: way === "none" ? "unreachable" : "privilege", hint: expect.stringContaining(way === "su" ? "root" : "ops") });
  });
});

test("behind a password for su stands a line that does nothing, for a shell that was not asked for one", () => {
  expect(answerTo("su", "rm -rf /")).toBe("rm -rf /\n:\n");
  expect(answerTo("password", "pw")).toBe("pw\n");
});
