// Runs of the past: the list, and one of them with what became of each resource.
import type { JournalRecord, RunSummary } from "../../model/ports/state.ts";
import { visible } from "./escape.ts";
import { columns } from "./layout.ts";

type Written = JournalRecord & { readonly at: string };

/** `hlx history`: newest last. */
export function historyLines(runs: readonly RunSummary[]): readonly string[] {
  if (runs.length === 0) return ["No runs yet."];
  return columns([["RUN", "WHEN", "WHO", "EXIT", "DID", "COMMAND"], ...runs.map(runRow)]);
}

/** `hlx show RUN`. */
export function runLines(summary: RunSummary, journal: readonly Written[]): readonly string[] {
  const { run, who, where, at, ended, exitCode, argv, command } = summary;
  const outcomes = journal.flatMap(endingRow);
  return [
    `Run ${run}: hlx ${visible((argv.length > 0 ? argv : [command]).join(" "))}`,
    `by ${visible(who)} at ${visible(where)}, ${at}${ended === undefined ? "; it never ended" : ` to ${ended}, exit ${exitCode ?? "?"}`}`,
    ...columns(outcomes, 80),
    `${outcomes.length === 0 ? "Nothing was changed." : countsOf(summary)}`,
  ].filter((line) => line !== "");
}

function endingRow(record: Written): readonly (readonly string[])[] {
  switch (record.record) {
    case "outcome":
      return [[`  ${record.outcome}`, visible(record.address), visible(record.detail ?? "")]];
    case "check":
      return [[`  ${record.good ? "good" : "not good"}`, visible(record.address), visible([record.check, record.detail].filter(Boolean).join(": "))]];
    default:
      return [];
  }
}

/** `hlx history --json`. */
export function historyDocument(runs: readonly RunSummary[]): unknown {
  return { format: 1, document: "history", runs };
}

/** `hlx show RUN --json`. */
export function runDocument(summary: RunSummary, journal: readonly Written[]): unknown {
  return { format: 1, document: "run", ...summary, journal };
}

function runRow(summary: RunSummary): readonly string[] {
  const { run, at, who, exitCode, argv, command } = summary;
  const when = at.replace("T", " ").replace(/:\d\d(\.\d+)?Z$/, "");
  return [String(run), when, visible(who), String(exitCode ?? "-"), countsOf(summary), visible((argv.length > 0 ? argv : [command]).join(" "))];
}

function countsOf({ counts }: RunSummary): string {
  return Object.entries(counts ?? {})
    .filter(([, count]) => count > 0)
    .map(([name, count]) => `${count} ${visible(name)}`)
    .join(", ");
}
