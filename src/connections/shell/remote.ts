// One long-lived remote `sh`: framed requests are written to it one behind the other and answered in that order.
import type { Problem } from "../../model/problem.ts";
import type { Channel } from "../channel.ts";
import { Cutter } from "./frame.ts";
import { framed } from "./words.ts";

/** One request: shell text, run in a subshell with standard input from /dev/null. */
export interface Request {
  readonly text: string;
  readonly deadlineMs: number;
  /** Bytes kept of each stream. */
  readonly limit: number;
  /** More than `limit` breaks the shell, instead of being dropped. */
  readonly strict: boolean;
  readonly budget?: { left: number };
}

export type Reply =
  | { readonly reply: "ended"; readonly status: number; readonly stdout: Buffer; readonly stderr: Buffer }
  /** No answer. `culprit`: it was this one that took too long or printed too much; else it was in the way of another's trouble, or the connection's. */
  | { readonly reply: "cut"; readonly because: Problem; readonly culprit: boolean; readonly partial: Buffer };

/** Counters shared by all shells of a session. */
export interface Counters {
  roundTrips: number;
  commands: number;
  bytesUp: number;
  bytesDown: number;
}

export interface RemoteOptions {
  readonly host: string;
  readonly counters: Counters;
  randomHex(bytes: number): string;
  /** Called once when the shell can be used no more. `stuck`: it is still there and has to be killed. */
  broken(stuck: boolean): void;
}

interface Outstanding {
  readonly request: Request;
  resolve(reply: Reply): void;
  stdout?: Buffer;
  stderr?: Buffer;
  status: number;
}

export class RemoteShell {
  readonly #channel: Channel;
  readonly #options: RemoteOptions;
  readonly #stdout: Cutter;
  readonly #stderr: Cutter;
  #queue: Outstanding[] = [];
  #timer: NodeJS.Timeout | undefined;
  #dead: Problem | undefined;
  readonly #onStdout = (chunk: Buffer) => this.#receive(this.#stdout, chunk);
  readonly #onStderr = (chunk: Buffer) => this.#receive(this.#stderr, chunk);

  constructor(channel: Channel, options: RemoteOptions) {
    this.#channel = channel;
    this.#options = options;
    const overflow = () => this.#fail({ code: "unknown", message: `reading from ${options.host}: the host printed more than is accepted` }, "stuck");
    [this.#stdout, this.#stderr] = [new Cutter(overflow), new Cutter(overflow)];
    channel.stdout.on("data", this.#onStdout);
    channel.stderr.on("data", this.#onStderr);
    channel.stdin.on("error", () => undefined);
    void channel.ended.then(({ because }) => this.lose(because ?? "the shell ended"));
  }

  get alive(): boolean {
    return this.#dead === undefined;
  }

  /** Writes all requests at once, before it returns; each answer comes in its own time. */
  send(requests: readonly Request[], before = ""): readonly Promise<Reply>[] {
    const markers = requests.map(() => this.#options.randomHex(16));
    const replies = requests.map((request, index) => this.#expect(request, markers[index] ?? ""));
    this.write(before + requests.map((request, index) => framed(markers[index] ?? "", request.text)).join(""));
    this.#options.counters.commands += requests.length;
    return replies;
  }

  /** Text for the shell itself, outside of any frame. */
  write(text: string): void {
    if (this.#dead !== undefined) return;
    const bytes = Buffer.from(text, "utf8");
    this.#options.counters.bytesUp += bytes.length;
    this.#channel.stdin.write(bytes);
  }

  /** Resolves when the text appeared on standard output; everything before it is noise. */
  ready(text: string): Promise<void> {
    return new Promise((resolve) => this.#stdout.expect({ marker: Buffer.from(text), limit: 4096, strict: false, cut: () => resolve() }));
  }

  /** The connection or the shell went away. */
  lose(because: string): void {
    this.#fail({ code: "unreachable", message: `talking to ${this.#options.host}: ${because}` }, "gone");
  }

  /** Gives the channel away with a last text for the shell, which should `exec`; nothing may be outstanding. */
  hand(text: string): Channel {
    const { stdout, stderr } = this.#channel;
    stdout.off("data", this.#onStdout);
    stderr.off("data", this.#onStderr);
    this.write(text);
    this.#dead = { code: "internal", message: "this shell was given away" };
    return this.#channel;
  }

  close(): void {
    this.lose("the session was closed");
    this.#channel.stdin.end();
    this.#channel.close();
  }

  #expect(request: Request, marker: string): Promise<Reply> {
    if (this.#dead !== undefined) return Promise.resolve(cut(this.#dead, false));
    return new Promise((resolve) => {
      const outstanding: Outstanding = { request, resolve, status: 0 };
      const { limit, strict, budget } = request;
      const awaited = { marker: Buffer.from(`\n${marker} `), limit, strict, ...(budget === undefined ? {} : { budget }) };
      this.#stdout.expect({ ...awaited, cut: (stdout, status) => this.#settle(outstanding, { stdout, status: statusOf(status) }) });
      this.#stderr.expect({ ...awaited, cut: (stderr) => this.#settle(outstanding, { stderr }) });
      this.#queue.push(outstanding);
      if (this.#queue.length === 1) this.#watch();
    });
  }

  #receive(cutter: Cutter, chunk: Buffer): void {
    this.#options.counters.bytesDown += chunk.length;
    if (this.#dead === undefined) cutter.push(chunk);
  }

  #settle(outstanding: Outstanding, part: Partial<Outstanding>): void {
    Object.assign(outstanding, part);
    const { stdout, stderr, status, resolve } = outstanding;
    if (stdout === undefined || stderr === undefined || this.#dead !== undefined) return;
    this.#queue = this.#queue.filter((waiting) => waiting !== outstanding);
    this.#watch();
    resolve({ reply: "ended", status, stdout, stderr });
  }

  #watch(): void {
    clearTimeout(this.#timer);
    const [head] = this.#queue;
    if (head === undefined) return;
    const { deadlineMs } = head.request;
    const late: Problem = { code: "unknown", message: `waiting for ${this.#options.host}: no answer within ${deadlineMs / 1000} s` };
    this.#timer = setTimeout(() => this.#fail(late, "stuck"), deadlineMs);
  }

  #fail(because: Problem, how: "stuck" | "gone"): void {
    if (this.#dead !== undefined) return;
    this.#dead = because;
    clearTimeout(this.#timer);
    const partial = this.#stdout.partial();
    const waiting = this.#queue.splice(0);
    for (const [index, { resolve, stdout }] of waiting.entries()) {
      resolve(cut(because, index === 0 && how === "stuck", index === 0 ? (stdout ?? partial) : Buffer.alloc(0)));
    }
    this.#options.broken(how === "stuck");
  }
}

function cut(because: Problem, culprit: boolean, partial: Buffer = Buffer.alloc(0)): Reply {
  return { reply: "cut", because, culprit, partial };
}

function statusOf(trailer: string): number {
  return /^\d{1,3}$/.test(trailer) ? Number(trailer) : 255;
}
