// Hosts simulated in memory: sessions with a lock, a store of notes, and faults on demand. For tests of the engine.
import { undoRead } from "../connections/shell/undo.ts";
import type { Host } from "../model/host.ts";
import type { Connection } from "../model/ports/connection.ts";
import type { Holder, LockAnswer, Read, Session, ShellReader, ShellWriter, ShortStep, WriteOptions } from "../model/ports/shell.ts";
import { ProblemError } from "../model/problem.ts";
import type { Run, StepResult } from "../model/step.ts";
import { fillPieces } from "./pieces.ts";

/** One simulated host. Tests change `notes` by hand as somebody else would. */
export interface MemoryHost {
  readonly notes: Map<string, string>;
  /** Every script that changed something, in order: "set a=1". */
  readonly log: string[];
  /** Names whose next `set` fails, as a broken step would. */
  readonly failing: Set<string>;
  /** Setting the one note removes the other, as two roles that fight would. */
  readonly erases: Map<string, string>;
  /** Steps after so many are never answered: the connection is cut. */
  cutAfter?: number;
  down: boolean;
  /** The key that it shows; without one nothing is checked. */
  shows?: string;
  /** The keys that are written down for it here. */
  readonly trusted: Set<string>;
  holder?: Holder;
  /** The holder's process is no more, as after a kill: who comes next takes over. */
  abandoned: boolean;
  /** Counts the locks; a writer of an older one is refused. */
  epoch: number;
  usedPlans: Set<string>;
}

export function memoryHost(notes: Readonly<Record<string, string>> = {}): MemoryHost {
  return {
    notes: new Map(Object.entries(notes)),
    log: [],
    failing: new Set(),
    erases: new Map(),
    down: false,
    trusted: new Set(),
    abandoned: false,
    epoch: 0,
    usedPlans: new Set(),
  };
}

/** The connection "memory" to these hosts, by name. */
export function memoryConnection(hosts: ReadonlyMap<string, MemoryHost>): Connection {
  return {
    connection: "memory",
    open: async ({ name }: Host) => {
      const host = hosts.get(name);
      if (host === undefined || host.down) throw new ProblemError({ code: "unreachable", message: `${name}: no answer` });
      if (host.shows !== undefined && !host.trusted.has(host.shows))
        throw new ProblemError({ code: "trust", message: `${name}: its key ${host.shows} is not written down` });
      return memorySession(host);
    },
    knows: async ({ name }) => hosts.get(name)?.shows === undefined || (hosts.get(name)?.trusted.size ?? 0) > 0,
    learn: async ({ name }, keys, { replacing }) => {
      const trusted = hosts.get(name)?.trusted;
      if (replacing) trusted?.clear();
      for (const key of keys) trusted?.add(key);
      return true;
    },
  };
}

/** What undoRead prints where nothing was kept. */
const noPreImages = "folder\n";

function memorySession(host: MemoryHost): Session {
  let trips = 0;
  let queued = false;
  const trip = (): void => {
    if (!queued) trips++;
    queued = true;
    setImmediate(() => {
      queued = false;
    });
  };
  const shell: ShellReader = {
    ask: async <Query, Answer>(read: Read<Query, Answer>, query: Query) => {
      trip();
      const output = read.args(query).map((name) => host.notes.get(name) ?? "");
      const [answer] = read.parse(read.name === undoRead.name ? noPreImages : output.join("\n"), [query]);
      if (answer === undefined) throw new ProblemError({ code: "unknown", message: `no answer to ${read.name}` });
      return answer;
    },
    check: async () => ({ exitStatus: 0, stdout: "", stderr: "" }),
  };
  return {
    shell,
    lock: async (holder, options) => lockOf(host, { holder, planId: options?.planId }),
    dial: async () => {
      throw new ProblemError({ code: "missing", message: "a host in memory has no services" });
    },
    traffic: () => ({ roundTrips: trips, commands: trips, bytesUp: 0, bytesDown: 0 }),
    close: async () => undefined,
  };
}

function lockOf(host: MemoryHost, { holder, planId }: { holder: Holder; planId: string | undefined }): LockAnswer {
  const { holder: before, abandoned } = host;
  if (before !== undefined && !abandoned) return { lock: "refused", by: before, problem: { code: "locked", message: `locked by ${before.who}` } };
  if (planId !== undefined && host.usedPlans.has(planId)) return { lock: "refused", problem: { code: "stale", message: `plan ${planId} was applied already` } };
  if (planId !== undefined) host.usedPlans.add(planId);
  Object.assign(host, { holder, abandoned: false, epoch: host.epoch + 1 });
  return { lock: "held", writer: memoryWriter(host), ...(before === undefined ? {} : { tookOver: before }) };
}

function memoryWriter(host: MemoryHost): ShellWriter {
  const { epoch } = host;
  return {
    batch: async (steps, options) => (host.epoch === epoch ? runAll(steps, { host, options }) : steps.map(() => fenced)),
    long: async (step, options) => {
      if (host.epoch !== epoch) return fenced;
      return step.do === "detached" ? (runAll([{ ...step, do: "run" }], { host, options })[0] ?? { result: "skipped" }) : { result: "done", output: "" };
    },
    release: async () => {
      if (host.epoch === epoch) delete host.holder;
    },
  };
}

const fenced: StepResult = { result: "failed", output: "", exitStatus: 1, because: "another run took over this host" };

function runAll(steps: readonly ShortStep[], { host, options }: { host: MemoryHost; options: WriteOptions }): readonly StepResult[] {
  const results: StepResult[] = [];
  for (const step of steps) {
    const good = results.every(({ result }) => result === "done");
    results.push(good && step.do === "run" ? runOne(step, { host, options }) : { result: "skipped" });
  }
  return results;
}

function runOne({ args, stdin }: Run, { host, options }: { host: MemoryHost; options: WriteOptions }): StepResult {
  const [verb = "", name = ""] = args;
  if (host.cutAfter !== undefined && host.log.length >= host.cutAfter) return { result: "unknown", because: "the connection was cut" };
  if (host.failing.has(name)) return { result: "failed", output: `cannot ${verb} ${name}\n`, exitStatus: 1, because: "exit status 1" };
  if (verb === "get") return { result: "done", output: `${host.notes.get(name) ?? ""}\n` };
  const value = fillPieces(stdin ?? [], options);
  host.log.push(`${verb} ${name}${verb === "set" ? `=${value}` : ""}`);
  host.notes.delete(host.erases.get(name) ?? "");
  if (verb === "set") host.notes.set(name, value);
  else host.notes.delete(name);
  return { result: "done", output: "" };
}
