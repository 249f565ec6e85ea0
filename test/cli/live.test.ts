// The live list of hosts: how each row ends.
import { PassThrough } from "node:stream";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Context } from "../../src/cli/command.ts";
import { makePrinter } from "../../src/cli/printer.ts";
import { liveProgress } from "../../src/cli/progress/live.ts";
import type { Outcome } from "../../src/model/event.ts";
import type { Plan } from "../../src/model/plan.ts";
import { memoryIo } from "./memory-io.ts";
import { everything } from "./plans.ts";

// listr2 draws a list only where this process has a terminal.
const before = Object.getOwnPropertyDescriptor(process.stdout, "isTTY");
beforeAll(() => void Object.defineProperty(process.stdout, "isTTY", { value: true, configurable: true }));
afterAll(() => void (before === undefined ? Reflect.deleteProperty(process.stdout, "isTTY") : Object.defineProperty(process.stdout, "isTTY", before)));

const [some] = everything.entries.filter(({ entry, action }) => entry === "exact" && action === "create");
if (some === undefined) throw new Error("no entry that creates");
const failed: Outcome = { outcome: "failed", problem: { code: "failed", message: "it broke" } };
const skipped: Outcome = { outcome: "skipped", because: "something before it failed" };

async function lastDrawn(outcomes: readonly Outcome[]): Promise<string> {
  const { io: bare } = memoryIo({ tty: true });
  const stream = Object.assign(new PassThrough(), { isTTY: true, columns: 100, rows: 40 });
  let drawn = "";
  stream.on("data", (chunk: Buffer) => {
    drawn += chunk.toString();
  });
  const io = { ...bare, out: stream, err: stream };
  const printer = makePrinter(io, { color: false, redaction: { redact: (text) => text } });
  const plan: Plan = { ...everything, hosts: everything.hosts.filter(({ host }) => host === some?.host), entries: outcomes.map(() => some) as Plan["entries"] };
  const progress = liveProgress(plan, { io, printer } as unknown as Context);
  for (const outcome of outcomes)
    progress.on({ ms: 0, event: "ended", host: some?.host ?? "", address: some?.address ?? "", entry: some, outcome, tookMs: 1 } as never);
  await progress.end();
  return drawn.split("\n").findLast((line) => line.includes(` of ${outcomes.length}`)) ?? "";
}

test.each<readonly [string, readonly Outcome[], RegExp]>([
  ["what was done has a tick", [{ outcome: "changed" }, { outcome: "ok" }], /✔.* 2 of 2, 1 changed/],
  ["a host on which all was skipped has none", [skipped, skipped], /↓.* 2 of 2, 2 skipped/],
  ["one on which something failed has a cross", [{ outcome: "changed" }, failed, skipped], /✖.* 3 of 3, 1 changed, 1 failed, 1 skipped/],
  ["one on which a part was skipped has a tick", [{ outcome: "changed" }, skipped], /✔.* 2 of 2, 1 changed, 1 skipped/],
])("%s", async (_, outcomes, expected) => expect(await lastDrawn(outcomes)).toMatch(expected));
