// What is written down of a run: the words of hosts without secrets, and what undo starts from as it is.
import { expect, test } from "vitest";
import { redactingState } from "../../src/cli/run/secrets-state.ts";
import type { JournalRecord } from "../../src/model/ports/state.ts";
import { makeRedactor } from "../../src/secrets/redact.ts";
import { memoryState } from "../../src/testing/memory-state.ts";

const address = "web1/app/file:/etc/x";
const shown = { property: "content", before: { value: 'a "canary" b\n' }, after: { value: 123456 } };
const intent: JournalRecord = { record: "intent", address, changes: [shown], desired: { owner: "canary" }, before: { owner: "canary" }, sealed: false };

async function written(redact: (text: string) => string) {
  const memory = memoryState();
  const state = redactingState(memory, redact);
  const run = await state.begin({ command: "apply", who: "me", where: "here", at: "", argv: ["apply", "-e", "x=canary"] });
  const outcome: JournalRecord = { record: "outcome", address, outcome: "failed", detail: "it said canary and Y2FuYXJ5" };
  await state.journal(run, [intent, { record: "started", address, steps: ["run canary"], batch: "b" }, outcome]);
  return { runs: await state.runs(), records: memory.records };
}

test("state: what a host printed and what was typed are redacted, what undo starts from stays", async () => {
  const redactor = makeRedactor();
  for (const value of ["canary", "2345"]) redactor.add(value);
  const { runs, records } = await written(redactor.redact);
  expect(runs[0]?.argv).toEqual(["apply", "-e", "x=(sensitive)"]);
  expect(records[0]).toEqual({ ...intent, changes: [{ ...shown, before: { value: 'a "(sensitive)" b\n' } }] });
  expect(JSON.stringify(records.slice(1))).not.toMatch(/canary|Y2FuYXJ5/);
});

test("state: the same without a redactor would hold it", async () => {
  const { runs, records } = await written((text) => text);
  expect(JSON.stringify([runs, records.slice(1)])).toMatch(/canary.*Y2FuYXJ5/);
});
