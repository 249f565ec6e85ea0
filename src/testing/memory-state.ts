// A state that forgets everything at the end of the process. For tests.
import type { JournalRecord, Recorded, RunSummary, State } from "../model/ports/state.ts";

export interface MemoryState extends State {
  readonly records: readonly JournalRecord[];
}

export function memoryState(): MemoryState {
  const runs: RunSummary[] = [];
  const records: JournalRecord[] = [];
  const recorded = new Map<string, Recorded>();
  let locked = false;
  return {
    records,
    begin: async (start) => runs.push({ ...start, run: runs.length + 1 }),
    end: async (run, { at, exitCode, counts }) => {
      const index = run - 1;
      const known = runs[index];
      if (known !== undefined) runs[index] = { ...known, ended: at, exitCode, counts };
    },
    journal: async (_run, more) => void records.push(...more),
    runs: async () => runs,
    journalOf: async () => records.map((record) => ({ ...record, at: "" })),
    recorded: async (hosts) => [...recorded.values()].filter(({ host }) => hosts.includes(host)),
    record: async (entries) => {
      for (const entry of entries) recorded.set(`${entry.host}/${entry.id}`, entry);
    },
    forget: async (keys) => keys.filter(({ host, id }) => recorded.delete(`${host}/${id}`)).length,
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
