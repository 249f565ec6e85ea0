// What the double of Proxmox holds, and what its parts share.
import { randomBytes } from "node:crypto";
import type { Access } from "./access.ts";
import type { Room } from "./room.ts";
import type { Held } from "./storage.ts";

export interface DoubleGuest {
  node: string;
  config: Record<string, string>;
  running: boolean;
  /** When it was started, in milliseconds since 1970; long ago where it is left out. */
  since?: number;
  pending: Record<string, string>;
  pool?: string;
  snapshots?: Map<string, { readonly config: Record<string, string>; readonly at: number; readonly description: string }>;
  /** A virtual machine where it is left out. */
  type?: "lxc";
}

export interface Double extends Access {
  readonly port: number;
  readonly fingerprint: string;
  readonly ca: string;
  readonly guests: Map<number, DoubleGuest>;
  /** "POST /nodes/pve1/qemu" with its parameters, in order; reads are left out. */
  readonly writes: string[];
  reads: number;
  /** Storages whose disks can be cloned linked and snapshotted. */
  readonly linked: Set<string>;
  /** Templates that guests are linked to: they are not destroyed. */
  readonly linkedTo: Set<number>;
  readonly bridges: Set<string>;
  readonly pools: Set<string>;
  readonly held: Held;
  /** What the agents of guests show, by path; one that is not here has no agent that answers. `silent`: so many questions go unanswered first. */
  readonly agents: Map<number, { silent: number; readonly files: Readonly<Record<string, string>>; readonly interfaces?: readonly object[] }>;
  /** Guests in the care of HA, with its settings of them. */
  readonly ha: Map<number, Record<string, string>>;
  /** What the nodes have, the same for each: cores, MiB, and GiB of its storages. */
  room: Room;
  /** The next so many clones fail with a lock's timeout. */
  busy: number;
  /** Tasks take so long, in milliseconds; a clone that is being made is locked meanwhile. */
  taskMs: number;
  /** What ends a task that takes so long; a timer. */
  later: (end: () => void, ms: number) => void;
  /** The next so many clones' tasks wait for a storage's lock in vain. */
  lockedTasks: number;
  /** How many tasks ran at once at the most. */
  mostTasks: number;
  /** Answers to writes are dropped after they were done: the connection breaks. */
  dropAnswers: boolean;
  /** The token sees nothing: a token with privilege separation and no ACL. */
  blind: boolean;
  /** Called when a guest starts and when it stops. */
  onPower: (id: number, running: boolean) => void;
  /** Called when a guest was destroyed. */
  onGone: (id: number) => void;
  /** Called when a write was done, before it is answered; the task that it started may still run. */
  onWrite: (call: Call) => void;
  /** Called when a guest goes back to a snapshot. */
  onRollback: (id: number, name: string) => void;
  /** Serves one more node, at this address of the machine. */
  join(name: string, ip: string): Promise<void>;
  /** The first node falls silent: its connections break, and none is taken any more. */
  silence(): void;
  /** The first node shows another certificate from now on. */
  show(certificate: { readonly key: string; readonly cert: string }): void;
  stop(): void;
}

export type Reply = {
  readonly status?: number;
  readonly reason?: string;
  readonly data?: unknown;
  readonly message?: string;
  readonly errors?: Record<string, string>;
};

export interface Call {
  readonly method: string;
  readonly path: string;
  readonly params: Record<string, string>;
  /** Parameters that came more than once, or once. */
  readonly lists: Record<string, readonly string[]>;
  /** The file of an upload. */
  readonly file?: { readonly name: string; readonly size: number; readonly sha256: string };
}

export interface Task {
  readonly type: string;
  readonly node: string;
  exit: string | undefined;
  readonly log: readonly string[];
}

/** What is not of the server itself. */
export type State = Omit<Double, "port" | "fingerprint" | "ca" | "stop" | "join" | "silence" | "show">;

export interface On {
  readonly double: State;
  readonly nodes: readonly string[];
  readonly tasks: Map<string, Task>;
}

export interface At {
  readonly on: On;
  readonly node: string;
  readonly rest: string;
}

export interface AtGuest extends At {
  readonly id: number;
  readonly part: string;
  readonly type: "qemu" | "lxc";
}

export function refuse(message: string): Reply {
  return { status: 500, message };
}

export function refuseParameter(name: string, text: string): Reply {
  return { status: 400, message: "Parameter verification failed.", errors: { [name]: `${text}\n` } };
}

interface Tasked {
  readonly exit?: string;
  /** Done when the task ends. */
  finish?(): void;
}

/** A call that changes something answers at once; how it ended is in the task. */
export function task(
  type: string,
  { on, node, id }: { readonly on: On; readonly node: string; readonly id: number | string },
  { exit = "OK", finish }: Tasked = {},
): Reply {
  const upid = `UPID:${node}:${randomBytes(4).toString("hex").toUpperCase()}:00A1B2C3:6740A1B2:${type}:${id}:hlx@pve!test:`;
  const made: Task = { type, node, exit: undefined, log: [`${type} ${id}`, exit === "OK" ? "TASK OK" : `TASK ERROR: ${exit}`] };
  const end = (): void => {
    finish?.();
    made.exit = exit;
  };
  if (on.double.taskMs === 0) end();
  else on.double.later(end, on.double.taskMs);
  on.tasks.set(upid, made);
  on.double.mostTasks = Math.max(on.double.mostTasks, [...on.tasks.values()].filter((one) => one.exit === undefined).length);
  return { data: upid };
}
