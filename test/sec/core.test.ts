// A core file of hlx holds no secret, however it dies.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";

const canary = "canary-9f3c51d27ab846e0";
const bin = new URL("../../bin/hlx.js", import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), "hlx-core-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A process that may dump its core here and has been told the canary; it waits for more. */
function told(argv: readonly string[], cwd: string): ChildProcess {
  const child = spawn("sh", ["-c", 'ulimit -S -c "$(ulimit -H -c)"; exec "$@"', "-", ...argv], {
    cwd,
    env: { PATH: process.env["PATH"], HOME: cwd },
    stdio: ["pipe", "pipe", "inherit"],
  });
  child.stdin?.write(`${canary}\n`);
  return child;
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 20));
}

async function coreAfterAbort(child: ChildProcess, cwd: string): Promise<string | undefined> {
  child.kill("SIGABRT");
  await once(child, "exit");
  const core = readdirSync(cwd).find((name) => name.startsWith("core"));
  return core === undefined ? undefined : readFileSync(join(cwd, core), "latin1");
}

describe.skipIf(!existsSync("/proc/self/coredump_filter"))("sec/23 a core file", () => {
  test("of hlx gets nothing of its memory", async () => {
    const cwd = mkdtempSync(join(folder, "hlx-"));
    const child = told([process.execPath, bin, "secrets", "set", "web.password"], cwd);
    await until(() => /^0+\n$/.test(readFileSync(`/proc/${child.pid}/coredump_filter`, "utf8")));
    const core = (await coreAfterAbort(child, cwd)) ?? "";
    expect([core.includes(canary), core.length < 1_000_000]).toEqual([false, true]);
  });

  // Where the kernel puts core files elsewhere, or may write none, there is nothing to compare with.
  const here = /^core/.test(readFileSync("/proc/sys/kernel/core_pattern", "utf8"));
  test.skipIf(!here)("of a process that does not see to it would hold the secret", async ({ skip }) => {
    const cwd = mkdtempSync(join(folder, "other-"));
    const child = told(["sh", "-c", "read -r kept; echo read; read -r more"], cwd);
    await once(child.stdout as NodeJS.ReadableStream, "data");
    const core = await coreAfterAbort(child, cwd);
    skip(core === undefined, "core files are forbidden here");
    expect(core).toContain(canary);
  });
});
