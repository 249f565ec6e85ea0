// What the history keeps of a run: the same from every command that changes something.
import { expect, test } from "vitest";
import type { Context } from "../../src/cli/command.ts";
import { healNow } from "../../src/cli/run/heal-now.ts";
import { startOf } from "../../src/cli/run/run-record.ts";
import { lookForDrift } from "../../src/engine/drift.ts";
import { note } from "../../src/testing/note.ts";
import { apply, lab } from "../engine/lab.ts";
import { memoryIo } from "./memory-io.ts";

const context = (...words: readonly string[]): Context => ({ io: memoryIo().io, words }) as unknown as Context;

test("who, where and from which commit, and no commit where there is none", async () => {
  const start = { command: "apply", who: "me", where: "here", argv: ["apply", "-y"] };
  expect(await startOf(context("apply", "-y"), { command: "apply", commit: Promise.resolve("abc"), undoes: 4 })).toEqual({
    start: { ...start, gitCommit: "abc", undoes: 4 },
    pid: 42,
  });
  expect(await startOf(context("apply", "-y"), { command: "apply", commit: Promise.resolve(undefined) })).toEqual({ start, pid: 42 });
});

test("a run that healed says its commit and its round trips, too", async () => {
  const memory = lab({ one: [note("x", "1")] });
  await apply(memory, ["a/one"]);
  memory.hosts.get("a")?.notes.set("x", "9");
  const [world, work] = [memory.world(), memory.work(["a/one"])];
  const healing = { allow: [], commit: Promise.resolve("0123456789ab+") };
  const { standing } = await healNow(await lookForDrift(world, work), healing, { world, work, context: context("drift", "--heal") });
  expect(standing).toMatchObject({ run: 2, failed: 0, drifted: 0 });
  const { at: _, ...run } = (await memory.state.runs())[1] ?? { at: "" };
  expect(run).toMatchObject({ command: "drift", argv: ["drift", "--heal"], gitCommit: "0123456789ab+", exitCode: 0, counts: { changed: 1 } });
  expect(run).toHaveProperty("roundTrips", expect.any(Number));
  expect((run as { readonly roundTrips?: number }).roundTrips).toBeGreaterThan(0);
});
