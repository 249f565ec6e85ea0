// A shell reader over this machine's own sh: the scripts of reads really run. For tests only, no host needed.
import { spawn } from "node:child_process";
import type { CheckResult, Read, ShellReader } from "../model/ports/shell.ts";
import type { Script } from "../model/step.ts";

/** What a read was asked and what the shell printed, by the read's name. */
export interface Asked {
  readonly read: string;
  readonly args: readonly string[];
  readonly output: string;
}

export interface LocalShell {
  readonly shell: ShellReader;
  /** Every command that ran, in order. */
  readonly asked: readonly Asked[];
}

export interface LocalShellOptions {
  /** The shell and its leading arguments: `["busybox", "sh"]`. Default `["/bin/sh"]`. */
  readonly argv?: readonly [string, ...string[]];
  /** The environment's PATH and more. */
  readonly env: NodeJS.ProcessEnv;
}

/** Reads of one sort that wait at the same moment run as one command, as on a real connection. */
export function localShell({ argv = ["/bin/sh"], env }: LocalShellOptions): LocalShell {
  const asked: Asked[] = [];
  const run = (script: Script): Promise<CheckResult> => runLocally(script, { argv, env });
  const shell: ShellReader = {
    ask: coalesced(async (read, args) => {
      const { stdout } = await run({ script: read.script, args });
      asked.push({ read: read.name, args, output: stdout });
      return stdout;
    }),
    check: run,
  };
  return { shell, asked };
}

/** A shell reader that answers every read from what was recorded of it, whatever was asked; `checks` are exit statuses by script. */
export function recordedShell(outputs: Readonly<Record<string, string>>, checks: Readonly<Record<string, number>> = {}): ShellReader {
  return {
    ask: coalesced(async (read) => {
      const output = outputs[read.name];
      if (output === undefined) throw new Error(`no recorded output of the read "${read.name}"`);
      return output;
    }),
    check: async ({ script }) => ({ exitStatus: checks[script] ?? 1, stdout: "", stderr: "" }),
  };
}

type Waiting = { readonly query: unknown; readonly words: readonly string[]; done(answer: unknown): void; failed(why: unknown): void };

function coalesced(run: (read: Read<unknown, unknown>, args: readonly string[]) => Promise<string>): ShellReader["ask"] {
  const waiting = new Map<Read<unknown, unknown>, Waiting[]>();
  async function flush(read: Read<unknown, unknown>): Promise<void> {
    const all = waiting.get(read) ?? [];
    waiting.delete(read);
    const once = [...new Map(all.map((one) => [JSON.stringify(one.words), one])).values()];
    try {
      const output = await run(
        read,
        once.flatMap(({ words }) => words),
      );
      const answers = read.parse(
        output,
        once.map(({ query }) => query),
      );
      const byWords = new Map(once.map(({ words }, index) => [JSON.stringify(words), answers[index]]));
      for (const one of all) one.done(byWords.get(JSON.stringify(one.words)));
    } catch (thrown) {
      for (const one of all) one.failed(thrown);
    }
  }
  return <Query, Answer>(read: Read<Query, Answer>, query: Query): Promise<Answer> => {
    const sort = read as unknown as Read<unknown, unknown>;
    if (!waiting.has(sort)) {
      waiting.set(sort, []);
      setImmediate(() => void flush(sort));
    }
    return new Promise((resolve, reject) => {
      waiting.get(sort)?.push({ query, words: read.args(query), done: (answer) => resolve(answer as Answer), failed: reject });
    });
  };
}

/** Runs a constant script with its arguments; standard input is `stdin`, or empty. */
export function runLocally(script: Script & { readonly stdin?: string }, { argv = ["/bin/sh"], env }: LocalShellOptions): Promise<CheckResult> {
  const [program, ...leading] = argv;
  const child = spawn(program, [...leading, "-c", script.script, "sh", ...script.args], { env, stdio: ["pipe", "pipe", "pipe"] });
  const [out, err]: readonly [Buffer[], Buffer[]] = [[], []];
  child.stdout.on("data", (chunk: Buffer) => out.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => err.push(chunk));
  child.stdin.on("error", () => undefined);
  child.stdin.end(script.stdin ?? "");
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (status) =>
      resolve({ exitStatus: status ?? 137, stdout: Buffer.concat(out).toString("utf8"), stderr: Buffer.concat(err).toString("utf8") }),
    );
  });
}
