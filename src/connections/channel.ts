// What stands between a way of reaching a host and the shell spoken over it.
import type { Duplex, Readable, Writable } from "node:stream";
import type { Problem } from "../model/problem.ts";

/** One running command on the host, with its three streams. No pty, ever. */
export interface Channel {
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** Resolves when the command ended; `status` is null when it was killed or the connection was lost. Never rejects. */
  readonly ended: Promise<{ readonly status: number | null; readonly because?: string }>;
  /** Closes the channel at once; the command may live on. */
  close(): void;
}

/** One way into a host: an SSH connection, a container, this machine. */
export interface Transport {
  /** The login user, when the transport knows it. */
  readonly user: string;
  /** Starts a command line (text for the login user's shell, made by the caller with lib/quote). Throws ProblemError when no channel can be opened. */
  exec(command: string): Promise<Channel>;
  /** Opens a byte stream to a port of the host's loopback or to a Unix socket there, as the login user; undefined when the host does not let it. Left out where the transport cannot. */
  forward?(to: { readonly port: number } | { readonly socket: string }): Promise<Duplex | undefined>;
  /** Resolves with the reason when the connection is lost; stays pending as long as it lives. */
  readonly lost: Promise<Problem>;
  close(): Promise<void>;
}
