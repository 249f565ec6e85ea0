// State is a place where text ends up, too: what hosts said is redacted before it is written down.
import { withTexts } from "../../lib/json.ts";
import type { JournalRecord, State } from "../../model/ports/state.ts";
import type { Redact } from "../printer.ts";

/** The same state; the words of people and hosts pass the redactor. What undo and drift start from stays as it is: it holds names and keyed hashes. Changes are there to be shown. */
export function redactingState(state: State, redact: Redact): State {
  return {
    ...state,
    begin: (start) => state.begin({ ...start, argv: start.argv.map(redact) }),
    journal: (run, records, made) =>
      state.journal(
        run,
        records.map((record) => redacted(record, redact)),
        made,
      ),
  };
}

function redacted(record: JournalRecord, redact: Redact): JournalRecord {
  if (record.record === "outcome" || record.record === "check") return record.detail === undefined ? record : { ...record, detail: redact(record.detail) };
  if (record.record === "intent") return { ...record, changes: withTexts(record.changes, redact) };
  return record.record === "started" ? { ...record, steps: record.steps.map(redact) } : record;
}
