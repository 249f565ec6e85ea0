// Real hosts for lab tests: systemd as PID 1, sshd, apt; removed when the test file ends.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, inject } from "vitest";
import { admit } from "../../src/lab/admit.ts";
import { type Engine, engineTry } from "../../src/lab/engine.ts";
import { type HostSpec, knownHostsOf, removeHosts, startHost, waitForHost } from "../../src/lab/hosts.ts";
import { newKeyPair } from "../../src/lab/key-pair.ts";
import type { Ran } from "../../src/lab/run.ts";

export interface LabHost {
  readonly container: string;
  readonly address: "127.0.0.1";
  /** Leads to its sshd; stays the same over reboots and `restore`. */
  readonly port: number;
  readonly user: string;
  readonly keyFile: string;
  /** A known_hosts file with its keys, under `[127.0.0.1]:PORT` and under the container's name. */
  readonly knownHosts: string;
  /** Runs a shell command inside as root, through the engine; rejects when its status is not 0. */
  exec(command: string): Promise<string>;
  /** The same, however it ends. */
  tryExec(command: string): Promise<Ran>;
  /** Makes it anew: an empty host with the same name, port and key, but new host keys. */
  restore(): Promise<void>;
  /** Reboots it from inside; resolves when another PID 1 has come up. */
  reboot(): Promise<void>;
}

export interface LabHostOptions {
  /** Who may log in with `keyFile`; any user but root gets sudo without a password. Default root. */
  readonly user?: string;
  /** The user's password, for logins and sudo: sudo asks for it then. */
  readonly password?: string;
  readonly hostname?: string;
  /** Can run Docker inside. */
  readonly containers?: boolean;
  readonly extra?: readonly string[];
}

const { image, run, engine: found } = inject("lab");

/** The engine of this run. */
export const engine: Engine = { ...found, env: { ...process.env, ...found.env } };
/** The hosts' image. */
export const labImage = image;

// The SSH connection to twins calls `docker` in this process's environment.
Object.assign(process.env, found.env);

const folder = mkdtempSync(join(tmpdir(), "hlx-lab-"));
const keyFile = join(folder, "key");
const keys = newKeyPair();
writeFileSync(keyFile, keys.private, { mode: 0o600 });

const started: string[] = [];
let count = 0;

afterAll(async () => {
  await removeHosts(engine, started);
  rmSync(folder, { recursive: true, force: true });
});

/** A fresh host of this test file. */
export async function labHost(options: LabHostOptions = {}): Promise<LabHost> {
  const number = ++count;
  const container = `hlx-test-${run}-${process.pid}-${number}`;
  const port = await freePort();
  const knownHosts = join(folder, `known_hosts.${number}`);
  const spec: HostSpec = { ...pick(options), name: container, image, labels: { "hlx.lab.run": String(run) }, sshPort: port };
  const tryExec = (command: string) => engineTry(engine, ["exec", container, "sh", "-c", command]);
  const start = async () => {
    await startHost(engine, spec);
    const { user = "root", password } = options;
    await admit(engine, container, { user, publicKey: keys.public, ...(password === undefined ? {} : { password }) });
    writeFileSync(knownHosts, (await Promise.all([`[127.0.0.1]:${port}`, container].map((name) => knownHostsOf(engine, container, name)))).join(""));
  };
  started.push(container);
  await start();
  return {
    ...{ container, address: "127.0.0.1", port, user: options.user ?? "root", keyFile, knownHosts, tryExec },
    exec: async (command) => stdoutOf(command, await tryExec(command)),
    reboot: () => rebooted(container, tryExec),
    async restore() {
      await removeHosts(engine, [container]);
      await start();
    },
  };
}

type TryExec = LabHost["tryExec"];

// Asked at once, the old systemd still answers that it is up.
async function rebooted(container: string, tryExec: TryExec): Promise<void> {
  const began = () => tryExec("cut -d' ' -f22 /proc/1/stat");
  const before = (await began()).stdout;
  void tryExec("systemctl reboot");
  await expect.poll(() => began().then(({ status, stdout }) => status === 0 && stdout !== before), { timeout: 60_000 }).toBe(true);
  await waitForHost(engine, container);
}

/** A fresh host in which `apt-get install docker.io` gives a working engine. */
export function containerHost(options: LabHostOptions = {}): Promise<LabHost> {
  return labHost({ ...options, containers: true });
}

/** Several fresh hosts, booted four at a time. */
export async function freshHosts(n: number, options: LabHostOptions = {}): Promise<readonly LabHost[]> {
  const hosts: LabHost[] = [];
  for (let i = 0; i < n; i += 4) hosts.push(...(await Promise.all(Array.from({ length: Math.min(4, n - i) }, () => labHost(options)))));
  return hosts;
}

/** A TCP port of 127.0.0.1 that nobody uses. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}

function pick({ hostname, containers, extra }: LabHostOptions): Partial<HostSpec> {
  return {
    ...(hostname === undefined ? {} : { hostname }),
    ...(containers === undefined ? {} : { containers }),
    ...(extra === undefined ? {} : { extra }),
  };
}

function stdoutOf(command: string, ran: Ran): string {
  if (ran.status === 0) return ran.stdout;
  throw new Error(`${command}: status ${ran.status}: ${ran.stdout}${ran.stderr}`);
}
