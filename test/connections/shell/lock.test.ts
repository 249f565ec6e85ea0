// The lock on the host: one holder, dead and frozen ones recognised, a thawed one refused.
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Holder, LockAnswer, Session } from "../../../src/model/ports/shell.ts";
import { asRoot, cuttable, freshHost, holder, plain, randomHex, sessionOn, shells, writerOn } from "./host.ts";

const other: Holder = { ...holder, run: "8", who: "bob", where: "couch" };
const touch = (path: string) => ({ do: "run", title: "touch", script: ': >"$1"', args: [path] }) as const;

function age(host: string, epoch: number, seconds: number): void {
  const at = Date.now() / 1000 - seconds;
  utimesSync(join(host, "lib/epoch", String(epoch), "beat"), at, at);
}

function refused(answer: LockAnswer): Extract<LockAnswer, { lock: "refused" }> {
  if (answer.lock === "held") throw new Error("it was held");
  return answer;
}

describe.each(shells)("the lock under $name", (sh) => {
  test("a second holder is refused, and told who, where, since when, pid and run", async () => {
    const host = freshHost();
    const [one, two] = [await sessionOn(host, { sh }), await sessionOn(host, { sh })];
    const writer = await writerOn(one);
    const answer = refused(await two.lock(other));
    expect(answer.by).toEqual(holder);
    expect(answer.problem).toMatchObject({ code: "locked", message: "locking reef: ann on desk applies run 7 (pid 42) since 2026-01-01T00:00:00Z" });
    await writer.release();
    expect((await two.lock(other)).lock).toBe("held");
  });

  test("a frozen holder is taken over from after 60 s, and its next write is refused", async () => {
    const host = freshHost();
    const [one, two] = [await sessionOn(host, { sh }), await sessionOn(host, { sh })];
    const frozen = await writerOn(one);
    age(host, 1, 50);
    expect((await two.lock(other)).lock).toBe("refused");
    age(host, 1, 70);
    expect(await two.lock(other)).toMatchObject({ lock: "held", tookOver: holder });
    const results = await frozen.batch([touch(join(host, "stale"))], plain);
    expect(results).toEqual([{ result: "failed", output: "", exitStatus: 1, because: "another run took over this host: nothing of this request was done" }]);
    expect(await frozen.long({ do: "detached", title: "job", script: ': >"$1"', args: [join(host, "stale")], deadlineMs: 1000 }, plain)).toMatchObject({
      result: "failed",
    });
    expect(existsSync(join(host, "stale"))).toBe(false);
    await frozen.release();
    expect((await one.lock(holder)).lock).toBe("refused");
  });

  test("a frozen holder whose batch still runs is not taken over from", async () => {
    const host = freshHost();
    const [one, two] = [await sessionOn(host, { sh }), await sessionOn(host, { sh })];
    const busy = await writerOn(one);
    const done = busy.batch([{ do: "run", title: "slow", script: "sleep 2", args: [] }], plain);
    await new Promise((resolve) => setTimeout(resolve, 500));
    age(host, 1, 70);
    expect((await two.lock(other)).lock).toBe("refused");
    expect(await done).toMatchObject([{ result: "done" }]);
    age(host, 1, 70);
    expect((await two.lock(other)).lock).toBe("held");
  });

  test("a dead holder is taken over from at once", async () => {
    const host = freshHost();
    const one = await sessionOn(host, { sh });
    await writerOn(one);
    await one.close();
    const two = await sessionOn(host, { sh });
    await expect.poll(async () => (await two.lock(other)).lock).toBe("held");
  });

  test("a holder before a reboot is dead, also when its pid lives", async () => {
    const host = freshHost();
    const [one, two] = [await sessionOn(host, { sh }), await sessionOn(host, { sh })];
    await writerOn(one);
    const file = join(host, "lib/epoch/1/shell");
    const [pid, start] = readFileSync(file, "utf8").split(" ");
    writeFileSync(file, `${pid} ${start} another-boot.1\n`);
    expect((await two.lock(other)).lock).toBe("held");
  });

  test("a reused pid does not fool it", async () => {
    const host = freshHost();
    const [one, two] = [await sessionOn(host, { sh }), await sessionOn(host, { sh })];
    await writerOn(one);
    const file = join(host, "lib/epoch/1/shell");
    const [pid, , boot] = readFileSync(file, "utf8").split(" ");
    writeFileSync(file, `${pid} 1 ${boot}`);
    expect((await two.lock(other)).lock).toBe("held");
  });
});

describe("a race for the lock", () => {
  test("has exactly one winner in each of 100 rounds", async () => {
    const host = freshHost();
    const sessions = [await sessionOn(host), await sessionOn(host)];
    const winners: number[] = [];
    for (let round = 0; round < 100; round += 1) {
      const answers = await Promise.all(sessions.map((session, index) => session.lock({ ...holder, run: `r${round}.${index}` })));
      const held = answers.filter((answer) => answer.lock === "held");
      winners.push(held.length);
      await Promise.all(held.map((answer) => answer.lock === "held" && answer.writer.release()));
    }
    expect(winners).toEqual(winners.map(() => 1));
    expect(readdirSync(join(host, "lib/epoch")).length).toBe(3);
  });

  test("between a thawing holder and one who takes over never lets both write", async () => {
    const host = freshHost();
    const log = join(host, "log");
    for (let round = 1; round <= 15; round += 1) {
      const [one, two] = [await sessionOn(host), await sessionOn(host)];
      const frozen = await writerOn(one, { ...holder, run: `f${round}` });
      const epochs = readdirSync(join(host, "lib/epoch")).map(Number);
      age(host, Math.max(...epochs), 70);
      const write = { do: "run", title: "both", script: 'mkdir "$1" || { echo "$1" >>"$1.both"; exit 1; }; sleep 0.05; rmdir "$1"', args: [log] } as const;
      const taking = two.lock({ ...other, run: `t${round}` }).then((answer) => (answer.lock === "held" ? answer.writer.batch([write], plain) : []));
      await Promise.all([frozen.batch([write], plain), taking]);
      await Promise.all([one.close(), two.close()]);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    expect(existsSync(`${log}.both`)).toBe(false);
  });
});

describe("plans", () => {
  async function lockWith(session: Session, planId: string): Promise<LockAnswer> {
    return await session.lock(holder, { planId });
  }

  test("are consumed once", async () => {
    const session = await sessionOn(freshHost());
    const first = await lockWith(session, "plan-1");
    expect(first.lock).toBe("held");
    if (first.lock === "held") await first.writer.release();
    expect(refused(await lockWith(session, "plan-1")).problem.code).toBe("stale");
    expect((await lockWith(session, "plan-2")).lock).toBe("held");
  });

  test("are not consumed by a lock that is refused", async () => {
    const host = freshHost();
    const [one, two] = [await sessionOn(host), await sessionOn(host)];
    const writer = await writerOn(one);
    expect(refused(await lockWith(two, "plan-1")).problem.code).toBe("locked");
    await writer.release();
    expect((await lockWith(two, "plan-1")).lock).toBe("held");
  });

  test.each(["../x", "a b", "", "-x"])("an id like %j is refused here", async (planId) => {
    const session = await sessionOn(freshHost());
    await expect(lockWith(session, planId)).rejects.toThrow(/cannot name/);
  });
});

test("a holder whose connection was cut holds on with its new shell", async () => {
  const host = freshHost();
  const cable = cuttable();
  const one = await sessionOn(host, { connect: cable.connect });
  const writer = await writerOn(one);
  cable.cut();
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(await writer.batch([touch(join(host, "after"))], plain)).toMatchObject([{ result: "done" }]);
  expect((await (await sessionOn(host)).lock(other)).lock).toBe("refused");
});

test("sec/37 a folder of somebody else is not used", async () => {
  const host = freshHost();
  mkdirSync(join(host, "elsewhere"));
  symlinkSync(join(host, "elsewhere"), join(host, "lib"));
  expect(refused(await (await sessionOn(host)).lock(holder)).problem.code).toBe("trust");
});

test.skipIf(!asRoot)("the last ten runs' pre-images are kept", async () => {
  const host = freshHost();
  const session = await sessionOn(host);
  for (let run = 1; run <= 13; run += 1) {
    const writer = await writerOn(session, { ...holder, run: String(run) });
    await writer.batch([{ do: "write", path: join(host, "f"), content: [randomHex(4)], mode: "0644", owner: "root", group: "root" }], plain);
    utimesSync(join(host, "lib/undo", String(run)), run, run);
    await writer.release();
  }
  await writerOn(session, { ...holder, run: "14" });
  expect(readdirSync(join(host, "lib/undo")).toSorted((a, b) => Number(a) - Number(b))).toEqual(["4", "5", "6", "7", "8", "9", "10", "11", "12", "13"]);
});

test("another machine's run of the same number does not share pre-images", async () => {
  const host = freshHost();
  mkdirSync(join(host, "lib/undo/7"), { recursive: true });
  await writerOn(await sessionOn(host));
  expect(readdirSync(join(host, "lib/undo"))).toEqual(["7.1"]);
});
