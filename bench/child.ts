// Runs one command to its end and measures it: wall time from its start, and what it and its children used.
import { spawn } from "node:child_process";

export interface Command {
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

export interface Measured {
  readonly status: number;
  readonly output: string;
  readonly wallS: number;
  /** User and system time of the process and of all children that it waited for; ssh masters that went to the background are not in it. */
  readonly cpuS: number;
  /** The largest resident set of any one of these processes. */
  readonly rssMiB: number;
}

// wait4(2) is the only way to a child's usage, and Node has none.
const wrapper = `import json, os, subprocess, sys, time
since = time.perf_counter()
child = subprocess.Popen(sys.argv[1:], close_fds=True)
_, status, used = os.wait4(child.pid, 0)
wall = time.perf_counter() - since
os.write(3, json.dumps([os.waitstatus_to_exitcode(status), wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024]).encode())`;

/** Never rejects for how the command ends: that is in `status`. Needs python3. */
export async function measure({ argv, cwd, env }: Command): Promise<Measured> {
  const child = spawn("python3", ["-c", wrapper, ...argv], {
    cwd,
    env: { PATH: process.env["PATH"] ?? "", LANG: "C.UTF-8", ...env },
    stdio: ["ignore", "pipe", "pipe", "pipe"],
  });
  const [out, err, usage] = [child.stdout, child.stderr, child.stdio[3]].map(collect);
  await new Promise((resolve, reject) => child.once("error", reject).once("close", resolve));
  const output = `${text(out)}${text(err)}`;
  if (text(usage) === "") throw new Error(`measuring ${argv.join(" ")}: ${output}`);
  const [status, wallS, cpuS, rssMiB] = JSON.parse(text(usage)) as [number, number, number, number];
  return { status, output, wallS, cpuS, rssMiB };
}

function collect(stream: unknown): Buffer[] {
  const chunks: Buffer[] = [];
  if (stream instanceof Object && "on" in stream) (stream as NodeJS.ReadableStream).on("data", (chunk: Buffer) => chunks.push(chunk));
  return chunks;
}

function text(chunks: readonly Buffer[] = []): string {
  return Buffer.concat(chunks).toString("utf8");
}
