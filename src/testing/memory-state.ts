// A state that forgets everything at the end of the process. For tests.
import type { JournalRecord, Made, MadeChange, Recorded, RunSummary, State } from "../model/ports/state.ts";

export interface MemoryState extends State {
  readonly records: readonly JournalRecord[];
}

export function memoryState(): MemoryState {
  const runs: RunSummary[] = [];
  const records: JournalRecord[] = [];
  const byRun: { readonly run: number; readonly record: JournalRecord }[] = [];
  const recorded = new Map<string, Recorded>();
  const made = new Map<string, Made>();
  let locked = false;
  return {
    records,
    begin: async (start) => runs.push({ ...start, run: runs.length + 1 }),
    end: async (run, { at, ...how }) => {
      const index = run - 1;
      const known = runs[index];
      if (known !== undefined) runs[index] = { ...known, ended: at, ...how };
    },
    journal: async (run, more, changes = []) => {
      records.push(...more);
      byRun.push(...more.map((record) => ({ run, record })));
      for (const change of changes) changeMade(change, made);
    },
    runs: async () => runs,
    journalOf: async (run) => byRun.filter((one) => one.run === run).map(({ record }) => ({ ...record, at: "" })),
    recorded: async (hosts) => [...recorded.values()].filter(({ host }) => hosts.includes(host)),
    record: async (entries) => {
      for (const entry of entries) recorded.set(`${entry.host}/${entry.id}`, entry);
    },
    made: async (hosts) => [...made.values()].filter(({ host }) => hosts.includes(host)),
    hosts: async () => [...new Set([...recorded.values(), ...made.values()].map(({ host }) => host))].sort(),
    forget: async (keys, options) => {
      if (options?.made === true)
        for (const [key, { host, address }] of made) if (keys.some((one) => one.host === host && address.endsWith(`/${one.id}`))) made.delete(key);
      return keys.filter(({ host, id }) => recorded.delete(`${host}/${id}`)).length;
    },
    lock: async (who) => {
      if (locked) return { lock: "refused", by: { pid: 1, who, since: "" } };
      locked = true;
      return {
        lock: "held",
        release: async () => {
          locked = false;
        },
      };
    },
    close: async () => undefined,
  };
}

function changeMade(change: MadeChange, made: Map<string, Made>): void {
  if ("put" in change) made.set(`${change.put.host}/${change.put.id}`, change.put);
  else made.delete(`${change.drop.host}/${change.drop.id}`);
}
