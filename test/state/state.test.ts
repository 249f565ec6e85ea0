// The state: what is written comes back, who may write, and what happens to folders that are not ours.
import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, test } from "vitest";
import type { JournalRecord } from "../../src/model/ports/state.ts";
import { openDatabase } from "../../src/state/database.ts";
import { ownFolder } from "../../src/state/folder.ts";
import { migrations } from "../../src/state/migrations.ts";
import { openState } from "../../src/state/open.ts";
import { stateProblem } from "../../src/state/problems.ts";
import { localProcesses } from "../../src/state/processes.ts";
import { ending, entry, newFolder, now, open, problemIn, start } from "./helpers.ts";

const records: readonly JournalRecord[] = [
  { record: "intent", address: "a/b/file:/x", changes: [], desired: {}, before: null, sealed: false },
  { record: "started", address: "a/b/file:/x", steps: ["write /x"], batch: "1" },
  { record: "result", address: "a/b/file:/x", step: 0, result: "done" },
  { record: "outcome", address: "a/b/file:/x", outcome: "changed" },
];

describe("state: what is written comes back after opening again", () => {
  test("runs, newest last, and their journals", async () => {
    const folder = newFolder();
    const state = await open(folder);
    const [first, second] = [await state.begin(start), await state.begin({ ...start, planId: "p" })];
    await state.journal(first, records.slice(0, 2));
    await state.journal(first, records.slice(2));
    await state.end(first, ending);
    await state.close();
    const again = await open(folder);
    expect(await again.runs()).toEqual([
      { ...start, run: first, ended: ending.at, exitCode: 0, counts: { changed: 2 } },
      { ...start, planId: "p", run: second },
    ]);
    expect(await again.runs({ last: 1 })).toHaveLength(1);
    expect(await again.journalOf(first)).toEqual(records.map((record) => ({ ...record, at: now().toISOString() })));
    expect(await again.journalOf(second)).toEqual([]);
    await again.close();
  });
  test("records, by host; the newer one counts; forgotten ones are gone", async () => {
    const state = await open(newFolder());
    await state.record([entry("a", "file:/x"), entry("a", "file:/y"), entry("b", "file:/x")]);
    await state.record([entry("a", "file:/x", "newer")]);
    expect((await state.recorded(["a"])).map(({ id, actual }) => [id, actual])).toEqual([
      ["file:/x", "newer"],
      ["file:/y", "x"],
    ]);
    expect(await state.recorded([])).toEqual([]);
    expect(
      await state.forget([
        { host: "a", id: "file:/x" },
        { host: "a", id: "file:/none" },
      ]),
    ).toBe(1);
    expect((await state.recorded(["a", "b"])).map(({ address }) => address)).toEqual(["a/base/file:/y", "b/base/file:/x"]);
    await state.close();
  });
  test("a journal for a run that is not there is refused", async () => {
    const state = await open(newFolder());
    expect((await problemIn(() => state.journal(7, records))).message).toContain("FOREIGN KEY");
    await state.close();
  });
  test("a run whose process is gone is interrupted, one that runs is not", async () => {
    const folder = newFolder();
    const gone = await open(folder, 4_194_304);
    await gone.begin(start);
    await gone.close();
    const state = await open(folder);
    await state.begin(start);
    expect((await state.runs()).map(({ interrupted }) => interrupted)).toEqual([true, undefined]);
    await state.close();
  });
});

describe("state: files", () => {
  test("are for their owner only", async () => {
    const folder = newFolder();
    const state = await open(folder);
    await state.begin(start);
    const mode = (path: string): string => (statSync(join(folder, path)).mode & 0o777).toString(8);
    expect(["", "backups"].map(mode)).toEqual(["700", "700"]);
    expect(
      readdirSync(folder, { recursive: true, encoding: "utf8" })
        .filter((path) => path.includes(".db"))
        .map(mode),
    ).toEqual(["600", "600", "600", "600"]);
    await state.close();
  });
  test("ten backups are kept, the last of the state before the last run", async () => {
    const folder = newFolder();
    const state = await open(folder);
    for (let run = 1; run <= 13; run++) await state.end(await state.begin(start), ending);
    await state.close();
    expect(readdirSync(join(folder, "backups"))).toEqual(Array.from({ length: 10 }, (_, index) => `run-${String(index + 4).padStart(6, "0")}.db`));
    const last = new DatabaseSync(join(folder, "backups", "run-000013.db"));
    expect(last.prepare("SELECT count(*) AS runs FROM runs").get()).toEqual({ runs: 12 });
    last.close();
  });
  test("a backup that a killed run was making is swept by the next one", async () => {
    const folder = newFolder();
    const state = await open(folder);
    const half = join(folder, "backups", "run-000001.db.new-4194304");
    for (const path of [half, `${half}-journal`]) writeFileSync(path, "half");
    await state.begin(start);
    await state.close();
    expect(readdirSync(join(folder, "backups"))).toEqual(["run-000001.db"]);
  });
});

describe("state: what it refuses", () => {
  const made = (): string => {
    const folder = newFolder();
    mkdirSync(folder, { mode: 0o700 });
    return folder;
  };
  const link = (): string => {
    const folder = newFolder();
    symlinkSync(dirname(folder), folder);
    return folder;
  };
  const writable = (): string => {
    const folder = made();
    chmodSync(folder, 0o770);
    return folder;
  };
  const linkedFile = (): string => {
    const folder = made();
    writeFileSync(join(folder, "elsewhere"), "");
    symlinkSync("elsewhere", join(folder, "state.db"));
    return folder;
  };
  const file = (content: string | Buffer) => (): string => {
    const folder = made();
    writeFileSync(join(folder, "state.db"), content, { mode: 0o600 });
    return folder;
  };
  const foreignDatabase = (): string => {
    const folder = made();
    new DatabaseSync(join(folder, "state.db")).exec("CREATE TABLE t (x)");
    return folder;
  };
  test.each([
    ["a folder that is a symbolic link", link, ["trust", "is a symbolic link"]],
    ["a folder that others may write", writable, ["trust", "may be written by others (mode 770)"]],
    ["a file that is a symbolic link", linkedFile, ["trust", "is a symbolic link"]],
    ["an emptied file", file(""), ["input", "is damaged"]],
    ["a file of something else", file("hello ".repeat(1000)), ["input", "is damaged"]],
    ["a database of something else", foreignDatabase, ["input", "no state file of hlx"]],
  ])("%s", async (_name, make, [code = "", message = ""]) => {
    const folder = make();
    const { problems, message: said } = await problemIn(() => open(folder));
    expect([problems[0].code, said.includes(message), said.includes(folder)]).toEqual([code, true, true]);
  });
  test("a folder of somebody else", async () => {
    const folder = made();
    const { problems } = await problemIn(() => openState(folder, { now, pid: process.pid, uid: 54_321 }));
    expect([problems[0].code, problems[0].message.includes("belongs to somebody else")]).toEqual(["trust", true]);
  });
  test("a damaged file, with the command that restores the latest backup", async () => {
    const folder = newFolder();
    const state = await open(folder);
    await state.end(await state.begin(start), ending);
    await state.begin(start);
    await state.close();
    writeFileSync(join(folder, "state.db"), "x");
    const { hint } = (await problemIn(() => open(folder))).problems[0];
    const [, command = ""] = hint?.split("backup: ") ?? [];
    expect(command).toContain("run-000002.db");
    const { execFileSync } = await import("node:child_process");
    execFileSync("sh", ["-c", command]);
    const restored = await open(folder);
    expect((await restored.runs()).map(({ run, ended }) => [run, ended])).toEqual([[1, ending.at]]);
    await restored.close();
  });
  test("a lost file whose backups are there: never silently empty", async () => {
    const folder = newFolder();
    const state = await open(folder);
    await state.begin(start);
    await state.close();
    (await import("node:fs")).rmSync(join(folder, "state.db"));
    expect((await problemIn(() => open(folder))).problems[0].hint).toContain("run-000001.db");
  });
  test.each([
    ["a full disk", { errcode: 13 }, "the disk is full"],
    ["a read-only disk", { errcode: 8 | (1 << 8) }, "read-only"],
    ["a full disk while copying", { code: "ENOSPC" }, "the disk is full"],
    ["a read-only folder", { code: "EROFS" }, "read-only"],
  ])("%s, with the path", (_name, error, hint) => {
    const files = ownFolder(newFolder(), undefined);
    const [problem] = stateProblem(files, "writing", Object.assign(new Error("no"), error)).problems;
    expect([problem.message.includes(files.database), problem.hint?.includes(hint)]).toEqual([true, true]);
  });
});

describe("state: versions", () => {
  const opening = { pid: process.pid, uid: undefined };
  const next = [...migrations, "ALTER TABLE runs ADD COLUMN note TEXT; CREATE TABLE extra (x TEXT)"];
  async function oldFolder(): Promise<string> {
    const folder = newFolder();
    const state = await open(folder);
    await state.end(await state.begin(start), ending);
    await state.close();
    return folder;
  }
  const version = (path: string): unknown => {
    const database = new DatabaseSync(path);
    const found = database.prepare("PRAGMA user_version").get()?.["user_version"];
    database.close();
    return found;
  };
  test("an older file is migrated, with a backup before", async () => {
    const folder = await oldFolder();
    const database = openDatabase(ownFolder(folder, undefined), { ...opening, migrations: next });
    expect(database.prepare("SELECT count(*) AS runs FROM runs").get()).toEqual({ runs: 1 });
    expect(database.prepare("SELECT count(*) AS rows FROM extra").get()).toEqual({ rows: 0 });
    database.close();
    expect([version(join(folder, "state.db")), version(join(folder, "backups", `before-version-${next.length}.db`))]).toEqual([next.length, migrations.length]);
  });
  test("a migration that fails leaves the file as it was", async () => {
    const folder = await oldFolder();
    const broken = [...migrations, "CREATE TABLE extra (x TEXT); CREATE TABLE runs (x TEXT)"];
    expect(() => openDatabase(ownFolder(folder, undefined), { ...opening, migrations: broken })).toThrow("already exists");
    const state = await open(folder);
    expect(await state.runs()).toHaveLength(1);
    await state.close();
  });
  test("a newer file is refused, untouched", async () => {
    const folder = await oldFolder();
    openDatabase(ownFolder(folder, undefined), { ...opening, migrations: next }).close();
    const before = readFileSync(join(folder, "state.db"));
    const { problems } = await problemIn(() => open(folder));
    expect([problems[0].message.includes(`version ${next.length}`), problems[0].hint?.includes("newer hlx")]).toEqual([true, true]);
    expect(readFileSync(join(folder, "state.db")).equals(before)).toBe(true);
  });
});

describe("state: the local lock", () => {
  const gone = { pid: 1, process: "1", boot: "b" };
  const processes = (alive: boolean) => ({ identify: (pid: number) => ({ ...gone, pid }), alive: () => alive });
  test("is refused while its holder lives, told who and since when", async () => {
    const folder = newFolder();
    const [mine, theirs] = [await open(folder), await open(folder)];
    const held = await mine.lock("ada@desk");
    expect(await theirs.lock("bob")).toEqual({ lock: "refused", by: { pid: process.pid, who: "ada@desk", since: now().toISOString() } });
    if (held.lock === "held") await held.release();
    expect((await theirs.lock("bob")).lock).toBe("held");
    await mine.close();
    await theirs.close();
  });
  test("is taken over from a process that is gone", async () => {
    const folder = newFolder();
    const dead = await openState(folder, { now, pid: 7, processes: processes(true) });
    await dead.lock("dead");
    await dead.close();
    const state = await openState(folder, { now, pid: 8, processes: processes(false) });
    expect((await state.lock("heir")).lock).toBe("held");
    await state.close();
  });
  test("giving back does not take away somebody else's", async () => {
    const folder = newFolder();
    const first = await openState(folder, { now, pid: 7, processes: processes(true) });
    const held = await first.lock("slow");
    const second = await openState(folder, { now, pid: 8, processes: processes(false) });
    await second.lock("heir");
    if (held.lock === "held") await held.release();
    const third = await openState(folder, { now, pid: 9, processes: processes(true) });
    expect(await third.lock("third")).toMatchObject({ lock: "refused", by: { who: "heir" } });
    for (const state of [first, second, third]) await state.close();
  });
});

describe("processes", () => {
  const real = localProcesses();
  const me = real.identify(process.pid);
  test.each([
    ["this one", me, true],
    ["a pid used again: another start time", { ...me, process: "1" }, false],
    ["another boot", { ...me, boot: "other" }, false],
    ["a pid that nobody has", { ...me, pid: 4_194_304 }, false],
  ])("%s", (_name, identity, alive) => {
    expect(real.alive(identity)).toBe(alive);
  });
  test("without /proc the pid decides, and who cannot tell says alive", () => {
    expect([localProcesses(() => false, "/none").alive(me), localProcesses(undefined, "/none").alive(me)]).toEqual([false, true]);
  });
});
