// Tasks of Proxmox: a call that changes something answers with a UPID at once; only the task's exit status says how it ended.
import { setTimeout as sleep } from "node:timers/promises";
import { isRecord } from "../../lib/json.ts";
import { problemOf } from "../../model/problem.ts";
import { type Answer, type Client, dataOf } from "./client.ts";
import { taskFailure, wordsOf } from "./failure.ts";

/** `UPID:node:pid:pstart:start:type:id:user:`. */
const upidPattern = /^UPID:([^:]+):[0-9A-F]+:[0-9A-F]+:[0-9A-F]+:([^:]+):[^:]*:[^:]+:$/i;
const asksMs = [100, 200, 400, 800, 1000];

export interface Awaiting {
  readonly deadlineMs: number;
  monotonicMs(): number;
  /** How long nobody may be able to look at it, in milliseconds; default 60,000. */
  readonly silenceMs?: number;
  /** Lines of the task's log as they come. */
  onOutput?(line: string): void;
}

/** The node and type of a task, or undefined when the text is no UPID. */
export function taskOf(data: unknown): { readonly upid: string; readonly node: string; readonly type: string } | undefined {
  const match = typeof data === "string" ? upidPattern.exec(data) : null;
  return match === null ? undefined : { upid: match[0], node: match[1] ?? "", type: match[2] ?? "" };
}

/** How long a node may not tell how its task goes on: pveproxy is restarted by its own updates. */
const silenceMs = 60_000;

/** Waits for the end. Success is `OK` or `WARNINGS: n`. "lost": the deadline passed or nobody can look at it any more, and the task may go on. Never throws. */
export async function awaitTask(client: Client, task: { readonly upid: string; readonly node: string }, awaiting: Awaiting): Promise<Answer> {
  const { upid, node } = task;
  const path = `/nodes/${encodeURIComponent(node)}/tasks/${encodeURIComponent(upid)}`;
  const log = logOf(client, `${path}/log`, awaiting);
  const patience = patienceFor(upid, awaiting);
  for (let turn = 0; ; turn++) {
    const answer = await client.ask("GET", `${path}/status`).catch((thrown: unknown): Answer => ({ lost: problemOf(thrown).message }));
    const ended = "data" in answer ? exitOf(answer.data) : undefined;
    if (ended !== undefined || turn % 5 === 4) await log().catch(() => undefined);
    if (ended !== undefined) return endOf(ended);
    const lost = patience(answer);
    if (lost !== undefined) return { lost };
    await sleep(asksMs[Math.min(turn, asksMs.length - 1)]);
  }
}

// A node that does not answer may do so again; one that says that there is no such task will not know it later.
function patienceFor(upid: string, { monotonicMs, deadlineMs, silenceMs: silence = silenceMs }: Awaiting): (answer: Answer) => string | undefined {
  const sinceMs = monotonicMs();
  let heardMs = sinceMs;
  return (answer) => {
    const nowMs = monotonicMs();
    if ("data" in answer) heardMs = nowMs;
    if (nowMs - sinceMs >= deadlineMs) return `the task ${upid} did not end within ${deadlineMs / 1000} s`;
    const unheard = unheardOf(answer);
    return unheard.final || nowMs - heardMs >= silence ? `nobody can say how the task ${upid} ended: ${unheard.because}` : undefined;
  };
}

function unheardOf(answer: Answer): { readonly because: string; readonly final: boolean } {
  if ("failure" in answer) return { because: wordsOf(answer.failure), final: answer.failure.kind !== "unreachable" };
  return { because: "lost" in answer ? answer.lost : "it goes on", final: false };
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
