// Shells for tests of facts: one that answers from a table, one that runs the scripts on this machine.
import { execFileSync } from "node:child_process";
import type { Read, ShellReader } from "../../src/model/ports/shell.ts";

/** Answers each read with the text under its name; `asked` counts flushes of the event loop. */
export function tableShell(outputs: Readonly<Record<string, string>>): ShellReader & { readonly flushes: () => number } {
  let [flushes, waiting] = [0, false];
  const ask = async <Query, Answer>(read: Read<Query, Answer>, query: Query): Promise<Answer> => {
    if (!waiting)
      setImmediate(() => {
        waiting = false;
        flushes++;
      });
    waiting = true;
    await new Promise((resolve) => setImmediate(resolve));
    const [answer] = read.parse(outputs[read.name.replace(/^fact /, "")] ?? "", [query]);
    return answer as Answer;
  };
  return { ask, check: () => Promise.reject(new Error("not here")), flushes: () => flushes };
}

/** Runs each script with this shell, as `argv -c script`. */
export function localShell(argv: readonly [string, ...string[]], env: NodeJS.ProcessEnv = {}): ShellReader {
  const [program, ...words] = argv;
  return {
    ask: async (read, query) => {
      const output = run(program, [...words, "-c", read.script, "sh", ...read.args(query)], env);
      const [answer] = read.parse(output, [query]);
      if (answer === undefined) throw new Error("no answer");
      return answer;
    },
    check: () => Promise.reject(new Error("not here")),
  };
}

function run(program: string, args: readonly string[], env: NodeJS.ProcessEnv): string {
  try {
    return execFileSync(program, args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"], env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", ...env } });
  } catch (thrown) {
    return String((thrown as { stdout?: string }).stdout ?? "");
  }
}
