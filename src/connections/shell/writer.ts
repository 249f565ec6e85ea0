// Changing a host behind its lock.
import type { Holder, ShellWriter, ShortStep, WriteOptions } from "../../model/ports/shell.ts";
import type { Detached, Reboot, StepResult, Wait } from "../../model/step.ts";
import { reportsOf, resultsOf, takenOver, writingText } from "./batch.ts";
import type { Checks } from "./check.ts";
import { type Compiling, compileSteps, reveal, withStdin } from "./compile.ts";
import { follow, jobText } from "./jobs.ts";
import type { Link } from "./link.ts";
import { adoptRequest, beatRequest, giveBackRequest } from "./lock.ts";
import { backFrom, waitFor } from "./long.ts";
import type { Reply } from "./remote.ts";
import { reboot, startJob } from "./scripts/jobs.ts";
import type { Hello } from "./start.ts";
import { subshell } from "./words.ts";

const beatEveryMs = 10_000;
/** What one step may print, with its report. */
const reportBytes = 65 * 1024;

export interface Held {
  readonly link: Link;
  readonly checks: Checks;
  readonly epoch: number;
  readonly holder: Holder;
  readonly hello: Hello;
}

export function openWriter(held: Held): ShellWriter {
  return new Writer(held);
}

class Writer implements ShellWriter {
  readonly #held: Held;
  readonly #timer: NodeJS.Timeout;
  #open = true;

  constructor(held: Held) {
    this.#held = held;
    const { link, epoch } = held;
    link.onReopen = () => [adoptRequest(link, epoch)];
    this.#timer = setInterval(() => this.#beat(), beatEveryMs);
    this.#timer.unref();
  }

  batch(steps: readonly ShortStep[], options: WriteOptions): Promise<readonly StepResult[]> {
    if (steps.length === 0) return Promise.resolve([]);
    if (!this.#open) return Promise.resolve(steps.map(() => givenBack));
    const mark = this.#held.link.options.randomHex(16);
    const sent = this.#send(compileSteps(steps, this.#compiling(options)), mark);
    this.#held.checks.behind(sent);
    return sent.then((reply) => resultsOf(steps, reply, mark));
  }

  async long(step: Detached | Wait | Reboot, options: WriteOptions): Promise<StepResult> {
    if (!this.#open) return givenBack;
    switch (step.do) {
      case "wait":
        return await waitFor(step, this.#held.checks);
      case "reboot":
        return await this.#reboot(step);
      default:
        return await this.#detached(step, options);
    }
  }

  async release(): Promise<void> {
    if (!this.#open) return;
    this.#open = false;
    clearInterval(this.#timer);
    const { link, epoch } = this.#held;
    link.onReopen = () => [];
    await Promise.all(link.send([giveBackRequest(link, epoch)]));
  }

  async #detached(step: Detached, options: WriteOptions): Promise<StepResult> {
    const { link } = this.#held;
    const by = this.#compiling(options);
    const id = by.randomHex(8);
    const text = subshell({ script: startJob, args: [id, jobText(step), step.stdin === undefined ? "" : "stdin"] });
    const started = await this.#alone(
      step.stdin === undefined ? `${text} </dev/null\n` : withStdin(reveal(step.stdin, by), { text, delimiter: by.randomHex(16) }),
    );
    if (started.result === "failed" || started.result === "skipped") return started;
    return await follow({ id, step, link, onOutput: options.onOutput });
  }

  async #reboot(step: Reboot): Promise<StepResult> {
    const { link } = this.#held;
    const before = await link.hello();
    const started = await this.#alone(`${subshell({ script: reboot, args: [] })} </dev/null\n`);
    return started.result === "failed" ? started : await backFrom(before.boot, step, link);
  }

  /** One step of hlx's own, as a writing request. */
  async #alone(text: string): Promise<StepResult> {
    const mark = this.#held.link.options.randomHex(16);
    const reply = await this.#send([text], mark);
    if (reply.reply === "cut") return { result: "unknown", because: reply.because.message };
    const { fenced, steps } = reportsOf(reply.stdout, mark);
    if (fenced) return { result: "failed", output: "", exitStatus: 1, because: takenOver };
    const [report = { output: reply.stderr.toString("utf8"), status: 1 }] = steps;
    if (report.status === 0) return { result: "done", output: report.output };
    return { result: "failed", output: report.output, exitStatus: report.status, because: "the host could not start it" };
  }

  /** Written before this returns, when the session's shell is there. */
  async #send(steps: readonly string[], mark: string): Promise<Reply> {
    const { link, epoch, holder } = this.#held;
    const text = writingText(steps, { ...link.paths, epoch, runId: holder.run, mark });
    const deadlineMs = link.options.batchDeadlineMs ?? 600_000;
    const [sent] = link.send([{ text, deadlineMs, limit: reportBytes * (steps.length + 1), strict: false }]);
    link.counters.roundTrips += 1;
    return (await sent) ?? { reply: "cut", because: { code: "internal", message: "nothing was sent" }, culprit: false, partial: Buffer.alloc(0) };
  }

  #compiling(options: WriteOptions): Compiling {
    const { link, hello } = this.#held;
    return { reveal: (piece) => options.reveal(piece), randomHex: (bytes) => link.options.randomHex(bytes), uid: hello.uid };
  }

  #beat(): void {
    const { link, epoch } = this.#held;
    if (link.connected) void link.send([beatRequest(link, epoch)]);
  }
}

const givenBack: StepResult = { result: "failed", output: "", exitStatus: 1, because: "the lock was given back before" };
