// Everything the engine touches that is not pure, passed in by main (or by a test).
import type { Emit } from "../model/event.ts";
import type { Facts } from "../model/facts.ts";
import type { Host, Inventory } from "../model/host.ts";
import type { AnyKind } from "../model/kind.ts";
import type { Connection, ConnectOptions } from "../model/ports/connection.ts";
import type { Endpoint } from "../model/ports/endpoint.ts";
import type { Secrets } from "../model/ports/secrets.ts";
import type { Session, ShellReader } from "../model/ports/shell.ts";
import type { State } from "../model/ports/state.ts";
import type { Assignment, Role } from "../model/role.ts";
import type { Targets } from "../plan/target.ts";

export interface World {
  readonly kinds: ReadonlyMap<string, AnyKind>;
  readonly connections: ReadonlyMap<string, Connection>;
  readonly connect: ConnectOptions;
  /** One session a host for the whole run; see makeSessions. */
  readonly sessions: Sessions;
  /** Gathers the facts of a host in one round trip. */
  facts(shell: ShellReader): Promise<Facts>;
  readonly secrets: Secrets;
  /** Opened on first use: planning without a state is possible. */
  state(): Promise<State>;
  /** The same, but undefined where nothing was ever recorded: planning makes no state. */
  knownState(): Promise<State | undefined>;
  now(): Date;
  /** Milliseconds from a clock that never jumps. */
  monotonicMs(): number;
  /** Resolves after so many milliseconds, or when the run is interrupted. */
  pause(ms: number): Promise<void>;
  /** Random bytes in hexadecimal. */
  randomHex(bytes: number): string;
  readonly emit: Emit;
  /** Aborted at the first SIGINT: start nothing new, let what runs end. */
  readonly stop: AbortSignal;
}

/** A host's session, and the APIs of that host. */
export interface HostSession extends Session {
  /** Throws ProblemError (internal) for a port without a driver. */
  endpoint(port: string): Endpoint;
}

/** The open ways to hosts: opened at the first use, shared, closed together. */
export interface Sessions {
  /** Throws ProblemError (unreachable, trust, privilege); a failure is remembered for the run. */
  of(host: Host): Promise<HostSession>;
  /** The APIs that see a host from outside; there is no shell and no lock. Connects to nothing by itself. */
  outside(host: Host): HostSession;
  /** As `of`, but a failure is not remembered: for a host that is about to answer. */
  again(host: Host): Promise<HostSession>;
  /** Closes the session of a host that is being restarted: the next use opens a new one. */
  leave(host: Host): Promise<void>;
  /** Is any key of this host written down? Yes where there are no keys to know. */
  knows(host: Host): Promise<boolean>;
  /** Writes down keys that the host's maker vouches for; false when they were there. */
  learn(host: Host, keys: readonly string[], how: { readonly replacing: boolean }): Promise<boolean>;
  /** Round trips that a host cost so far; 0 when it was never opened. */
  roundTrips(host: string): number;
  closeAll(): Promise<void>;
}

/** What is to be planned: the chosen hosts' assignments, and all others for what they require. */
export interface Work {
  readonly inventory: Inventory;
  readonly inventoryFile: string;
  readonly roles: ReadonlyMap<string, Role>;
  /** For every host of the inventory, in playbook order. */
  readonly assignments: readonly Assignment[];
  /** The hosts that `--limit` leaves, in inventory order. */
  readonly hosts: readonly string[];
  /** Leaves only some of the chosen hosts' role calls (tags); all when left out. */
  readonly only?: (assignment: Assignment) => boolean;
  /** Do what the chosen role calls require elsewhere, too, instead of only looking at it. */
  readonly withRequired: boolean;
  /** `--target` and `--exclude`: globs over addresses; none means everything. */
  readonly targets?: Targets;
  /** Plan the removal of what hlx made and nothing desires any more; `playbook` is relative to the inventory's folder. Left out: nothing is removed. */
  readonly prunes?: { readonly playbook: string };
  /** The role calls (`host/role`) that tell others of a host: its records, its reservation. A host that is made anew wants them looked at. */
  readonly tellersOf?: (host: string) => readonly string[];
  /** What roles asked for in `inputs`, by host, role (`as`) and name. */
  inputsOf(host: string, as: string): Promise<Readonly<Record<string, string>>>;
  /** Hosts at once. */
  readonly forks: number;
}
