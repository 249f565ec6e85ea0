// Tasks of Proxmox: a call that changes something answers with a UPID at once; only the task's exit status says how it ended.
import { setTimeout as sleep } from "node:timers/promises";
import { isRecord } from "../../lib/json.ts";
import { type Answer, type Client, dataOf } from "./client.ts";
import { taskFailure } from "./failure.ts";

/** `UPID:node:pid:pstart:start:type:id:user:`. */
const upidPattern = /^UPID:([^:]+):[0-9A-F]+:[0-9A-F]+:[0-9A-F]+:([^:]+):[^:]*:[^:]+:$/i;
const asksMs = [100, 200, 400, 800, 1000];

export interface Awaiting {
  readonly deadlineMs: number;
  monotonicMs(): number;
  /** Lines of the task's log as they come. */
  onOutput?(line: string): void;
}

/** The node and type of a task, or undefined when the text is no UPID. */
export function taskOf(data: unknown): { readonly upid: string; readonly node: string; readonly type: string } | undefined {
  const match = typeof data === "string" ? upidPattern.exec(data) : null;
  return match === null ? undefined : { upid: match[0], node: match[1] ?? "", type: match[2] ?? "" };
}

/** Waits for the end. Success is `OK` or `WARNINGS: n`. "lost": the deadline passed, and the task may go on. Throws ProblemError when it cannot be looked at. */
export async function awaitTask(client: Client, { upid, node }: { readonly upid: string; readonly node: string }, awaiting: Awaiting): Promise<Answer> {
  const path = `/nodes/${encodeURIComponent(node)}/tasks/${encodeURIComponent(upid)}`;
  const until = awaiting.monotonicMs() + awaiting.deadlineMs;
  const log = logOf(client, `${path}/log`, awaiting);
  for (let turn = 0; ; turn++) {
    const ended = exitOf(dataOf(await client.ask("GET", `${path}/status`), `looking at the task ${upid}`));
    if (ended !== undefined || turn % 5 === 4) await log();
    if (ended !== undefined) return endOf(ended);
    if (awaiting.monotonicMs() >= until) return { lost: `the task ${upid} did not end within ${awaiting.deadlineMs / 1000} s` };
    await sleep(asksMs[Math.min(turn, asksMs.length - 1)]);
  }
}

function exitOf(status: unknown): string | undefined {
  return isRecord(status) && status["status"] === "stopped" ? String(status["exitstatus"]) : undefined;
}

function endOf(exitStatus: string): Answer {
  return exitStatus === "OK" || /^WARNINGS: \d+$/.test(exitStatus) ? { data: exitStatus } : { failure: taskFailure(exitStatus) };
}

// Shows what came since the last time.
function logOf(client: Client, path: string, { onOutput }: Awaiting): () => Promise<void> {
  let shown = 0;
  return async () => {
    if (onOutput === undefined) return;
    const lines = dataOf(await client.ask("GET", path, { start: shown, limit: 500 }), "reading a task's log");
    const texts = Array.isArray(lines) ? lines.flatMap((line) => (isRecord(line) && typeof line["t"] === "string" ? [line["t"]] : [])) : [];
    for (const text of texts) onOutput(text);
    shown += texts.length;
  };
}
