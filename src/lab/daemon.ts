// A Docker daemon of the lab's own, with paths of its own, for machines where nothing starts one.
import { spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { ProblemError } from "../model/problem.ts";
import { isAlive } from "./lock.ts";
import { run } from "./run.ts";

export interface Daemon {
  readonly socket: string;
  readonly pidFile: string;
  readonly log: string;
  readonly dataRoot: string;
  readonly execRoot: string;
}

export interface Starting {
  readonly env: Readonly<Record<string, string | undefined>>;
  say(line: string): void;
  answers(): Promise<boolean>;
}

/** The daemon's paths under the lab's folder. */
export function daemonIn(folder: string): Daemon {
  const at = (name: string) => join(folder, name);
  return { socket: at("docker.sock"), pidFile: at("docker.pid"), log: at("dockerd.log"), dataRoot: at("docker"), execRoot: at("exec") };
}

/** Starts it in the background and waits until it answers; a second time without iptables where the first start fails. Throws ProblemError with the end of its log. */
export async function startDaemon(daemon: Daemon, starting: Starting): Promise<void> {
  await raiseWatchLimit(starting.say);
  starting.say(`starting a Docker daemon of the lab's own (log: ${daemon.log})`);
  if (await tryStart(daemon, starting, [])) return;
  starting.say("it did not start; trying without iptables (hosts will have no way out)");
  if (await tryStart(daemon, starting, ["--iptables=false", "--ip6tables=false"])) return;
  throw new ProblemError({
    code: "missing",
    message: `the lab's Docker daemon does not start: ${lastLines(daemon.log)}`,
    hint: `its log is ${daemon.log}; it needs root, cgroups and mounts`,
  });
}

/** Ends it and waits until it is gone (at most 30 s). */
export async function stopDaemon({ pidFile }: Daemon): Promise<void> {
  const pid = pidIn(pidFile);
  if (pid === undefined) return;
  process.kill(pid, "SIGTERM");
  for (let waited = 0; waited < 30_000 && isAlive(pid); waited += 100) await sleep(100);
}

/** Every systemd takes inotify instances: with the kernel's default of 128, a second host may exit without a word. */
async function raiseWatchLimit(say: (line: string) => void): Promise<void> {
  const ran = await run(["sysctl", "-qw", "fs.inotify.max_user_instances=1024"]);
  if (ran.status !== 0) say("fs.inotify.max_user_instances could not be raised: several hosts at once may not boot");
}

async function tryStart(daemon: Daemon, { env, answers }: Starting, more: readonly string[]): Promise<boolean> {
  mkdirSync(daemon.dataRoot, { recursive: true, mode: 0o711 });
  if (pidIn(daemon.pidFile) === undefined) rmSync(daemon.pidFile, { force: true });
  const log = openSync(daemon.log, "a");
  const args = ["--host", `unix://${daemon.socket}`, "--data-root", daemon.dataRoot, "--exec-root", daemon.execRoot, "--pidfile", daemon.pidFile, ...more];
  const child = spawn("dockerd", args, { detached: true, stdio: ["ignore", log, log], env: { ...env } });
  closeSync(log);
  let ended = false;
  child.once("error", () => (ended = true));
  child.once("exit", () => (ended = true));
  child.unref();
  for (let waited = 0; waited < 60_000 && !ended; waited += 200) {
    if (await answers()) return true;
    await sleep(200);
  }
  child.kill("SIGTERM");
  return false;
}

function pidIn(pidFile: string): number | undefined {
  const pid = Number(readOr(pidFile));
  return Number.isInteger(pid) && pid > 0 && isAlive(pid) ? pid : undefined;
}

function lastLines(file: string): string {
  return readOr(file).trim().split("\n").slice(-5).join(" | ");
}

function readOr(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
