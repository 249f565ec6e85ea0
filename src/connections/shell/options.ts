// What a session is opened with.
import { randomBytes } from "node:crypto";
import type { Host } from "../../model/host.ts";
import type { ConnectOptions } from "../../model/ports/connection.ts";

/** How to become root after login. Without a password `sudo -n` is used; as uid 0 nothing is. */
export type Become = { readonly how: "none" | "doas" } | { readonly how: "sudo" | "su"; password?(): Promise<string | undefined> };

/** The folders that hlx owns on a host, the file that marks a twin, and the shell spoken to. Absolute, and plain enough for any login shell. */
export interface Paths {
  readonly lib: string;
  readonly run: string;
  readonly twin: string;
  readonly sh: string;
}

export const hostPaths: Paths = { lib: "/var/lib/hlx", run: "/run/hlx", twin: "/etc/hlx-twin", sh: "/bin/sh" };

export interface SessionOptions {
  /** The host's name, for messages. */
  readonly host: string;
  readonly become: Become;
  /** From asking for a connection to a shell that answers, in milliseconds. */
  readonly deadlineMs: number;
  /** How long one read may take; default 60,000. */
  readonly readDeadlineMs?: number;
  /** How long one batch of writes may take; default 600,000. */
  readonly batchDeadlineMs?: number;
  /** The twin that this host must be; a host without that marker is refused. */
  readonly twin?: string;
  /** Channels at once on one connection, at least 3; default 4. */
  readonly maxChannels?: number;
  readonly paths?: Paths;
  log(line: string): void;
  /** Random bytes in hexadecimal. */
  randomHex(bytes: number): string;
}

/** The options of a host's session, as every connection opens it. */
export function sessionOptions(host: Host, options: ConnectOptions): SessionOptions {
  return {
    host: host.name,
    become: becomeOf(host, options),
    deadlineMs: options.connectTimeoutMs,
    ...(host.login.twin === undefined ? {} : { twin: host.login.twin }),
    log: (line) => options.log(line),
    randomHex: (bytes) => randomBytes(bytes).toString("hex"),
  };
}

function becomeOf(host: Host, { credentials }: ConnectOptions): Become {
  const { become, becomeWith = "sudo" } = host.login;
  if (!become) return { how: "none" };
  return becomeWith === "doas" ? { how: "doas" } : { how: becomeWith, password: () => credentials.password("become", host) };
}
