// One ssh process as a channel.
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { PassThrough } from "node:stream";
import { ProblemError } from "../../model/problem.ts";
import type { Channel } from "../channel.ts";

/** What ssh tells of itself on stderr, line by line, until `done`; everything else there is kept as `said` before that, and the command's own after it. */
export interface Telling {
  /** True for a line that is ours and stays out of `said`. */
  line(text: string): "ours" | "done" | "other";
}

export interface SshProcess {
  readonly channel: Channel;
  readonly child: ChildProcessWithoutNullStreams;
  /** Resolves at `done`, or when the process ended before. */
  readonly told: Promise<"done" | "ended">;
  /** The end of what was printed before `done`. */
  said(): string;
}

/** ssh's own status for "no connection": the command's could be the same, and is taken for it. */
const lostStatus = 255;

/** Starts ssh. Throws ProblemError (missing) when there is none. */
export async function startSsh([file = "", ...args]: readonly string[], how: { readonly terminal: boolean; readonly telling?: Telling }): Promise<SshProcess> {
  const { telling } = how;
  // A session of its own has no terminal to ask at.
  const child = spawn(file, [...args], { stdio: "pipe", detached: !how.terminal });
  await new Promise<void>((resolve, reject) => {
    child.once("error", (cause) => reject(new ProblemError({ code: "missing", message: `starting ${file}: ${cause.message}`, cause })));
    child.once("spawn", () => resolve());
  });
  child.on("error", () => undefined);
  child.stdin.on("error", () => undefined);
  const { stderr, told, said } = telling === undefined ? untold(child) : listen(child, telling);
  const channel: Channel = {
    stdin: child.stdin,
    stdout: child.stdout,
    stderr,
    ended: new Promise((resolve) => child.once("close", (status, signal) => resolve(endOf(status, signal)))),
    close: () => {
      for (const stream of [child.stdin, child.stdout, child.stderr]) stream.destroy();
      if (telling === undefined) child.kill();
    },
  };
  return { channel, child, told, said };
}

type Heard = Pick<SshProcess, "told" | "said"> & Pick<Channel, "stderr">;

function untold(child: ChildProcessWithoutNullStreams): Heard {
  return { stderr: child.stderr, told: Promise.resolve("done"), said: () => "" };
}

function listen(child: ChildProcessWithoutNullStreams, telling: Telling): Heard {
  const stderr = new PassThrough();
  const teller = new Teller(telling);
  const told = new Promise<"done" | "ended">((resolve) => {
    child.stderr.on("data", (chunk: Buffer) => {
      const rest = teller.take(chunk);
      if (rest.length > 0) stderr.write(rest);
      if (teller.done) resolve("done");
    });
    child.once("close", () => {
      stderr.end();
      resolve("ended");
    });
  });
  return { stderr, told, said: () => teller.said() };
}

/** Takes ssh's own lines away, up to the one that says that it is in; the rest is given back. */
class Teller {
  done = false;
  readonly #telling: Telling;
  // latin1 keeps every byte: what follows the last line is the command's.
  #rest = "";
  #said = "";

  constructor(telling: Telling) {
    this.#telling = telling;
  }

  take(chunk: Buffer): Buffer {
    if (this.done) return chunk;
    const lines = (this.#rest + chunk.toString("latin1")).split("\n");
    this.#rest = "";
    for (let line = lines.shift(); line !== undefined && lines.length > 0; line = lines.shift()) {
      this.#line(line);
      if (this.done) return Buffer.from(lines.join("\n"), "latin1");
    }
    this.#rest = lines.join("\n");
    return Buffer.alloc(0);
  }

  said(): string {
    return Buffer.from(this.#said + this.#rest, "latin1").toString("utf8");
  }

  #line(line: string): void {
    const what = this.#telling.line(line);
    this.done = what === "done";
    if (what === "other") this.#said = `${this.#said}${line}\n`.slice(-4096);
  }
}

function endOf(status: number | null, signal: NodeJS.Signals | null): Awaited<Channel["ended"]> {
  if (signal !== null) return { status: null, because: `killed by ${signal}` };
  return status === lostStatus ? { status: null, because: "the connection was lost" } : { status };
}
