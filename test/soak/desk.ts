// A clone of the project on this machine, and hlx run in it as a user would.
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { appendFileSync, mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { Readable } from "node:stream";
import { main } from "../../src/cli/main.ts";

export interface HlxRun {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly tookMs: number;
}

export interface Running {
  readonly ended: Promise<HlxRun>;
  /** To the whole process group. */
  kill(signal: NodeJS.Signals): void;
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** At a terminal; in this very process only. */
  readonly typed?: string;
  /** A program with its words that runs hlx in its own place; in a process of its own only. */
  readonly within?: readonly string[];
}

export interface Desk {
  readonly folder: string;
  write(path: string, content: string): void;
  /** Runs hlx in the folder, without a terminal. */
  hlx(...args: readonly string[]): Promise<HlxRun>;
  /** Starts hlx in a process group of its own. */
  start(args: readonly string[], options?: RunOptions): Running;
}

/** Runs hlx in this very process: a tenth of the price, where nothing is to be killed. */
export async function inside(desk: Desk, args: readonly string[], { env = {}, typed }: RunOptions = {}): Promise<HlxRun> {
  const since = performance.now();
  const said = { stdout: "", stderr: "" };
  const code = await main(args, {
    out: { write: (text) => (said.stdout += text) },
    err: { write: (text) => (said.stderr += text) },
    in: typed === undefined ? Readable.from([]) : Object.assign(Readable.from([typed]), { isTTY: true }),
    env: { PATH: process.env["PATH"], HOME: join(desk.folder, ".home"), NO_COLOR: "1", ...env },
    cwd: desk.folder,
    home: join(desk.folder, ".home"),
    user: "root",
    hostname: hostname(),
    pid: process.pid,
    now: () => new Date(),
    monotonicMs: () => performance.now(),
    randomHex: (bytes) => randomBytes(bytes).toString("hex"),
    stop: new AbortController().signal,
  });
  return { code, ...said, tookMs: performance.now() - since };
}

const bin = new URL("../../bin/hlx.js", import.meta.url).pathname;

/** A project in a new folder, whose home folder trusts these keys. */
export function newDesk(files: Readonly<Record<string, string>>, knownHosts: readonly string[]): Desk {
  const folder = mkdtempSync(join(tmpdir(), "hlx-project-"));
  const write = (path: string, content: string): void => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  };
  for (const [path, content] of Object.entries(files)) write(path, content);
  mkdirSync(join(folder, ".home/.ssh"), { recursive: true, mode: 0o700 });
  for (const lines of knownHosts) appendFileSync(join(folder, ".home/.ssh/known_hosts"), lines);
  const start = (args: readonly string[], { env = {}, within = [] }: RunOptions = {}): Running => run(args, { folder, env, within });
  return { folder, write, hlx: (...args) => start(args).ended, start };
}

function run(args: readonly string[], { folder, env, within }: Required<Pick<RunOptions, "env" | "within">> & { readonly folder: string }): Running {
  const since = performance.now();
  const [program = "", ...words] = [...within, process.execPath, bin, ...args];
  const child = spawn(program, words, {
    cwd: folder,
    env: { PATH: process.env["PATH"] ?? "", HOME: join(folder, ".home"), NO_COLOR: "1", USER: "root", ...env },
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  const [out, err]: [Buffer[], Buffer[]] = [[], []];
  child.stdout.on("data", (chunk: Buffer) => out.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => err.push(chunk));
  const ended = new Promise<HlxRun>((resolve) =>
    child.on("close", (code) =>
      resolve({ code, stdout: Buffer.concat(out).toString(), stderr: Buffer.concat(err).toString(), tookMs: performance.now() - since }),
    ),
  );
  const kill = (signal: NodeJS.Signals): void => {
    try {
      process.kill(-(child.pid ?? 0), signal);
    } catch {
      // it has ended already
    }
  };
  return { ended, kill };
}
