// Flipped bytes in a state file: detected or harmless, never silently another state.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, test } from "vitest";
import { ProblemError } from "../../src/model/problem.ts";
import { ending, entry, newFolder, open, seeded, start } from "./helpers.ts";

async function everything(folder: string): Promise<unknown> {
  const state = await open(folder);
  try {
    const runs = await state.runs();
    const journals = await Promise.all(runs.map(({ run }) => state.journalOf(run)));
    return { runs, journals, recorded: await state.recorded(["a", "b", "c"]) };
  } finally {
    await state.close();
  }
}

async function sample(): Promise<string> {
  const folder = newFolder();
  const state = await open(folder);
  for (let number = 0; number < 4; number++) {
    const run = await state.begin(start);
    for (let step = 0; step < 20; step++) await state.journal(run, [{ record: "result", address: `a/base/file:/${step}`, step, result: "done" }]);
    await state.end(run, ending);
  }
  await state.record(["a", "b", "c"].flatMap((host) => Array.from({ length: 10 }, (_, index) => entry(host, `file:/${index}`, "y".repeat(100)))));
  await state.close();
  return folder;
}

test("200 flipped bytes: each is detected or harmless", { timeout: 60_000 }, async () => {
  const good = await sample();
  const expected = await everything(good);
  const bytes = readFileSync(join(good, "state.db"));
  const random = seeded(20261121);
  let detected = 0;
  for (let flip = 0; flip < 200; flip++) {
    const folder = newFolder();
    mkdirSync(folder, { mode: 0o700 });
    const broken = Buffer.from(bytes);
    // A quarter of the flips hits the first page: header and schema.
    const at = Math.floor(random() * (flip % 4 === 0 ? 4096 : bytes.length));
    broken[at] = (broken[at] ?? 0) ^ (1 + Math.floor(random() * 255));
    writeFileSync(join(folder, "state.db"), broken, { mode: 0o600 });
    const outcome: unknown = await everything(folder).catch((thrown: unknown) => thrown);
    if (outcome instanceof ProblemError) detected++;
    else expect(outcome, `byte ${at}`).toEqual(expected);
    rmSync(join(folder, ".."), { recursive: true });
  }
  expect(detected).toBeGreaterThan(20);
});

test("a row changed by hand is damage, with its restore command", async () => {
  const folder = await sample();
  const database = new DatabaseSync(join(folder, "state.db"));
  database.exec("UPDATE recorded SET entry = replace(entry, 'yyyy', 'yzyy') WHERE host = 'b'");
  database.close();
  const thrown: unknown = await everything(folder).catch((error: unknown) => error);
  expect(thrown).toBeInstanceOf(ProblemError);
  expect((thrown as ProblemError).problems[0].hint).toContain("run-000004.db");
});
