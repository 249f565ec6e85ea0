// The way to one host: the connection, the session's shell on it, and what replaces them when they break.
import type { Duplex } from "node:stream";
import { quote, quoteAll } from "../../lib/quote.ts";
import { type Problem, ProblemError, problemOf } from "../../model/problem.ts";
import type { Script } from "../../model/step.ts";
import type { Channel, Transport } from "../channel.ts";
import { hostPaths, type Paths, type SessionOptions } from "./options.ts";
import type { Counters, Reply, Request } from "./remote.ts";
import { killGroup } from "./scripts/start.ts";
import { type Hello, type Opened, openShell } from "./start.ts";
import { subshell } from "./words.ts";

interface Main extends Opened {
  known?: Hello;
}

/** Shell text that a new session's shell runs before anything else, such as telling the lock who holds it now. */
export type OnReopen = () => readonly Request[];

export class Link {
  readonly options: SessionOptions;
  readonly paths: Paths;
  readonly counters: Counters = { roundTrips: 0, commands: 0, bytesUp: 0, bytesDown: 0 };
  onReopen: OnReopen = () => [];
  readonly #connect: () => Promise<Transport>;
  #transport: Transport | undefined;
  #main: Main | undefined;
  #opening: Promise<Main> | undefined;
  #stuck: Hello[] = [];
  #closed = false;

  constructor(connect: () => Promise<Transport>, options: SessionOptions) {
    [this.#connect, this.options, this.paths] = [connect, options, options.paths ?? hostPaths];
  }

  /** The session's shell is there. */
  get connected(): boolean {
    return this.#main?.shell.alive === true && this.#opening === undefined;
  }

  /** What is sent now may travel with the start of the shell: root without sudo. */
  get eager(): boolean {
    return this.options.become.how === "none" || this.#transport?.user === "root";
  }

  /** Opens the session's shell when there is none. Throws ProblemError. */
  async open(): Promise<void> {
    if (this.#main?.shell.alive) return;
    this.#opening ??= this.#openMain().finally(() => {
      this.#opening = undefined;
    });
    await this.#opening;
  }

  /** Written at once when the shell is there, else after it was opened again; in order. Never rejects. */
  send(requests: readonly Request[]): readonly Promise<Reply>[] {
    const main = this.#main;
    if (main?.shell.alive && this.#opening === undefined) return sendOn(main, requests);
    const sent = this.#reopened().then((opened) => (opened instanceof ProblemError ? requests.map(() => refused(opened)) : sendOn(opened, requests)));
    return requests.map(async (_, index) => (await sent)[index] ?? refused(undefined));
  }

  /** Who answers: known once the start was answered. Throws ProblemError. */
  async hello(): Promise<Hello> {
    await this.open();
    if (this.#main === undefined) throw new ProblemError(closedProblem(this.options.host));
    return await this.#main.hello;
  }

  /** A shell of its own, beside the session's. `broken` is told when it must be killed. Throws ProblemError. */
  async beside(broken: (stuck: boolean) => void): Promise<Opened> {
    const transport = await this.#reach();
    return await openShell(transport, this.#spec(broken));
  }

  /** A byte stream forwarded by the transport; undefined where it cannot, or the host does not let it. Throws ProblemError. */
  async forward(to: { readonly port: number } | { readonly socket: string }): Promise<Duplex | undefined> {
    return await (await this.#reach()).forward?.(to);
  }

  /** A channel that runs the script as root, and nothing else: its standard streams are the caller's. Throws ProblemError. */
  async hand(script: Script): Promise<Channel> {
    const { shell, hello } = await this.beside(() => undefined);
    await hello;
    return shell.hand(`exec ${this.paths.sh} -c ${quote(script.script)} sh ${quoteAll(script.args)}\n`);
  }

  /** Kills what runs in a shell's process group, over another channel. Never throws. */
  async kill(target: Hello): Promise<void> {
    try {
      const { shell } = await this.beside(() => undefined);
      const [reply] = shell.send([killRequest(target)]);
      await reply;
      shell.close();
    } catch (thrown) {
      this.options.log(`${this.options.host}: could not kill what hangs: ${problemOf(thrown).message}`);
    }
  }

  /** Ends this connection, so that the next request makes a new one. */
  async drop(): Promise<void> {
    const transport = this.#transport;
    this.#transport = undefined;
    this.#main?.shell.close();
    this.#main = undefined;
    await transport?.close().catch(() => undefined);
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.drop();
  }

  #spec(broken: (stuck: boolean) => void) {
    return { ...this.options, paths: this.paths, counters: this.counters, broken };
  }

  async #reopened(): Promise<Main | ProblemError> {
    try {
      await this.open();
      return this.#main ?? new ProblemError(closedProblem(this.options.host));
    } catch (thrown) {
      return thrown instanceof ProblemError ? thrown : new ProblemError(problemOf(thrown));
    }
  }

  async #openMain(): Promise<Main> {
    const transport = await this.#reach();
    let main: Main | undefined;
    const opened = await openShell(
      transport,
      this.#spec((stuck) => this.#broken(main, stuck)),
    ).catch((thrown: unknown) => this.#forget(transport, thrown));
    const current: Main = opened;
    [main, this.#main] = [current, current];
    current.hello.then(
      (hello) => {
        current.known = hello;
      },
      () => undefined,
    );
    const first = [...this.#stuck.splice(0).map(killRequest), ...this.onReopen()];
    if (first.length > 0) void current.shell.send(first);
    return current;
  }

  /** A connection on which no shell can be opened is not used again. */
  async #forget(transport: Transport, thrown: unknown): Promise<never> {
    if (this.#transport === transport) this.#transport = undefined;
    await transport.close().catch(() => undefined);
    throw thrown;
  }

  #broken(main: Main | undefined, stuck: boolean): void {
    if (!stuck || main?.known === undefined || this.#closed) return;
    this.options.log(`${this.options.host}: the shell hangs; killing what runs in it`);
    this.#stuck.push(main.known);
    void this.#reopened();
  }

  async #reach(): Promise<Transport> {
    if (this.#closed) throw new ProblemError(closedProblem(this.options.host));
    if (this.#transport !== undefined) return this.#transport;
    const transport = await this.#connect();
    this.#transport = transport;
    void transport.lost.then((problem) => {
      if (this.#transport !== transport) return;
      this.#transport = undefined;
      this.#main?.shell.lose(problem.message);
    });
    return transport;
  }
}

/** A shell that never came to be explains why nothing on it was answered. */
function sendOn({ shell, hello }: Main, requests: readonly Request[]): readonly Promise<Reply>[] {
  return shell.send(requests).map(async (sent) => {
    const reply = await sent;
    if (reply.reply === "ended") return reply;
    const because = await hello.then(() => reply.because, problemOf);
    return { ...reply, because };
  });
}

function killRequest({ pid, start, group }: Hello): Request {
  return { text: subshell({ script: killGroup, args: [pid, start, group] }), deadlineMs: 10_000, limit: 4096, strict: false };
}

function closedProblem(host: string): Problem {
  return { code: "interrupted", message: `talking to ${host}: the session is closed` };
}

function refused(by: unknown): Reply {
  return { reply: "cut", because: problemOf(by), culprit: false, partial: Buffer.alloc(0) };
}
