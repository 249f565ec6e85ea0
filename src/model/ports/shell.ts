// What may be asked of a host that has a POSIX shell: reads that travel together, and writes behind a lock.
import type { Duplex } from "node:stream";
import type { Problem } from "../problem.ts";
import type { Detached, Guarded, Reboot, Run, Script, StepResult, Wait, Write } from "../step.ts";
import type { Leaf, SecretRef } from "../text.ts";

/**
 * One sort of read: all queries of the same sort that wait at the same moment are one command on the host.
 * Define it once, as a constant: sorts are told apart by `name`, equal queries are asked once.
 */
export interface Read<Query, Answer> {
  readonly name: string;
  /** A constant script. It gets the arguments of all queries as `"$@"`, standard input is /dev/null. Exit status is not looked at. */
  readonly script: string;
  /** The words of one query: the same number for every query of this sort. */
  args(query: Query): readonly string[];
  /** One answer for each query, in their order. Output is hostile data. Throw to say "cannot be read": every asker gets it as a problem. */
  parse(output: string, queries: readonly Query[]): readonly Answer[];
}

/** What an unbounded command gave back; each stream cut at 64 KiB. */
export interface CheckResult {
  readonly exitStatus: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Reading a host as root. Throws ProblemError (unreachable, privilege, unknown) when it cannot look. */
export interface ShellReader {
  ask<Query, Answer>(read: Read<Query, Answer>, query: Query): Promise<Answer>;
  /** Something whose run time nobody knows (a user's `unless`): on a channel of its own, its process group killed at the deadline. */
  check(script: Script, options: { readonly deadlineMs: number }): Promise<CheckResult>;
}

/** Who holds the right to change a host. */
export interface Holder {
  readonly run: string;
  readonly who: string;
  readonly where: string;
  readonly pid: number;
  /** ISO 8601, UTC, by the holder's clock: shown, never compared. */
  readonly since: string;
}

export type ShortStep = Write | Run | Guarded;

export interface WriteOptions {
  /** Fills in one secret or one value known later; throws ProblemError when it cannot. */
  reveal(piece: Leaf): string;
  /** Lines the host prints while a long step runs: unescaped data. */
  onOutput?(line: string): void;
}

/**
 * Changing a host. Every request first checks on the host that this lock's epoch is still the newest, and is refused otherwise.
 * What a step replaces is kept under /var/lib/hlx/undo/RUN before it is touched.
 */
export interface ShellWriter {
  /** One request that stops at the first failure: later steps are "skipped". It is on its way when this returns, so reads and checks asked now see what it did. */
  batch(steps: readonly ShortStep[], options: WriteOptions): Promise<readonly StepResult[]>;
  /** Runs detached on the host and follows; survives a cut connection by attaching again. */
  long(step: Detached | Wait | Reboot, options: WriteOptions): Promise<StepResult>;
  /** Gives the lock back. Never throws. */
  release(): Promise<void>;
}

export type LockAnswer =
  | { readonly lock: "held"; readonly writer: ShellWriter /** A dead or expired holder that was taken over from. */; readonly tookOver?: Holder }
  | { readonly lock: "refused"; readonly problem: Problem; readonly by?: Holder };

/** Where a byte stream ends, on the host: a TCP port of its own loopback, or a Unix socket. */
export type DialTarget =
  | { readonly port: number }
  /** `relay`: an argv on the host that joins its standard input and output to the socket, run as root where the login may not open it. */
  | { readonly socket: string; readonly relay: readonly string[] };

export interface LockOptions {
  /** Consumed on the host with the lock: a second use is refused. */
  readonly planId?: string;
  /** The holder is gone, but what it had begun there still runs: asked now and again whether to wait for its end. Nobody to ask means no. */
  waiting?(by: Holder | undefined): "wait" | "give up";
}

/** What a session cost so far: a round trip is one flush that waited for its answer. */
export interface Traffic {
  readonly roundTrips: number;
  readonly commands: number;
  readonly bytesUp: number;
  readonly bytesDown: number;
}

/** One open way to a host. */
export interface Session {
  readonly shell: ShellReader;
  /** Takes the host's lock (on the host itself); the only way to get a writer. */
  lock(holder: Holder, options?: LockOptions): Promise<LockAnswer>;
  /** A byte stream to a service of the host, over the connection that is open: forwarded, or relayed where the host forwards nothing. Throws ProblemError (missing, unreachable). */
  dial(to: DialTarget): Promise<Duplex>;
  traffic(): Traffic;
  close(): Promise<void>;
}

/** Resolves one secret by name; throws ProblemError when there is none. */
export type RevealSecret = (ref: SecretRef) => string;
