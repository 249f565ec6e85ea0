// Commands whose run time nobody knows: each in a shell of its own, beside the session's, and killed at its deadline.

import type { CheckResult } from "../../model/ports/shell.ts";
import { ProblemError } from "../../model/problem.ts";
import type { Script } from "../../model/step.ts";
import type { Link } from "./link.ts";
import type { Reply } from "./remote.ts";
import type { Opened } from "./start.ts";
import { subshell } from "./words.ts";

const outputLimit = 64 * 1024;
/** The session's own shell, and one kept free for killing what hangs. */
const reserved = 2;

/** The checks of one session: so many at once as its channels allow, the others queue. A shell that ended well is used again. */
export class Checks {
  readonly #link: Link;
  #free: number;
  readonly #queue: (() => void)[] = [];
  #idle: Opened[] = [];
  #writing: Promise<unknown> = Promise.resolve();

  constructor(link: Link) {
    this.#link = link;
    this.#free = Math.max(1, (link.options.maxChannels ?? 4) - reserved);
  }

  /** Checks asked from now on wait for this write: what is asked after it must see what it did, also over another channel. */
  behind(write: Promise<unknown>): void {
    const ended = write.then(
      () => undefined,
      () => undefined,
    );
    this.#writing = Promise.all([this.#writing, ended]);
  }

  async check(script: Script, options: { readonly deadlineMs: number }): Promise<CheckResult> {
    await this.#writing;
    await this.#enter();
    try {
      return await this.#run(script, options.deadlineMs);
    } finally {
      this.#leave();
    }
  }

  close(): void {
    for (const { shell } of this.#idle.splice(0)) shell.close();
  }

  async #run(script: Script, deadlineMs: number): Promise<CheckResult> {
    const opened = await this.#shell();
    await opened.hello;
    const [sent] = opened.shell.send([{ text: subshell(script), deadlineMs, limit: outputLimit, strict: false }]);
    this.#link.counters.roundTrips += 1;
    const reply = await sent;
    if (reply?.reply === "ended") {
      this.#idle.push(opened);
      return { exitStatus: reply.status, stdout: reply.stdout.toString("utf8"), stderr: reply.stderr.toString("utf8") };
    }
    return await this.#giveUp(opened, reply);
  }

  async #giveUp(opened: Opened, reply: Reply | undefined): Promise<never> {
    if (reply?.reply === "cut" && reply.culprit) await this.#link.kill(await opened.hello);
    opened.shell.close();
    throw new ProblemError(reply?.reply === "cut" ? reply.because : { code: "internal", message: "a check was not sent" });
  }

  async #shell(): Promise<Opened> {
    const idle = this.#idle.pop();
    if (idle === undefined) return await this.#link.beside(() => undefined);
    return idle.shell.alive ? idle : await this.#shell();
  }

  async #enter(): Promise<void> {
    if (this.#free > 0) this.#free -= 1;
    else await new Promise<void>((resolve) => this.#queue.push(resolve));
  }

  #leave(): void {
    const next = this.#queue.shift();
    if (next === undefined) this.#free += 1;
    else next();
  }
}
