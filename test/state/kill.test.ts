// Processes killed at any moment, and two at once: what was acknowledged is there, and the file is whole.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { expect, test } from "vitest";
import { newFolder, open, seeded } from "./helpers.ts";

const writer = new URL("./writer.ts", import.meta.url).pathname;

function spawnWriter(folder: string, what: string): ChildProcess {
  return spawn(process.execPath, [writer, folder, what], { stdio: ["ignore", "pipe", "inherit"] });
}

/** Kills the child once it has said so many lines and a little later; gives back all that it said. */
async function killedAfter(child: ChildProcess, lines: number, laterMs: number): Promise<readonly string[]> {
  const said: string[] = [];
  const reader = createInterface({ input: child.stdout ?? process.stdin });
  reader.on("line", (line) => {
    said.push(line);
    if (said.length === lines) setTimeout(() => child.kill("SIGKILL"), laterMs);
  });
  await Promise.all([once(child, "exit"), once(reader, "close")]);
  return said;
}

/** Each costs the start of a process; HLX_KILLS=50 and more for a soak. */
const kills = Number(process.env["HLX_KILLS"] ?? 12);

test(`sec/51 ${kills} kills: every acknowledged record is there, and nothing half-written`, { timeout: 20_000 + 5_000 * kills }, async () => {
  const folder = newFolder();
  const random = seeded(7);
  let acknowledged = 0;
  for (let kill = 0; kill < kills; kill++) {
    const said = await killedAfter(spawnWriter(folder, "journal"), 1 + Math.floor(random() * 20), random() * 4);
    const [run, last] = (said.at(-1) ?? "").split(" ").map(Number);
    acknowledged += said.length;
    const state = await open(folder);
    const steps = (await state.journalOf(run ?? 0)).map((record) => ("step" in record ? record.step : 0));
    expect(steps.length).toBeGreaterThanOrEqual(last ?? Number.POSITIVE_INFINITY);
    expect(steps).toEqual(steps.map((_, index) => index + 1));
    await state.close();
  }
  const state = await open(folder);
  expect((await state.runs()).map(({ interrupted }) => interrupted)).toEqual(Array.from({ length: kills }, () => true));
  expect(acknowledged).toBeGreaterThan(kills * 4);
  await state.close();
});

test("two processes at once: each run has its own records, all of them", { timeout: 60_000 }, async () => {
  const folder = newFolder();
  const said = await Promise.all([1, 2].map(() => killedAfter(spawnWriter(folder, "journal"), 30, 0)));
  const state = await open(folder);
  for (const lines of said) {
    const [run = 0, last = 0] = (lines.at(-1) ?? "").split(" ").map(Number);
    expect((await state.journalOf(run)).length).toBeGreaterThanOrEqual(last);
  }
  expect(new Set(said.map((lines) => lines[0]?.split(" ")[0])).size).toBe(2);
  await state.close();
});

test("a lock is refused while its process lives, and taken over once it is killed", { timeout: 60_000 }, async () => {
  const folder = newFolder();
  const child = spawnWriter(folder, "lock");
  await once(child.stdout ?? process.stdin, "data");
  const state = await open(folder);
  expect(await state.lock("me")).toMatchObject({ lock: "refused", by: { pid: child.pid, who: "the writer" } });
  child.kill("SIGKILL");
  await once(child, "exit");
  expect((await state.lock("me")).lock).toBe("held");
  await state.close();
});

test("node:sqlite says nothing on standard error", async () => {
  const child = spawn(process.execPath, ["-e", 'new (require("node:sqlite").DatabaseSync)(":memory:")'], { stdio: ["ignore", "ignore", "pipe"] });
  let said = "";
  child.stderr.on("data", (chunk) => {
    said += String(chunk);
  });
  await once(child, "close");
  expect(said).toBe("");
});
