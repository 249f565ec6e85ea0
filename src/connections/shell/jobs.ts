// Follows a long step that runs apart from the connection, and attaches to it again when the connection was cut.
import { StringDecoder } from "node:string_decoder";
import { setTimeout as sleep } from "node:timers/promises";
import type { WriteOptions } from "../../model/ports/shell.ts";
import type { Detached, StepResult } from "../../model/step.ts";
import type { Link } from "./link.ts";
import type { Reply, Request } from "./remote.ts";
import { forgetJob, jobHead, jobTail, killJob, pollJob } from "./scripts/jobs.ts";
import { subshell } from "./words.ts";

/** What one poll may bring, and what is kept of the output for the result: its end. */
const pollBytes = 256 * 1024;
const keptOutput = 64 * 1024;
/** How long a look over a new login may take: the next one is another login. */
const newLoginMs = 5_000;
/** A job that prints more than this is killed: its output lies in the host's memory. */
const outputLimit = 256 * 1024 * 1024;

/** The job's own script. */
export function jobText(step: Detached): string {
  return `${jobHead}${subshell(step)}${jobTail}`;
}

export interface Job {
  readonly id: string;
  readonly step: Detached;
  readonly link: Link;
  readonly onOutput: WriteOptions["onOutput"];
}

/** Polls until the job ended or its deadline passed. Never rejects. */
export async function follow(job: Job): Promise<StepResult> {
  const output = new Output(job.onOutput);
  const until = performance.now() + job.step.deadlineMs;
  let [pause, trouble] = [50, "it was not looked at"];
  while (performance.now() < until && output.bytes < outputLimit) {
    const seen = await poll(job, output);
    if (seen.state === "ended") return finish(job, output, seen.status);
    if (seen.state === "gone")
      return {
        result: "unknown",
        because: `${job.step.title}: it is gone from the host, which rebooted, or somebody killed it, or another run took over; nobody knows how far it came`,
      };
    if (seen.state === "unseen") trouble = seen.because;
    pause = nextPause(pause, seen);
    if (pause > 0) await sleep(Math.min(pause, Math.max(1, until - performance.now())));
  }
  return await giveUp(job, output, trouble);
}

type Seen =
  | { readonly state: "running"; readonly printed: "nothing" | "something" | "more than fits" }
  | { readonly state: "ended"; readonly status: number }
  | { readonly state: "gone" }
  | { readonly state: "unseen"; readonly because: string };

async function poll({ id, link, step }: Job, output: Output): Promise<Seen> {
  if (step.mayCutOff) await link.drop();
  const asked = request(pollJob, [folder(link, id), String(output.bytes + 1), step.mayCutOff ? "noted" : ""], pollBytes + 1024);
  const [sent] = link.send([step.mayCutOff ? { ...asked, deadlineMs: newLoginMs } : asked]);
  link.counters.roundTrips += 1;
  const reply = await sent;
  if (reply?.reply !== "ended") return { state: "unseen", because: reply?.because.message ?? "it was not asked" };
  return seenIn(reply, output);
}

function seenIn({ stdout }: Extract<Reply, { reply: "ended" }>, output: Output): Seen {
  const end = stdout.indexOf(10);
  const state = stdout.toString("latin1", 0, Math.max(0, end));
  const fresh = stdout.subarray(end + 1);
  output.add(fresh);
  if (fresh.length >= pollBytes) return { state: "running", printed: "more than fits" };
  const status = /^rc (\d+)$/.exec(state)?.[1];
  if (status !== undefined) return { state: "ended", status: Number(status) };
  return state === "running" ? { state, printed: fresh.length > 0 ? "something" : "nothing" } : { state: "gone" };
}

/** Quick while it prints, up to once a second while it is silent, slower while the host is not reached. */
function nextPause(pause: number, seen: Seen): number {
  if (seen.state === "unseen") return Math.min(Math.max(pause, 250) * 2, 10_000);
  if (seen.state !== "running" || seen.printed === "more than fits") return 0;
  return seen.printed === "something" ? 100 : Math.min(Math.max(pause, 50) * 1.5, 1000);
}

function finish({ id, step, link }: Job, output: Output, status: number): StepResult {
  void link.send([request(forgetJob, [folder(link, id)], 1024)]);
  const text = output.end();
  return status === 0
    ? { result: "done", output: text }
    : { result: "failed", output: text, exitStatus: status, because: `${step.title}: exit status ${status}` };
}

async function giveUp({ id, step, link }: Job, output: Output, trouble: string): Promise<StepResult> {
  const [sent] = link.send([request(killJob, [folder(link, id), id], 1024)]);
  const reply = await sent;
  output.end();
  if (reply?.reply !== "ended") return { result: "unknown", because: `${step.title}: the host was not reached again in time (${trouble}); it may still run` };
  const why = output.bytes >= outputLimit ? "printed too much" : `did not end within ${step.deadlineMs / 1000} s`;
  return { result: "unknown", because: `${step.title}: it ${why} and was killed` };
}

function folder({ paths }: Link, id: string): string {
  return `${paths.run}/jobs/${id}`;
}

function request(script: string, args: readonly string[], limit: number): Request {
  return { text: subshell({ script, args }), deadlineMs: 30_000, limit, strict: false };
}

/** The bytes so far: whole lines are told at once, the last 64 KiB are kept. */
class Output {
  bytes = 0;
  #kept = Buffer.alloc(0);
  #line = "";
  readonly #decoder = new StringDecoder("utf8");
  readonly #onLine: WriteOptions["onOutput"];

  constructor(onLine: WriteOptions["onOutput"]) {
    this.#onLine = onLine;
  }

  add(fresh: Buffer): void {
    this.bytes += fresh.length;
    this.#kept = Buffer.concat([this.#kept, fresh]).subarray(-keptOutput);
    const lines = (this.#line + this.#decoder.write(fresh)).split("\n");
    this.#line = (lines.pop() ?? "").slice(-keptOutput);
    for (const line of lines) this.#onLine?.(line);
  }

  end(): string {
    if (this.#line !== "") this.#onLine?.(this.#line);
    this.#line = "";
    return this.#kept.toString("utf8");
  }
}
