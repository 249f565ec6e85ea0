// A real sshd on a free port of 127.0.0.1, in a folder of its own; needs root and openssh-server.
import { execFileSync, spawn } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface Sshd {
  readonly port: number;
  readonly folder: string;
  /** known_hosts lines for 127.0.0.1 at this port, one of each type. */
  readonly lines: readonly string[];
  log(): string;
  stop(): void;
}

export interface SshdOptions {
  readonly authorized: readonly string[];
  readonly config?: readonly string[];
  readonly types?: readonly string[];
}

export function folder(): string {
  const path = mkdtempSync(join(tmpdir(), "hlx-ssh-"));
  chmodSync(path, 0o700);
  return path;
}

/** A key pair in the folder; returns the private key's path. */
export function keygen(path: string, options: { readonly type?: string; readonly passphrase?: string; readonly comment?: string } = {}): string {
  const { type = "ed25519", passphrase = "", comment = "test@hlx" } = options;
  execFileSync("ssh-keygen", ["-q", "-t", type, "-N", passphrase, "-C", comment, "-f", path]);
  return path;
}

export function publicKey(privateKey: string): string {
  return readFileSync(`${privateKey}.pub`, "utf8").trim();
}

/** Starts sshd; throws where it is not installed: without it nothing here is tested. */
export async function startSshd({ authorized, config = [], types = ["ed25519", "ecdsa", "rsa"] }: SshdOptions): Promise<Sshd> {
  if (!existsSync("/usr/sbin/sshd")) throw new Error("these tests need /usr/sbin/sshd: apt-get install -y openssh-server");
  mkdirSync("/run/sshd", { recursive: true, mode: 0o755 });
  const home = folder();
  const port = await freePort();
  const keys = types.map((type) => keygen(join(home, `host_${type}`), { type }));
  writeFileSync(join(home, "authorized_keys"), `${authorized.join("\n")}\n`, { mode: 0o600 });
  const lines = [
    `Port ${port}`,
    "ListenAddress 127.0.0.1",
    ...keys.map((key) => `HostKey ${key}`),
    `AuthorizedKeysFile ${join(home, "authorized_keys")}`,
    `PidFile ${join(home, "pid")}`,
    "PermitRootLogin yes",
    "UsePAM no",
    "StrictModes no",
    "PasswordAuthentication no",
    "MaxStartups 100",
    "LogLevel VERBOSE",
    ...config,
  ];
  writeFileSync(join(home, "sshd_config"), `${lines.join("\n")}\n`);
  const child = spawn("/usr/sbin/sshd", ["-D", "-e", "-f", join(home, "sshd_config")], { stdio: ["ignore", "ignore", "pipe"] });
  let log = "";
  child.stderr.on("data", (chunk: Buffer) => {
    log += chunk.toString();
  });
  await answering(port, () => log);
  return {
    port,
    folder: home,
    lines: keys.map((key) => `[127.0.0.1]:${port} ${publicKey(key).split(" ").slice(0, 2).join(" ")}`),
    log: () => log,
    stop() {
      child.kill();
      rmSync(home, { recursive: true, force: true });
    },
  };
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}

async function answering(port: number, log: () => string): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const up = await new Promise<boolean>((resolve) => {
      const socket = connect(port, "127.0.0.1", () => {
        socket.destroy();
        resolve(true);
      });
      socket.on("error", () => resolve(false));
    });
    if (up) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`sshd did not start: ${log()}`);
}
