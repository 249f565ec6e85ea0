// Running gravity: its status says nothing, its text and the lists' status do; and its database is swapped afterwards.
import { setTimeout as sleep } from "node:timers/promises";
import type { WriteOptions } from "../../model/ports/shell.ts";
import type { StepResult } from "../../model/step.ts";
import { gravityAt } from "./reads.ts";
import { done, failed, unknown } from "./results.ts";
import type { PiholeSession } from "./session.ts";
import { type Answered, refusalOf } from "./wire.ts";

/** It waits for DNS, then fetches every list. */
const deadlineMs = 1_800_000;
/** FTL looks for the new database once a second; 3 s were seen. */
const swappedMs = 10_000;
const pollMs = 250;

/** Fetches all lists. Done when it says so and the new database is what FTL reads. */
export async function runGravity(session: PiholeSession, { onOutput }: Pick<WriteOptions, "onOutput">): Promise<StepResult> {
  const before = await gravityAt(session);
  const reply = await session.send({ method: "POST", path: "/action/gravity", deadlineMs });
  if (reply.reply === "closed") return failed(reply.because);
  if (reply.reply === "lost") return unknown(`the connection was cut while gravity ran (${reply.because})`);
  return textResult(session, reply, { before, onOutput });
}

interface Ran {
  readonly before: number;
  readonly onOutput: WriteOptions["onOutput"];
}

async function textResult(session: PiholeSession, reply: Answered, { before, onOutput }: Ran): Promise<StepResult> {
  const refusal = reply.text.trimStart().startsWith("{") ? refusalOf(reply) : undefined;
  if (refusal !== undefined || reply.status !== 200) return failed(`it answered: ${refusal ?? `status ${reply.status}`}`);
  const lines = linesOf(reply.text);
  for (const line of lines) onOutput?.(line);
  if (lines.some((line) => line.includes("[✓]"))) await swapped(session, before);
  const errors = lines.filter((line) => line.includes("[✗]"));
  if (errors.length > 0)
    return {
      result: "failed",
      output: `${lines.join("\n")}\n`,
      exitStatus: 1,
      because: `gravity says: ${errors.map((line) => line.replace("[✗]", "").trim()).join("; ")}`,
    };
  return done(`${lines.join("\n")}\n`);
}

// A carriage return or "erase line" (ESC [K) begins a line anew: the last of its texts is what a terminal would show.
function linesOf(text: string): readonly string[] {
  return text
    .split("\n")
    .map((line) =>
      (
        line
          .split(/\r/)
          .filter((part) => part !== "")
          .at(-1) ?? ""
      )
        .replace(/\u001b\[[0-9;]*[A-Za-z]/g, "")
        .trimEnd(),
    )
    .filter((line) => line.trim() !== "" && !line.startsWith("{"));
}

async function swapped(session: PiholeSession, before: number): Promise<void> {
  const until = performance.now() + swappedMs;
  while (performance.now() < until && (await gravityAt(session)) === before) await sleep(pollMs);
}
