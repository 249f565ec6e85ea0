// Runs one local program with an argument list, never through a shell, and says how it ended.
import { spawn } from "node:child_process";

/** How a program ended; `status` is -1 when it could not be started or was ended by a signal. Output is kept up to 1 MiB each. */
export interface Ran {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly stdin?: string;
  /** Milliseconds; then the program is killed. Default 120,000. */
  readonly deadlineMs?: number;
}

const limit = 1 << 20;

/** Runs it to its end. Never rejects: a program that is not there ends with -1 and the reason in `stderr`. */
export function run([command = "", ...args]: readonly string[], { env, stdin, deadlineMs = 120_000 }: RunOptions = {}): Promise<Ran> {
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio: "pipe", timeout: deadlineMs, killSignal: "SIGKILL", ...(env === undefined ? {} : { env }) });
    const out = collect(child.stdout);
    const err = collect(child.stderr);
    child.stdin.on("error", () => undefined);
    child.stdin.end(stdin ?? "");
    child.once("error", (error) => resolve({ status: -1, stdout: "", stderr: error.message }));
    child.once("close", (status) => resolve({ status: status ?? -1, stdout: out(), stderr: err() }));
  });
}

function collect(stream: NodeJS.ReadableStream): () => string {
  const chunks: Buffer[] = [];
  let size = 0;
  stream.on("data", (chunk: Buffer) => {
    if (size < limit) chunks.push(chunk);
    size += chunk.length;
  });
  return () => Buffer.concat(chunks).toString("utf8");
}
