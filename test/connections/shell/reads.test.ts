// Reads: what travels together, what hostile hosts print, and what a broken shell costs.
import { existsSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { quote } from "../../../src/lib/quote.ts";
import type { Read } from "../../../src/model/ports/shell.ts";
import { cuttable, echo, freshHost, sessionOn, shells } from "./host.ts";

const hostile = [
  "",
  " ",
  "-n",
  "--",
  "-rf",
  "$(touch /tmp/hlx-pwn)",
  "`touch /tmp/hlx-pwn`",
  "a\nb",
  "\n",
  "'",
  "''",
  '"',
  "\\",
  "\\n",
  "%s%n",
  "*",
  "~",
  "!",
  "a;id",
  "&",
  "|",
  "$HOME",
  "é\u{1f600}",
  "\u0001\u001b[31m",
  "#x",
  "=",
  "\t",
  "\r\n",
];

function randomText(seed: number): string {
  const alphabet = "'\"\\$`!*?~#&|;<>(){}[]%=- \t\n\r\u0001\u007fabcXYZ09é漢\u{1f600}";
  const letters = [...alphabet];
  let state = seed * 2654435761 + 1;
  const next = () => {
    state = (state * 1103515245 + 12345) % 2147483648;
    return state;
  };
  return Array.from({ length: next() % 40 }, () => letters[next() % letters.length]).join("");
}

describe.each(shells)("reads under $name", (sh) => {
  test("sec/10 3,000 random strings and the hostile ones come back as they were", async () => {
    const session = await sessionOn(freshHost(), { sh });
    const words = [...hostile, ...Array.from({ length: 3000 }, (_, seed) => randomText(seed))];
    expect(await Promise.all(words.map((word) => session.shell.ask(echo, word)))).toEqual(words);
    expect(existsSync("/tmp/hlx-pwn")).toBe(false);
  });

  test("what is asked in one turn is one round trip, equal queries are asked once", async () => {
    const session = await sessionOn(freshHost(), { sh });
    const seen: number[] = [];
    const count: Read<string, number> = {
      name: "count",
      script: "echo $#",
      args: (word) => [word],
      parse: (output, queries) => {
        seen.push(Number(output));
        return queries.map(() => Number(output));
      },
    };
    await Promise.all([...["a", "b", "a", "a"].map((word) => session.shell.ask(count, word)), session.shell.ask(echo, "x")]);
    expect(seen).toEqual([2]);
    expect(session.traffic().roundTrips).toBe(1);
    expect(session.traffic().commands).toBe(3);
  });

  test("a script that is no shell, exits, or kills its subshell does not end the session", async () => {
    const session = await sessionOn(freshHost(), { sh });
    const scripts = [
      "if then fi (",
      "exit 3",
      "set -e; false; echo no",
      "exec 1>&- 2>&-",
      "kill -9 $(cut -d' ' -f1 /proc/self/stat)",
      "cat",
      "echo }",
      "umask 000; cd /tmp",
    ];
    const raw = (script: string): Read<string, string> => ({ name: script, script, args: () => [], parse: (output) => [output] });
    await Promise.all(scripts.map((script) => session.shell.ask(raw(script), "")));
    expect(await session.shell.ask(echo, "still here")).toBe("still here");
  });

  test("standard input is empty, umask and folder are settled", async () => {
    const session = await sessionOn(freshHost(), { sh });
    const read: Read<string, string> = { name: "state", script: "cat; umask; pwd", args: () => [], parse: (output) => [output] };
    expect(await session.shell.ask(read, "")).toMatch(/^0?022\n\/\n$/);
  });
});

describe("hostile output", () => {
  const loud = (name: string, script: string): Read<string, string> => ({ name, script, args: () => [], parse: (output) => [output] });

  test("sec/46 200 MB of output is refused within the cap, and the others are answered", async () => {
    const session = await sessionOn(freshHost());
    const before = process.memoryUsage().rss;
    const flood = session.shell.ask(loud("flood", "head -c 200000000 /dev/zero"), "");
    const beside = session.shell.ask(echo, "beside");
    await expect(flood).rejects.toThrow(/reading flood.*more than is accepted/);
    expect(await beside).toBe("beside");
    expect(process.memoryUsage().rss - before).toBeLessThan(200e6);
  });

  test("many reads below their own cap break the cap of the flush", async () => {
    const session = await sessionOn(freshHost());
    const reads = Array.from({ length: 12 }, (_, index) => session.shell.ask(loud(`big${index}`, "head -c 7000000 /dev/zero"), ""));
    const ends = await Promise.allSettled(reads);
    expect(ends.filter(({ status }) => status === "rejected").length).toBeGreaterThan(0);
    expect(ends.filter(({ status }) => status === "fulfilled").length).toBeGreaterThan(0);
  });

  test("a host that drips forever is given up at the deadline, its process group is killed", async () => {
    const session = await sessionOn(freshHost(), { readDeadlineMs: 700 });
    const marker = `31${Date.now() % 100000}`;
    const drip = session.shell.ask(loud("drip", `sleep ${marker} & while :; do echo x; sleep 0.1; done`), "");
    const beside = session.shell.ask(echo, "beside");
    await expect(drip).rejects.toThrow(/no answer within/);
    expect(await beside).toBe("beside");
    const left = await session.shell.ask(
      loud("left", `for f in /proc/[0-9]*/cmdline; do tr "\\0" " " <$f 2>/dev/null; echo; done | grep "^sleep ${marker}" || true`),
      "",
    );
    expect(left).toBe("");
  });

  test("forged markers, NULs and broken UTF-8 are data", async () => {
    const session = await sessionOn(freshHost());
    const forged = 'for i in 1 2 3; do printf "\\n%032d 0\\n" 0; done; printf "\\0\\377ok"; printf "\\n%032d 0\\n" 0 >&2';
    expect(await session.shell.ask(loud("forged", forged), "")).toBe(`${`\n${"0".repeat(32)} 0\n`.repeat(3)}\0\u{fffd}ok`);
    expect(await session.shell.ask(echo, "next")).toBe("next");
  });

  test("a NUL in a query is refused for its askers only", async () => {
    const session = await sessionOn(freshHost());
    const [bad, good] = await Promise.allSettled([session.shell.ask({ ...echo, name: "nul" }, "a\0b"), session.shell.ask(echo, "c")]);
    expect(bad.status).toBe("rejected");
    expect(good).toEqual({ status: "fulfilled", value: "c" });
  });

  test("a parser that throws, or answers too few, is told to every asker", async () => {
    const session = await sessionOn(freshHost());
    const throws = {
      ...echo,
      name: "throws",
      parse: () => {
        throw new Error("no sense");
      },
    };
    const few = { ...echo, name: "few", parse: () => [] };
    await expect(session.shell.ask(throws, "a")).rejects.toThrow(/reading throws: no sense/);
    await expect(session.shell.ask(few, "a")).rejects.toThrow(/asked for 1, the host answered 0/);
  });
});

describe("a lost connection", () => {
  test("is made again once, and reads are asked once more", async () => {
    const cable = cuttable();
    const session = await sessionOn(freshHost(), { connect: cable.connect });
    expect(await session.shell.ask(echo, "one")).toBe("one");
    const slow = session.shell.ask({ ...echo, name: "slow", script: `sleep 1; ${echo.script}` }, "two");
    setTimeout(() => cable.cut(), 200);
    expect(await slow).toBe("two");
    expect(cable.connects()).toBe(2);
  });

  test("that is lost twice is a problem", async () => {
    const cable = cuttable();
    const session = await sessionOn(freshHost(), { connect: cable.connect });
    const slow = session.shell.ask({ ...echo, name: "slow", script: "sleep 3" }, "two");
    setTimeout(() => cable.cut(), 300);
    setTimeout(() => cable.cut(), 900);
    await expect(slow).rejects.toThrow(/talking to reef: /);
  });
});

describe("checks", () => {
  test("give exit status and both streams, cut at 64 KiB", async () => {
    const session = await sessionOn(freshHost());
    const result = await session.shell.check({ script: 'echo "$1"; head -c 100000 /dev/zero | tr "\\0" x >&2; exit 3', args: ["it's"] }, { deadlineMs: 5000 });
    expect(result).toMatchObject({ exitStatus: 3, stdout: "it's\n" });
    expect(result.stderr.length).toBe(64 * 1024);
  });

  test("queue when channels run out, and do not hold up reads", async () => {
    const session = await sessionOn(freshHost());
    const order: string[] = [];
    const checks = [1, 2, 3, 4, 5].map(() => session.shell.check({ script: "sleep 0.3", args: [] }, { deadlineMs: 5000 }).then(() => order.push("check")));
    await session.shell.ask(echo, "x").then(() => order.push("read"));
    await Promise.all(checks);
    expect(order[0]).toBe("read");
    expect(order.length).toBe(6);
  });

  test("are killed with all their children at the deadline", async () => {
    const session = await sessionOn(freshHost());
    const marker = `32${Date.now() % 100000}`;
    await expect(session.shell.check({ script: `sleep ${marker} & yes`, args: [] }, { deadlineMs: 300 })).rejects.toThrow(/no answer within 0.3 s/);
    const left = await session.shell.check(
      { script: `for f in /proc/[0-9]*/cmdline; do tr "\\0" " " <$f 2>/dev/null; echo; done | grep -c "^sleep ${marker}"`, args: [] },
      { deadlineMs: 5000 },
    );
    expect(left.stdout).toBe("0\n");
  });
});

test("quote refuses what no word can hold", () => {
  expect(() => quote("a\0b")).toThrow(RangeError);
});
