// One call that changes something, and the task that it starts, awaited to its exit status.
import type { WriteOptions } from "../../model/ports/shell.ts";
import type { Api, StepResult } from "../../model/step.ts";
import { filled } from "../filled.ts";
import { type Client, type Method, type Params, problemOfFailure } from "./client.ts";
import { wordsOf } from "./failure.ts";
import { awaitTask, taskOf } from "./task.ts";

const defaultDeadlineMs = 1_800_000;

/** One request and the task that it starts. What was sent and not answered is unknown: it is looked at again, never sent again. */
export async function doStep(client: Client, step: Api, options: WriteOptions): Promise<StepResult> {
  const answer = await client.ask(step.method as Method, step.path, filled(step.body ?? {}, options.reveal) as Params);
  if ("lost" in answer) return { result: "unknown", because: `${step.title}: ${answer.lost}` };
  if ("failure" in answer) return failed(step, problemOfFailure(answer.failure, step.title));
  const task = taskOf(answer.data);
  if (task === undefined) return { result: "done", output: "" };
  const lines: string[] = [];
  const onOutput = (line: string): void => {
    lines.push(line);
    options.onOutput?.(line);
  };
  const ended = await awaitTask(client, task, { deadlineMs: step.deadlineMs ?? defaultDeadlineMs, monotonicMs: () => performance.now(), onOutput });
  if ("lost" in ended) return { result: "unknown", because: `${step.title}: ${ended.lost}` };
  const output = lines.join("\n").slice(-65_536);
  return "failure" in ended ? { ...failed(step, { message: `${step.title}: ${wordsOf(ended.failure)}` }), output } : { result: "done", output };
}

function failed({ title }: Api, { message, hint }: { readonly message: string; readonly hint?: string }): Extract<StepResult, { result: "failed" }> {
  return {
    result: "failed",
    output: hint === undefined ? "" : `hint: ${hint}`,
    exitStatus: -1,
    because: message.startsWith(title) ? message : `${title}: ${message}`,
  };
}
