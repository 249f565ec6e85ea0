// Writing: steps to results, files with their pre-images, guards, secrets, and a connection that dies in the middle.
import { chmodSync, existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, readlinkSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { undoKey } from "../../../src/connections/shell/compile.ts";
import type { Run, StepResult, Write } from "../../../src/model/step.ts";
import { asRoot, cuttable, echo, freshHost, holder, plain, sessionOn, shells, writerOn } from "./host.ts";

function write(path: string, content: string, more: Partial<Write> = {}): Write {
  return { do: "write", path, content: [content], mode: "0644", owner: "root", group: "root", ...more };
}

function run(script: string, ...args: readonly string[]): Run {
  return { do: "run", title: script, script, args };
}

function kinds(results: readonly StepResult[]): readonly string[] {
  return results.map(({ result }) => result);
}

async function writing(more: Parameters<typeof sessionOn>[1] = {}) {
  const host = freshHost();
  mkdirSync(join(host, "etc"));
  const session = await sessionOn(host, more);
  return { host, etc: join(host, "etc"), session, writer: await writerOn(session) };
}

const hostileContents = ["", "\n", "no newline", "-n", "%s\\n\\0\\c", "'\"`$(id)`", "a\0b", "é\u{1f600}\r\n", "x".repeat(200_000), "EOF\n", "=\n"];
const hostileNames = ["-rf", "a b", "a\nb", "$(touch pwn)", "'", '"', "*", "é", "%s", "#"];

describe.each(asRoot ? shells : [])("writes under $name", (sh) => {
  test("steps are done in order, each with what it printed", async () => {
    const { writer, etc } = await writing({ sh });
    const results = await writer.batch([run("echo one; echo err >&2"), write(join(etc, "f"), "hi"), run('cat "$1"', join(etc, "f"))], plain);
    expect(results).toEqual([
      { result: "done", output: "one\nerr\n" },
      { result: "done", output: "" },
      { result: "done", output: "hi" },
    ]);
  });

  test("a check asked behind a batch sees what it did, though it runs on another channel", async () => {
    const { session, writer, etc } = await writing({ sh });
    const done = writer.batch([run('sleep 0.5; touch "$1"', join(etc, "late"))], plain);
    const seen = await session.shell.check({ script: 'test -e "$1"', args: [join(etc, "late")] }, { deadlineMs: 5000 });
    expect([seen.exitStatus, kinds(await done)]).toEqual([0, ["done"]]);
  });

  test("the first failure stops: later steps are skipped", async () => {
    const { writer, etc } = await writing({ sh });
    const results = await writer.batch([run("true"), run("echo why; exit 3"), write(join(etc, "f"), "hi")], plain);
    expect(kinds(results)).toEqual(["done", "failed", "skipped"]);
    expect(results[1]).toMatchObject({ exitStatus: 3, output: "why\n" });
    expect(existsSync(join(etc, "f"))).toBe(false);
  });

  test("sec/03 every content and every name arrives byte for byte, with mode and owner, and nothing is left over", async () => {
    const { writer, etc } = await writing({ sh });
    const files = [...hostileContents.map((content, index) => ({ name: `c${index}`, content })), ...hostileNames.map((name) => ({ name, content: name }))];
    const results = await writer.batch(
      files.map(({ name, content }) => write(join(etc, name), content, { mode: "0640", owner: "daemon", group: "daemon" })),
      plain,
    );
    expect(kinds(results)).toEqual(files.map(() => "done"));
    for (const { name, content } of files) expect(readFileSync(join(etc, name), "utf8")).toBe(content);
    for (const { name } of files) expect([statSync(join(etc, name)).mode & 0o7777, statSync(join(etc, name)).uid]).toEqual([0o640, 1]);
    expect(readdirSync(etc).toSorted()).toEqual(files.map(({ name }) => name).toSorted());
  });

  test("sec/28 modes that no umask makes are set too", async () => {
    const { writer, etc } = await writing({ sh });
    const modes = ["0600", "0644", "0755", "4755", "0440", "0000", "0666", "1644"];
    await writer.batch(
      modes.map((mode) => write(join(etc, mode), "x", { mode })),
      plain,
    );
    expect(modes.map((mode) => (statSync(join(etc, mode)).mode & 0o7777).toString(8).padStart(4, "0"))).toEqual(modes);
  });

  test("what was there is kept once a run, content, mode and owner; absence too", async () => {
    const { writer, etc, host } = await writing({ sh });
    const [old, fresh] = [join(etc, "old"), join(etc, "fresh")];
    writeFileSync(old, "before", { mode: 0o600 });
    await writer.batch([write(old, "one"), write(old, "two"), write(fresh, "new")], plain);
    const undo = join(host, "lib/undo", holder.run);
    expect(readFileSync(join(undo, undoKey(old)), "utf8")).toBe("before");
    expect(readFileSync(join(undo, `${undoKey(old)}.meta`), "utf8")).toBe(`present 600 root:root\n${old}\n`);
    expect(readFileSync(join(undo, `${undoKey(fresh)}.meta`), "utf8")).toBe(`absent\n${fresh}\n`);
    expect(statSync(join(host, "lib")).mode & 0o777).toBe(0o700);
  });

  test("a check that refuses the staged file leaves the old one", async () => {
    const { writer, etc } = await writing({ sh });
    const path = join(etc, "conf");
    writeFileSync(path, "good");
    const check = ["sh", "-c", 'test "$1" != "$2" && grep -q good "$1"', "sh", "%s", path];
    const results = await writer.batch([write(path, "bad", { validate: check })], plain);
    expect(results[0]).toMatchObject({ result: "failed", exitStatus: 1 });
    expect(readFileSync(path, "utf8")).toBe("good");
    expect(readdirSync(etc)).toEqual(["conf"]);
    expect(kinds(await writer.batch([write(path, "good again", { validate: check })], plain))).toEqual(["done"]);
  });

  test("a guard that fails puts content, mode, owner and absence back, then does otherwise", async () => {
    const { writer, etc, host } = await writing({ sh });
    const [old, fresh, said] = [join(etc, "old"), join(etc, "fresh"), join(etc, "said")];
    writeFileSync(old, "before");
    chmodSync(old, 0o604);
    const verify = { title: "it is sound", script: 'echo not sound; cat "$1"; false', args: [old] };
    const steps = [write(old, "after"), run('echo more >>"$1"; echo new >"$2"', old, fresh)];
    const [result] = await writer.batch([{ do: "guarded", steps, verify, otherwise: [run('cat "$1" >"$2"', old, said)], putBack: [old, fresh] }], plain);
    expect(result).toMatchObject({
      result: "failed",
      output: "not sound\nafter" + "more\n",
      because: "the check that it is sound failed; what was there was put back",
    });
    expect([readFileSync(old, "utf8"), statSync(old).mode & 0o777, existsSync(fresh), readFileSync(said, "utf8")]).toEqual(["before", 0o604, false, "before"]);
    expect(readdirSync(join(host, "lib/undo", holder.run)).filter((name) => name.startsWith("hold"))).toEqual([]);
  });

  test("a guard that holds leaves what its steps did", async () => {
    const { writer, etc } = await writing({ sh });
    const path = join(etc, "f");
    const verify = { title: "it is sound", script: 'grep -q after "$1"', args: [path] };
    const results = await writer.batch(
      [{ do: "guarded", steps: [write(path, "after")], verify, otherwise: [run("echo never; exit 9")], putBack: [path] }],
      plain,
    );
    expect(kinds(results)).toEqual(["done"]);
    expect(readFileSync(path, "utf8")).toBe("after");
  });

  test("a job's lines come as they are printed, its status at the end", async () => {
    const { writer, host } = await writing({ sh });
    const lines: string[] = [];
    const step = {
      do: "detached",
      title: "install",
      script: 'cat; echo "$1"; echo err >&2; exit 5',
      args: ["it's"],
      stdin: ["from stdin\n"],
      deadlineMs: 10_000,
    } as const;
    const result = await writer.long(step, { ...plain, onOutput: (line) => lines.push(line) });
    expect(result).toMatchObject({ result: "failed", exitStatus: 5, output: "from stdin\nit's\nerr\n" });
    expect(lines).toEqual(["from stdin", "it's", "err"]);
    expect(statSync(join(host, "run/jobs")).mode & 0o777).toBe(0o700);
  });
});

describe.skipIf(!asRoot)("paths that a write refuses", () => {
  test("sec/38 a folder, a link elsewhere, a device, a missing folder", async () => {
    const { writer, etc } = await writing();
    mkdirSync(join(etc, "folder"));
    symlinkSync("/etc/passwd", join(etc, "away"));
    symlinkSync("../up", join(etc, "up"));
    for (const name of ["folder", "away", "up", "none/f"]) {
      const [result] = await writer.batch([write(join(etc, name), "x")], plain);
      expect([name, result?.result]).toEqual([name, "failed"]);
    }
    expect(kinds(await writer.batch([write("/dev/null", "x")], plain))).toEqual(["failed"]);
    expect(lstatSync("/dev/null").isCharacterDevice()).toBe(true);
    expect(readdirSync(etc).toSorted()).toEqual(["away", "folder", "up"]);
  });

  test("a link within its own folder is written through", async () => {
    const { writer, etc } = await writing();
    writeFileSync(join(etc, "real"), "old");
    symlinkSync("real", join(etc, "link"));
    expect(kinds(await writer.batch([write(join(etc, "link"), "new")], plain))).toEqual(["done"]);
    expect([readlinkSync(join(etc, "link")), readFileSync(join(etc, "real"), "utf8")]).toEqual(["real", "new"]);
  });

  test.each(["relative", "/", "/a/../b", "/a//b", "/a/", "/a\0b"])("%j is refused before anything is sent", async (path) => {
    const { writer, session } = await writing();
    const before = session.traffic().bytesUp;
    expect(() => writer.batch([write(path, "x")], plain)).toThrow(/not an absolute, plain path/);
    expect(session.traffic().bytesUp).toBe(before);
  });
});

describe.skipIf(!asRoot)("secrets", () => {
  test("sec/24 are revealed into the bytes sent, and stand in no process's arguments or environment", async () => {
    const { writer, etc } = await writing();
    const reveal = () => "canary-7f3a";
    const look =
      'for f in /proc/[0-9]*/cmdline /proc/[0-9]*/environ; do tr "\\0" "\\n" 2>/dev/null <"$f" | grep "canary-7f3[a]"; done 2>/dev/null; cat >/dev/null';
    const secret: Write = { ...write(join(etc, "key"), ""), content: ["k=", { secret: "key" }], mode: "0600" };
    const results = await writer.batch(
      [
        secret,
        { ...run(look), stdin: [{ secret: "key" }] },
        { ...run('read -r it; printf %s "$it" >"$1"', join(etc, "in")), stdin: [{ secret: "key" }, "\n"] },
      ],
      { reveal },
    );
    expect(results[1]).toEqual({ result: "done", output: "" });
    const [seen] = await writer.batch([run(`sh -c 'sleep 5; :' canary-7f3a & ${look}; kill $!`)], plain);
    expect(seen).toMatchObject({ output: expect.stringContaining("canary-7f3a") });
    expect([readFileSync(join(etc, "key"), "utf8"), readFileSync(join(etc, "in"), "utf8")]).toEqual(["k=canary-7f3a", "canary-7f3a"]);
  });
});

describe.skipIf(!asRoot)("order and limits", () => {
  test("reads asked right after a batch see what it did, in the same trip", async () => {
    const { writer, session, etc } = await writing();
    const path = join(etc, "f");
    const before = session.traffic().roundTrips;
    const done = writer.batch([run('sleep 0.3; echo late >"$1"', path)], plain);
    const seen = await session.shell.ask({ ...echo, name: "cat", script: 'cat "$1"', parse: (output: string) => [output] }, path);
    expect([seen, kinds(await done)]).toEqual(["late\n", ["done"]]);
    expect(session.traffic().roundTrips - before).toBe(2);
  });

  test("output of a step is cut at 64 KiB, its end is kept", async () => {
    const { writer } = await writing();
    const [result] = await writer.batch([run('head -c 300000 /dev/zero | tr "\\0" x; echo end')], plain);
    expect(result).toMatchObject({ result: "done" });
    const output = result?.result === "done" ? result.output : "";
    expect([output.length, output.endsWith("xend\n")]).toEqual([65536, true]);
  });

  test("a batch beyond its deadline is unknown from the step in flight on", async () => {
    const { writer } = await writing({ batchDeadlineMs: 500 });
    expect(kinds(await writer.batch([run("true"), run("sleep 5"), run("true")], plain))).toEqual(["done", "unknown", "unknown"]);
    expect(kinds(await writer.batch([run("true")], plain))).toEqual(["done"]);
  });
});

describe.skipIf(!asRoot)("a connection that is cut", () => {
  test("in the middle of a batch: done before, unknown after, and never done again", async () => {
    const cable = cuttable();
    const { writer, etc } = await writing({ connect: cable.connect });
    const count = join(etc, "count");
    const steps = [run('echo 1 >>"$1"', count), run('echo 2 >>"$1"; sleep 1', count), run('echo 3 >>"$1"', count)];
    const sent = writer.batch(steps, plain);
    setTimeout(() => cable.cut(), 400);
    expect(kinds(await sent)).toEqual(["done", "unknown", "unknown"]);
    await new Promise((resolve) => setTimeout(resolve, 1000));
    expect(readFileSync(count, "utf8")).toMatch(/^1\n2\n(3\n)?$/);
    expect(kinds(await writer.batch([run("true")], plain))).toEqual(["done"]);
  });

  test("under a job: it goes on, and is attached to again", async () => {
    const cable = cuttable();
    const { writer, etc } = await writing({ connect: cable.connect });
    const lines: string[] = [];
    const script = 'for i in 1 2 3 4 5 6; do echo "line $i"; echo "$i" >>"$1"; sleep 0.3; done';
    const step = { do: "detached", title: "long", script, args: [join(etc, "count")], deadlineMs: 15_000 } as const;
    setTimeout(() => cable.cut(), 500);
    setTimeout(() => cable.cut(), 1200);
    expect((await writer.long(step, { ...plain, onOutput: (line) => lines.push(line) })).result).toBe("done");
    expect(lines).toEqual([1, 2, 3, 4, 5, 6].map((index) => `line ${index}`));
    expect(readFileSync(join(etc, "count"), "utf8")).toBe("1\n2\n3\n4\n5\n6\n");
    expect(cable.connects()).toBeGreaterThan(1);
  });
});

describe.skipIf(!asRoot)("long steps", () => {
  // As a change of the network would: twice seen it stays, unseen it is taken back.
  const careful = `seen() { n=0; rm -f "$hlx_seen"; until [ -e "$hlx_seen" ]; do n=$((n + 1)); [ $n -lt 40 ] || return 1; sleep 0.05; done; }
seen && seen && echo kept`;

  test("a job that may cut off the way in is looked at over new logins, and knows of them", async () => {
    const cable = cuttable();
    const { writer } = await writing({ connect: cable.connect });
    const step = { do: "detached", title: "careful", script: careful, args: [], deadlineMs: 15_000, mayCutOff: true } as const;
    expect(await writer.long(step, plain)).toMatchObject({ result: "done", output: "kept\n" });
    expect(cable.connects()).toBeGreaterThan(2);
    expect(kinds(await writer.batch([run("true")], plain))).toEqual(["done"]);
  });

  test("the twin: one that may not is never told that it was looked at", async () => {
    const { writer } = await writing();
    expect(await writer.long({ do: "detached", title: "careful", script: careful, args: [], deadlineMs: 15_000 }, plain)).toMatchObject({ result: "failed" });
  });

  test("a job beyond its deadline is killed with its children and unknown", async () => {
    const { writer, session } = await writing();
    const marker = `33${Date.now() % 100000}`;
    const step = { do: "detached", title: "hangs", script: 'sleep "$1" & sleep "$1"', args: [marker], deadlineMs: 600 } as const;
    expect(await writer.long(step, plain)).toMatchObject({ result: "unknown", because: "hangs: it did not end within 0.6 s and was killed" });
    const left = await session.shell.check(
      { script: `for f in /proc/[0-9]*/cmdline; do tr "\\0" " " <$f 2>/dev/null; echo; done | grep -c "^sleep ${marker}"`, args: [] },
      { deadlineMs: 5000 },
    );
    expect(left.stdout).toBe("0\n");
  });

  test("a wait ends when its condition holds, or fails at its deadline", async () => {
    const { writer, etc } = await writing();
    const until = { title: "the file is there", script: '[ -e "$1" ]', args: [join(etc, "f")] };
    expect(await writer.long({ do: "wait", until, deadlineMs: 600 }, plain)).toMatchObject({
      result: "failed",
      because: "waited 0.6 s, and still not: the file is there",
    });
    setTimeout(() => writeFileSync(join(etc, "f"), ""), 300);
    expect((await writer.long({ do: "wait", until, deadlineMs: 5000 }, plain)).result).toBe("done");
  });
});
