// Finds a container engine that answers, or starts a Docker daemon of the lab's own.
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ProblemError } from "../model/problem.ts";
import { type Daemon, daemonIn, startDaemon, stopDaemon } from "./daemon.ts";
import { installTools } from "./install.ts";
import { isAlive, withLock } from "./lock.ts";
import { type Ran, run } from "./run.ts";

/** A container engine that answers. */
export interface Engine {
  /** "docker" or "podman". */
  readonly command: string;
  /** What a process that calls the engine must have in its environment: the caller's own, and DOCKER_HOST where the daemon is the lab's. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The lab's own daemon; undefined when the machine's engine is used. */
  readonly own?: Daemon;
  /** Where images' builds and locks are kept; exists. */
  readonly folder: string;
}

export interface EngineOptions {
  /** The environment to run the engine's client with. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Effective user id: only root installs and starts things. */
  readonly uid: number;
  /** Whether packages may be installed on this machine. */
  readonly install: boolean;
  /** Default /var/lib/hlx-lab. */
  readonly folder?: string;
  /** A process that uses the lab's own daemon from now on, until `leaveEngine`: nobody stops it meanwhile. */
  readonly user?: number;
  say(line: string): void;
}

/** Label on everything that hlx creates in an engine; nothing without it is ever touched. */
export const ownLabel = "hlx.lab";

/** The engine that answers, else one that is started (root), else ProblemError (missing) with the reasons. */
export async function ensureEngine(options: EngineOptions): Promise<Engine> {
  const folder = options.folder ?? "/var/lib/hlx-lab";
  if (options.uid !== 0) return (await findEngine(options, folder)) ?? refuse();
  mkdirSync(folder, { recursive: true, mode: 0o711 });
  // Under the lock also where one answers: it could be about to be stopped.
  return withLock(join(folder, "engine.lock"), async () => {
    if (options.user !== undefined) enter(folder, options.user);
    return (await findEngine(options, folder)) ?? (await makeEngine(options, folder));
  });
}

/** Runs the engine's client; its stdout. Throws ProblemError (failed) with what it said. */
export async function engineRun(engine: Engine, args: readonly string[], stdin?: string): Promise<string> {
  const ran = await engineTry(engine, args, stdin);
  if (ran.status === 0) return ran.stdout;
  throw new ProblemError({ code: "failed", message: `${engine.command} ${args.slice(0, 2).join(" ")} failed: ${ran.stderr.trim().slice(-600)}` });
}

/** Runs the engine's client, however it ends. */
export function engineTry(engine: Engine, args: readonly string[], stdin?: string): Promise<Ran> {
  return run([engine.command, ...args], { env: engine.env, deadlineMs: 600_000, ...(stdin === undefined ? {} : { stdin }) });
}

/** Takes the note back and stops the lab's own daemon when nobody else uses it and no host of hlx is left in it. True when it was stopped. */
export function leaveEngine(engine: Engine, pid: number): Promise<boolean> {
  rmSync(join(engine.folder, "users", String(pid)), { force: true });
  return withLock(join(engine.folder, "engine.lock"), () => stopEngine(engine));
}

/** Stops the lab's own daemon, unless it is in use. True when it was stopped. Never touches the machine's engine. */
export async function stopEngine(engine: Engine): Promise<boolean> {
  if (engine.own === undefined || usersOf(engine).length > 0) return false;
  const left = await engineTry(engine, ["ps", "-aq", "--filter", `label=${ownLabel}`]);
  if (left.status === 0 && left.stdout.trim() !== "") return false;
  await stopDaemon(engine.own);
  return true;
}

function usersOf({ folder }: Engine): readonly string[] {
  const users = join(folder, "users");
  return existsSync(users) ? readdirSync(users).filter((pid) => isAlive(Number(pid))) : [];
}

async function findEngine({ env }: EngineOptions, folder: string): Promise<Engine | undefined> {
  const own = daemonIn(folder);
  const candidates: readonly Engine[] = [
    { command: "docker", env, folder },
    { command: "docker", env: { ...env, DOCKER_HOST: `unix://${own.socket}` }, own, folder },
    { command: "podman", env, folder },
  ];
  for (const engine of candidates) if (await answers(engine)) return engine;
  return undefined;
}

async function answers(engine: Engine): Promise<boolean> {
  const ran = await run([engine.command, "version", "--format", "{{.Server.Version}}"], { env: engine.env, deadlineMs: 20_000 });
  return ran.status === 0 && ran.stdout.trim() !== "";
}

async function makeEngine(options: EngineOptions, folder: string): Promise<Engine> {
  await installTools(options, ["dockerd", "docker", "iptables", "mmdebstrap"]);
  const started = await findEngine(options, folder);
  if (started !== undefined) return started;
  const own = daemonIn(folder);
  const engine: Engine = { command: "docker", env: { ...options.env, DOCKER_HOST: `unix://${own.socket}` }, own, folder };
  await startDaemon(own, { env: options.env, say: options.say, answers: () => answers(engine) });
  return engine;
}

function enter(folder: string, pid: number): void {
  const users = join(folder, "users");
  mkdirSync(users, { recursive: true });
  writeFileSync(join(users, String(pid)), "");
}

function refuse(): never {
  throw new ProblemError({
    code: "missing",
    message: "no container engine answers, and only root can start one",
    hint: "install and start Docker, or run it as root on Debian or Ubuntu",
  });
}
