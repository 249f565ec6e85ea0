// A user's project in a folder of its own, and hlx run in it as a user would.
import { spawn } from "node:child_process";
import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll } from "vitest";
import type { LabHost } from "./hosts.ts";

export interface HlxRun {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running extends HlxOptions {
  readonly ended: Promise<HlxRun>;
  kill(signal: NodeJS.Signals): void;
}

interface HlxOptions {
  readonly env?: Readonly<Record<string, string>>;
}

export interface Project {
  readonly folder: string;
  write(path: string, content: string): void;
  read(path: string): string;
  /** Runs hlx in the folder, without a terminal. */
  hlx(...args: readonly string[]): Promise<HlxRun>;
  /** Starts hlx in a process group of its own. */
  start(args: readonly string[], options?: HlxOptions): Running;
}

const bin = new URL("../../bin/hlx.js", import.meta.url).pathname;
const made: string[] = [];

afterAll(() => {
  for (const folder of made) rmSync(folder, { recursive: true, force: true });
});

/** A project whose home folder trusts these hosts' keys. */
export function project(files: Readonly<Record<string, string>>, hosts: readonly LabHost[] = []): Project {
  const folder = mkdtempSync(join(tmpdir(), "hlx-project-"));
  made.push(folder);
  const write = (path: string, content: string): void => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  };
  for (const [path, content] of Object.entries(files)) write(path, content);
  mkdirSync(join(folder, ".home/.ssh"), { recursive: true, mode: 0o700 });
  for (const { knownHosts } of hosts) appendFileSync(join(folder, ".home/.ssh/known_hosts"), readFileSync(knownHosts, "utf8"));
  const start = (args: readonly string[], { env = {} }: HlxOptions = {}): Running => run(args, { folder, env });
  return { folder, write, read: (path) => readFileSync(join(folder, path), "utf8"), hlx: (...args) => start(args).ended, start };
}

/** The inventory lines of these hosts, as `NAME: { … }` under `hosts:`. */
export function hostLines(hosts: Readonly<Record<string, LabHost>>): string {
  return Object.entries(hosts)
    .map(([name, { address, port, user, keyFile }]) => `  ${name}: { address: ${address}, port: ${port}, user: ${user}, key: ${keyFile} }\n`)
    .join("");
}

function run(args: readonly string[], { folder, env }: { folder: string; env: Readonly<Record<string, string>> }): Running {
  const child = spawn(process.execPath, [bin, ...args], {
    cwd: folder,
    env: { PATH: process.env["PATH"] ?? "", HOME: join(folder, ".home"), NO_COLOR: "1", USER: "root", ...env },
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  const [out, err]: [Buffer[], Buffer[]] = [[], []];
  child.stdout.on("data", (chunk: Buffer) => out.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => err.push(chunk));
  const ended = new Promise<HlxRun>((resolve) =>
    child.on("close", (code) => resolve({ code, stdout: Buffer.concat(out).toString(), stderr: Buffer.concat(err).toString() })),
  );
  return { ended, kill: (signal) => void process.kill(-(child.pid ?? 0), signal) };
}
