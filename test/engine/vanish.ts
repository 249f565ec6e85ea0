// A run that vanishes or freezes at one point of its way: before or after any call of the state, the lock or the writer, and between the steps of a batch.
import type { Session, ShellWriter } from "../../src/model/ports/shell.ts";
import type { State } from "../../src/model/ports/state.ts";

export interface Points {
  /** Every point that was reached, in order: "journal 3, before". */
  readonly reached: readonly string[];
  /** Resolves once the run stands still. */
  readonly gone: Promise<string>;
  /** Goes on, as a process that was frozen. One that was killed never does. */
  thaw(): void;
  /** At the chosen point, and everywhere after it, a promise that ends when the run goes on. */
  at(place: string): Promise<void> | undefined;
  /** Standing still, the same promise: for what is no point of its own. */
  still(): Promise<void> | undefined;
}

/** Points of one run; it stands still at `chosen`, or never. */
export function pointsOf(chosen?: string): Points {
  const reached: string[] = [];
  const [gone, on] = [Promise.withResolvers<string>(), Promise.withResolvers<void>()];
  let still = false;
  return {
    reached,
    gone: gone.promise,
    still: () => (still ? on.promise : undefined),
    thaw() {
      still = false;
      on.resolve();
    },
    at(place) {
      if (still) return on.promise;
      reached.push(place);
      if (place !== chosen) return undefined;
      still = true;
      gone.resolve(place);
      return on.promise;
    },
  };
}

/** How each call that changes something can be cut short. A method that is new has to be named here: the compiler says so. */
const stateCalls: Readonly<Record<keyof State, "writes" | "reads">> = {
  begin: "writes",
  end: "writes",
  journal: "writes",
  record: "writes",
  forget: "writes",
  lock: "writes",
  runs: "reads",
  journalOf: "reads",
  recorded: "reads",
  made: "reads",
  hosts: "reads",
  close: "reads",
};
const writerCalls: Readonly<Record<keyof ShellWriter, "writes">> = { batch: "writes", long: "writes", release: "writes" };

/** The names of all calls that write. */
export const writingCalls: readonly string[] = [
  ...Object.entries(stateCalls).flatMap(([name, what]) => (what === "writes" ? [name] : [])),
  ...Object.keys(writerCalls),
];

/** The state with a point before and after each write. */
export function vanishingState(state: State, points: Points): State {
  const count = counter();
  const cut = cutter(points, count);
  return {
    ...state,
    begin: cut("begin", state.begin),
    end: cut("end", state.end),
    journal: cut("journal", state.journal),
    record: cut("record", state.record),
    forget: cut("forget", state.forget),
    lock: async (who) => {
      const lock = await cut("lock here", state.lock)(who);
      return lock.lock === "held" ? { ...lock, release: cut("release here", lock.release) } : lock;
    },
  };
}

/** The session with a point before and after locking, each step of a batch, each long step, and release. `name` is the host's. */
export function vanishingSession<Kept extends Session>(session: Kept, points: Points, name: string): Kept {
  const count = counter();
  const cut = cutter(points, count);
  const writerOf = (writer: ShellWriter): ShellWriter => ({
    batch: (steps, options) => {
      const label = `${name} batch ${count(`${name} batch`)}`;
      for (const done of steps.keys()) {
        const still = points.at(`${label}, ${done} of ${steps.length} done`);
        if (still === undefined) continue;
        void writer.batch(steps.slice(0, done), options); // what was sent goes on on the host as far as it came
        return still.then(() => writer.batch(steps.slice(done), options));
      }
      return writer.batch(steps, options).then((results) => points.at(`${label}, all done`)?.then(() => results) ?? results);
    },
    long: cut(`${name} long`, writer.long),
    release: cut(`${name} release`, writer.release),
  });
  const { shell } = session;
  return {
    ...session,
    shell: {
      ask: (read, query) => points.still()?.then(() => shell.ask(read, query)) ?? shell.ask(read, query),
      check: (script, limits) => points.still()?.then(() => shell.check(script, limits)) ?? shell.check(script, limits),
    },
    lock: async (holder, options) => {
      const answer = await cut(`${name} lock`, session.lock)(holder, options);
      return answer.lock === "held" ? { ...answer, writer: writerOf(answer.writer) } : answer;
    },
  };
}

type Call<Args extends readonly unknown[], Result> = (...args: Args) => Promise<Result>;

function cutter(points: Points, count: (what: string) => number) {
  return <Args extends readonly unknown[], Result>(what: string, call: Call<Args, Result>): Call<Args, Result> =>
    (...args) => {
      const label = `${what} ${count(what)}`;
      const begun = points.at(`${label}, before`)?.then(() => call(...args)) ?? call(...args);
      return begun.then((result) => points.at(`${label}, after`)?.then(() => result) ?? result);
    };
}

function counter(): (what: string) => number {
  const counts = new Map<string, number>();
  return (what) => {
    const next = (counts.get(what) ?? 0) + 1;
    counts.set(what, next);
    return next;
  };
}
