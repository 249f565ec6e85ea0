// Doing one step on a cluster: one request, the task that it starts, and the conditions that must come true behind it.
import { setTimeout as sleep } from "node:timers/promises";
import { isRecord } from "../../lib/json.ts";
import type { WriteOptions } from "../../model/ports/shell.ts";
import type { Api, StepResult, Until } from "../../model/step.ts";
import { filled } from "../filled.ts";
import { type Answer, type Client, dataOf, type Method, type Params, problemOfFailure } from "./client.ts";
import { type Failure, wordsOf } from "./failure.ts";
import { whereIs } from "./guests.ts";
import { awaitTask, taskOf } from "./task.ts";

const defaultDeadlineMs = 1_800_000;
const asksMs = [200, 500, 1000, 2000];

/** How long is waited until a task that waited in vain for a lock is started again. */
const lockedMs = [500, 2000, 5000];

/**
 * One request and the task that it starts. What was sent and not answered is unknown: it is looked at again, never sent again.
 * A task that waited in vain for a lock is: it ended, and took back what it had begun (a create or clone that fails leaves nothing).
 */
export async function doStep(client: Client, step: Api, options: WriteOptions): Promise<StepResult> {
  for (const wait of lockedMs) {
    const result = await attempt(client, step, options);
    if (!("locked" in result)) return result;
    options.onOutput?.(`waiting for a lock: ${wordsOf(result.locked)}`);
    await sleep(wait);
  }
  const last = await attempt(client, step, options);
  return "locked" in last ? failed(step, problemOfFailure(last.locked, step.title)) : last;
}

async function attempt(client: Client, step: Api, options: WriteOptions): Promise<StepResult | { readonly locked: Failure }> {
  if (step.until !== undefined) return waited(client, step, { path: step.path, until: step.until });
  const body = filled(step.body ?? {}, options.reveal) as Params;
  const answer = await whereverItIs(client, step, (path) => send(client, { ...step, path }, body));
  if ("lost" in answer) return { result: "unknown", because: `${step.title}: ${answer.lost}` };
  if ("failure" in answer) return refused(client, step, answer.failure);
  const task = taskOf(answer.data);
  return task === undefined ? { result: "done", output: "" } : ended(client, { step, task }, options);
}

// A file of this machine goes along as it is; everything else is a form.
function send(client: Client, { method, path }: Api, body: Params): Promise<Answer> {
  const { file, filename, ...fields } = body;
  if (!path.endsWith("/upload") || typeof file !== "string") return client.ask(method as Method, path, body);
  return client.upload(path, {
    file,
    filename: String(filename),
    fields: Object.fromEntries(Object.entries(fields).map(([name, one]) => [name, String(one)])),
  });
}

async function ended(
  client: Client,
  { step, task }: { readonly step: Api; readonly task: NonNullable<ReturnType<typeof taskOf>> },
  { onOutput }: WriteOptions,
) {
  const lines: string[] = [];
  const noting = (line: string): void => {
    lines.push(line);
    onOutput?.(line);
  };
  const answer = await awaitTask(client, task, { deadlineMs: step.deadlineMs ?? defaultDeadlineMs, monotonicMs: () => performance.now(), onOutput: noting });
  if ("lost" in answer) return { result: "unknown" as const, because: `${step.title}: ${answer.lost}` };
  const output = lines.join("\n").slice(-65_536);
  if (!("failure" in answer)) return { result: "done" as const, output };
  if (answer.failure.kind === "busy") return { locked: answer.failure };
  const result = await refused(client, step, answer.failure);
  return result.result === "failed" && result.output === "" ? { ...result, output } : result;
}

// Somebody else was first: another run of hlx, or this one before its answer was lost. What counts is how it is in the end.
async function refused(client: Client, step: Api, failure: Failure): Promise<StepResult> {
  if (failure.kind === "running" && step.path.endsWith("/status/start")) return { result: "done", output: "" };
  if (failure.kind !== "taken" || step.otherwise === undefined) return failed(step, problemOfFailure(failure, step.title));
  const result = await waited(client, step, step.otherwise);
  return result.result === "failed" ? { ...result, because: `${step.title}: ${wordsOf(failure)}${result.because.replace(step.title, "")}` } : result;
}

// HA moves guests at any time: a node that does not have the guest has done nothing.
async function whereverItIs(client: Client, { path }: Api, ask: (path: string) => Promise<Answer>): Promise<Answer> {
  const answer = await ask(path);
  const [, node, id] = /^\/nodes\/([^/]+)\/(?:qemu|lxc)\/(\d+)(?:\/|$)/.exec(path) ?? [];
  if (node === undefined || !("failure" in answer) || answer.failure.kind !== "absent") return answer;
  const now = await whereIs(client, Number(id));
  return now === undefined || encodeURIComponent(now.node) === node ? answer : ask(path.replace(`/nodes/${node}/`, `/nodes/${encodeURIComponent(now.node)}/`));
}

interface Waiting {
  readonly path: string;
  readonly until: Until;
}

async function waited(client: Client, step: Api, { path, until }: Waiting): Promise<StepResult> {
  const deadline = performance.now() + (step.deadlineMs ?? defaultDeadlineMs);
  for (let turn = 0; ; turn++) {
    const now = await lookedAt(client, step, { path, until });
    if (now.state === "so") return { result: "done", output: "" };
    if (now.state === "never" || performance.now() >= deadline) return failed(step, { message: now.because, hint: "plan again: it says how it is" });
    await sleep(asksMs[Math.min(turn, asksMs.length - 1)]);
  }
}

type Looked = { readonly state: "so" } | { readonly state: "not yet" | "never"; readonly because: string };

// What waits for a lock to go and finds it gone need not wait for the rest: nobody works on it any more.
async function lookedAt(client: Client, step: Api, { path, until }: Waiting): Promise<Looked> {
  const answer = await whereverItIs(client, { ...step, path }, (at) => client.ask("GET", at));
  if ("failure" in answer && answer.failure.kind === "absent") return { state: "never", because: `${step.title}: it is gone again` };
  if ("failure" in answer && answer.failure.kind === "agent") return { state: "not yet", because: `${step.title}: ${wordsOf(answer.failure)}` };
  const data = dataOf(answer, step.title);
  const seen = isRecord(data) ? data : {};
  const wrong = differing(seen, until);
  if (wrong.length === 0) return { state: "so" };
  const free = until["lock"] === null && seen["lock"] === undefined;
  return {
    state: free ? "never" : "not yet",
    because: `${step.title}: its ${wrong.join(", ")} is not as it should be${free ? ": somebody else made it" : ""}`,
  };
}

function differing(data: Readonly<Record<string, unknown>>, until: Until): readonly string[] {
  const isAs = (value: unknown, wanted: string | null): boolean => (wanted === null ? value === undefined || value === null : String(value).trim() === wanted);
  return Object.entries(until).flatMap(([name, wanted]) => (isAs(data[name], wanted) ? [] : [name]));
}

function failed({ title }: Api, { message, hint }: { readonly message: string; readonly hint?: string }): Extract<StepResult, { result: "failed" }> {
  const because = message.startsWith(title) ? message : `${title}: ${message}`;
  return { result: "failed", output: hint === undefined ? "" : `hint: ${hint}`, exitStatus: -1, because };
}
