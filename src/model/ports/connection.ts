// How a host is reached: the port behind which ssh, local and container stand.
import type { Host } from "../host.ts";
import type { Session } from "./shell.ts";

/** What connecting may need from the one who runs hlx. Every value is asked for at most once and kept in memory only. */
export interface Credentials {
  /** The password for a host's login or for sudo there; undefined when nobody gave one. */
  password(purpose: "login" | "become", host: Host): Promise<string | undefined>;
  /** The passphrase of a private key file; undefined when nobody gave one. */
  passphrase(keyFile: string): Promise<string | undefined>;
}

/** A container engine's command line client, and the environment that leads it to its daemon. */
export interface ContainerEngine {
  readonly command: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** What a connection is opened with; the same for all hosts of a run. */
export interface ConnectOptions {
  readonly credentials: Credentials;
  /** known_hosts files, first match wins; the first is the one that new keys are written to. */
  readonly knownHosts: readonly string[];
  /** Write an unknown key down instead of refusing it. A changed or revoked key is refused always. */
  readonly acceptNew: boolean;
  /** `~/.ssh/config`, or undefined to read none. */
  readonly sshConfig?: string;
  /** `SSH_AUTH_SOCK`, when there is an agent. */
  readonly agent?: string;
  readonly home: string;
  /** How this machine's containers are reached; `docker` on PATH when left out. */
  readonly containers?: ContainerEngine;
  /** From the first packet to a shell that answers, in milliseconds. */
  readonly connectTimeoutMs: number;
  /** How often ssh asks a silent host for a sign of life, in milliseconds; three without an answer and the connection is lost. Default 15,000. */
  readonly keepaliveMs?: number;
  /** Says what happens, for `-vv`: never a secret. */
  log(line: string): void;
}

/** One way of reaching hosts. `open` throws ProblemError (unreachable, trust, privilege). */
export interface Connection {
  readonly connection: string;
  open(host: Host, options: ConnectOptions): Promise<Session>;
  /** Is any key of this host written down? Left out where there are no keys. */
  knows?(host: Host, options: ConnectOptions): Promise<boolean>;
  /** Writes down keys that somebody who is trusted vouches for, in the first file of known hosts; `replacing`: instead of what is there. False when they were there. */
  learn?(host: Host, keys: readonly string[], options: ConnectOptions & { readonly replacing: boolean }): Promise<boolean>;
}
