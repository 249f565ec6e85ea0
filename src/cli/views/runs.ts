// Runs of the past: the list, and one of them with what became of each resource.
import { isRecord, type Json } from "../../lib/json.ts";
import type { Change } from "../../model/kind.ts";
import type { JournalRecord, RunSummary } from "../../model/ports/state.ts";
import { changeLines, changeWords } from "./change.ts";
import { visible } from "./escape.ts";
import { columns, counted, cut, duration } from "./layout.ts";
import type { Screen } from "./paint.ts";

type Written = JournalRecord & { readonly at: string };

/** `hlx history`: newest last. */
export function historyLines(runs: readonly RunSummary[]): readonly string[] {
  if (runs.length === 0) return ["No runs yet."];
  return columns([["RUN", "WHEN", "TOOK", "WHO", "FROM", "COMMIT", "EXIT", "DID", "COMMAND"], ...runs.map(runRow)]);
}

/** `hlx show RUN`. With `diff`, what changed in full beneath each resource. */
export function runLines(
  summary: RunSummary,
  journal: readonly Written[],
  { paint, diff }: Pick<Screen, "paint"> & { readonly diff: boolean },
): readonly string[] {
  const begun = new Map(journal.flatMap((record) => (record.record === "intent" ? [[record.address, record] as const] : [])));
  const rows = journal.flatMap((record) => endingRow(record, begun));
  const widths = [0, 1].map((column) => Math.max(0, ...rows.map(({ cells }) => cells[column]?.length ?? 0)));
  const lines = rows.flatMap(({ cells, intent }) => {
    const [what = "", address = "", said = ""] = cells;
    const line = `  ${what.padEnd(widths[0] ?? 0)}  ${address.padEnd(Math.min(60, widths[1] ?? 0))}  ${said}`.trimEnd();
    const fresh = intent?.before === null;
    return [line, ...(diff && intent !== undefined ? changeLines(changesIn(intent.changes), { paint, fresh }).map((one) => `        ${one}`) : [])];
  });
  return [...headLines(summary), ...lines, lines.length === 0 ? "Nothing was changed." : countsOf(summary)].filter((line) => line !== "");
}

function headLines({ run, who, where, at, ended, exitCode, argv, command, gitCommit, undoes, roundTrips }: RunSummary): readonly string[] {
  const facts = [
    ...(gitCommit === undefined ? [] : [`commit ${visible(gitCommit).replace(/\+$/, " with changes that were not committed")}`]),
    ...(undoes === undefined ? [] : [`takes back run ${undoes}`]),
    ...(roundTrips === undefined ? [] : [`${counted(roundTrips, "round trip")} at most on a host`]),
  ];
  return [
    `Run ${run}: hlx ${visible((argv.length > 0 ? argv : [command]).join(" "))}`,
    `by ${visible(who)} at ${visible(where)}, ${at}${ended === undefined ? "; it never ended" : ` to ${ended} (${tookOf({ at, ended })}), exit ${exitCode ?? "?"}`}`,
    facts.join(", "),
  ];
}

type Intent = Extract<JournalRecord, { record: "intent" }>;

interface EndingRow {
  readonly cells: readonly string[];
  readonly intent?: Intent | undefined;
}

function endingRow(record: Written, begun: ReadonlyMap<string, Intent>): readonly EndingRow[] {
  if (record.record === "check") {
    const said = [record.check, record.detail].filter((word) => word !== undefined).join(": ");
    return [{ cells: [record.good ? "good" : "not good", visible(record.address), visible(said)] }];
  }
  if (record.record !== "outcome") return [];
  const intent = begun.get(record.address);
  const words = intent === undefined ? "" : changeWords(changesIn(intent.changes), intent.before === null);
  return [{ cells: [record.outcome, visible(record.address), record.detail === undefined ? cut(words, 120) : visible(record.detail)], intent }];
}

// A run of an older hlx has no values in its journal.
function changesIn(changes: Json): readonly Change[] {
  return Array.isArray(changes) ? (changes as readonly unknown[]).filter((one): one is Change => isRecord(one) && "before" in one && "after" in one) : [];
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
  const { run, at, who, where, gitCommit = "", exitCode, argv, command } = summary;
  const when = at.replace("T", " ").replace(/:\d\d(\.\d+)?Z$/, "");
  const words = visible((argv.length > 0 ? argv : [command]).join(" "));
  return [
    String(run),
    when,
    tookOf(summary),
    visible(who),
    visible(where),
    visible(gitCommit.replace(/^(.{8}).*?(\+?)$/, "$1$2")),
    String(exitCode ?? "-"),
    countsOf(summary),
    words,
  ];
}

function tookOf({ at, ended }: Pick<RunSummary, "at" | "ended">): string {
  return ended === undefined ? "" : duration(Math.max(0, Date.parse(ended) - Date.parse(at)));
}

function countsOf({ counts }: RunSummary): string {
  return Object.entries(counts ?? {})
    .filter(([, count]) => count > 0)
    .map(([name, count]) => `${count} ${visible(name)}`)
    .join(", ");
}
