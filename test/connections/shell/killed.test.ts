// What a killed run leaves on a host, and a host that is full: the next one waits for it, sweeps it, and nothing is replaced by half of itself.
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { processTransport } from "../../../src/connections/local.ts";
import type { Holder, LockAnswer } from "../../../src/model/ports/shell.ts";
import type { Write } from "../../../src/model/step.ts";
import { asRoot, cuttable, freshHost, holder, plain, randomHex, sessionOn, shells, writerOn } from "./host.ts";

const other: Holder = { ...holder, run: "8", who: "bob", where: "couch" };

function said(answer: LockAnswer): string {
  return answer.lock === "held" ? "held" : answer.problem.message;
}

const file = (path: string, content: string): Write => ({ do: "write", path, content: [content], mode: "0644", owner: "root", group: "root" });

describe.each(shells)("after a kill, under $name", (sh) => {
  test("what the dead run left running is waited for, and then its lock is taken over", async () => {
    const host = freshHost();
    const one = await sessionOn(host, { sh });
    const writer = await writerOn(one);
    const job = {
      do: "detached",
      title: "job",
      script: 'while [ ! -e "$1" ]; do sleep 0.1; done; : >"$1.done"',
      args: [join(host, "go")],
      deadlineMs: 60_000,
    } as const;
    void writer.long(job, plain);
    await expect.poll(() => readdirSync(join(host, "run/jobs")).some((id) => existsSync(join(host, "run/jobs", id, "pid")))).toBe(true);
    await one.close();
    const two = await sessionOn(host, { sh });
    const gone = "locking reef: run 7 of ann on desk, which is gone, left something running there that has not ended";
    await expect.poll(async () => said(await two.lock(other))).toBe(gone);
    expect(said(await two.lock(other)), "also the second time").toBe(gone);
    const asked: (Holder | undefined)[] = [];
    const answer = await two.lock(other, {
      waiting: (by) => {
        asked.push(by);
        writeFileSync(join(host, "go"), "");
        return "wait";
      },
    });
    expect(answer).toMatchObject({ lock: "held", tookOver: holder });
    expect(asked[0]).toEqual(holder);
    expect(existsSync(join(host, "go.done"))).toBe(true);
    expect(readdirSync(join(host, "run/jobs"))).toEqual([]);
  });

  test("sec/29 jobs, outputs and staging folders that nobody will come back for are swept by the next lock", async () => {
    const host = freshHost();
    const [etc, elsewhere] = [join(host, "etc"), join(host, "elsewhere")];
    await writerOn(await sessionOn(host, { sh }));
    for (const folder of ["run/jobs/never-began", "run/jobs/killed", "etc/.hlx-0123456789abcdef", "elsewhere/.hlx-0123456789abcdef"]) {
      mkdirSync(join(host, folder), { recursive: true });
      writeFileSync(join(host, folder, "stdin"), "canary");
    }
    writeFileSync(join(host, "run/jobs/killed/pid"), "4194304 1 4194304\n");
    writeFileSync(join(host, "run/out.4194304"), "canary");
    symlinkSync(elsewhere, join(host, "link"));
    const noted = [etc, ".hlx-0123456789abcdef", join(host, "link"), ".hlx-0123456789abcdef", etc, "../../etc", etc, ".hlx-0123456789abcde*"];
    writeFileSync(join(host, "lib/epoch/1/stages.4194304"), `${noted.join("\n")}\n`);
    writeFileSync(join(host, "lib/epoch/1/released"), "");
    await writerOn(await sessionOn(host, { sh }), other);
    expect([
      readdirSync(join(host, "run")),
      readdirSync(join(host, "run/jobs")),
      readdirSync(etc),
      readdirSync(join(host, "lib/epoch/1")).filter((name) => name.startsWith("stages")),
    ]).toEqual([["jobs"], [], [], []]);
    expect(readdirSync(elsewhere), "not through a link").toEqual([".hlx-0123456789abcdef"]);
  });

  test.skipIf(!asRoot)("a batch that stops half-way leaves no staging folder", async () => {
    const host = freshHost();
    const etc = join(host, "etc");
    mkdirSync(join(etc, "folder"), { recursive: true });
    const writer = await writerOn(await sessionOn(host, { sh }));
    const results = await writer.batch([file(join(etc, "one"), "1"), file(join(etc, "folder"), "2")], plain);
    expect(results.map(({ result }) => result)).toEqual(["done", "failed"]);
    expect(readdirSync(etc)).toEqual(["folder", "one"]);
    expect(readdirSync(join(host, "lib/epoch/1")).toSorted()).toEqual(["beat", "holder", "shell"]);
  });

  test.skipIf(!asRoot).each([3_000, 60_000, 200_000])("a host with no room for %i bytes keeps the old file", async (size) => {
    const host = freshHost();
    const path = join(host, "kept");
    writeFileSync(path, "old");
    const line = (command: string): readonly string[] => ["env", `PATH=${sh.bin}`, "/bin/sh", "-c", `trap '' XFSZ; ulimit -f 2; ${command}`];
    const full = await sessionOn(host, { sh, connect: async () => processTransport({ user: "root", argv: line }) });
    const [result] = await (await writerOn(full)).batch([file(path, "x".repeat(size))], plain);
    expect(result).toMatchObject({ result: "failed" });
    expect([readFileSync(path, "utf8"), readdirSync(host).toSorted()]).toEqual(["old", ["kept", "lib", "run"]]);
  });
});

test("reads asked with the lock come behind it, also when the connection has to be made anew", async () => {
  const host = freshHost();
  const cable = cuttable();
  const session = await sessionOn(host, { connect: cable.connect });
  const epochs = { name: "epochs", script: 'ls "$1/lib/epoch" 2>/dev/null', args: (path: string) => [path], parse: (output: string) => [output.trim()] };
  expect(await session.shell.ask(epochs, host)).toBe("");
  cable.cut();
  await new Promise((resolve) => setImmediate(resolve));
  const [answer, seen] = await Promise.all([session.lock(holder), session.shell.ask(epochs, host)]);
  expect([answer.lock, seen, cable.connects()]).toEqual(["held", "1", 2]);
});

test("a host on which no folder can be made is told as that, and not as locked", async () => {
  const host = freshHost();
  writeFileSync(join(host, "lib"), randomHex(4));
  expect(said(await (await sessionOn(host)).lock(holder))).toContain("could not write to");
});
