// Waiting for a condition, and for a host that reboots.
import { setTimeout as sleep } from "node:timers/promises";
import type { CheckResult } from "../../model/ports/shell.ts";
import { problemOf } from "../../model/problem.ts";
import type { Reboot, StepResult, Wait } from "../../model/step.ts";
import type { Checks } from "./check.ts";
import type { Link } from "./link.ts";

/** One look at the condition may take so long. */
const lookMs = 30_000;

/** Polls the condition until it holds or the deadline passed; a lost connection counts as "not yet". Never rejects. */
export async function waitFor({ until, deadlineMs }: Wait, checks: Checks): Promise<StepResult> {
  const end = performance.now() + deadlineMs;
  let [pause, last]: [number, CheckResult] = [250, { exitStatus: 255, stdout: "", stderr: "" }];
  do {
    last = await look(() => checks.check(until, { deadlineMs: Math.max(100, Math.min(lookMs, end - performance.now())) }));
    if (last.exitStatus === 0) return { result: "done", output: last.stdout };
    await sleep(Math.min(pause, Math.max(1, end - performance.now())));
    pause = Math.min(pause * 1.5, 2000);
  } while (performance.now() < end);
  const output = last.stdout + last.stderr;
  return { result: "failed", output, exitStatus: last.exitStatus, because: `waited ${deadlineMs / 1000} s, and still not: ${until.title}` };
}

/** Comes back once the host answers with another boot identity. Never rejects. */
export async function backFrom(before: string, { deadlineMs }: Reboot, link: Link): Promise<StepResult> {
  const end = performance.now() + deadlineMs;
  let last = "it was still up";
  while (performance.now() < end) {
    await link.drop();
    await sleep(Math.min(1000, Math.max(1, end - performance.now())));
    const boot = await link.hello().then(
      (hello) => ({ identity: hello.boot, trouble: "it was still up" }),
      (thrown: unknown) => ({ identity: before, trouble: problemOf(thrown).message }),
    );
    if (boot.identity !== before) return { result: "done", output: "" };
    last = boot.trouble;
  }
  return { result: "unknown", because: `the host did not come back from its reboot within ${deadlineMs / 1000} s: ${last}` };
}

async function look(check: () => Promise<CheckResult>): Promise<CheckResult> {
  try {
    return await check();
  } catch (thrown) {
    return { exitStatus: 255, stdout: "", stderr: problemOf(thrown).message };
  }
}
