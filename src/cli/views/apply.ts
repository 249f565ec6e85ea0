// An apply on the terminal: one line an outcome, failures in full, a recap by host, and what to do next.
import type { Checked } from "../../model/check.ts";
import type { Event, Outcome, RunResult } from "../../model/event.ts";
import type { Plan } from "../../model/plan.ts";
import type { Problem } from "../../model/problem.ts";
import { changeWords } from "./change.ts";
import { visible, visibleLines } from "./escape.ts";
import { columns, cut, duration, padded } from "./layout.ts";
import type { Screen } from "./paint.ts";

export type Ended = Extract<Event, { event: "ended" }>;

const signs = { ok: " ", changed: "✔", failed: "✖", skipped: "-", unknown: "?" } as const;
const colors = { ok: "dim", changed: "green", failed: "red", skipped: "dim", unknown: "red" } as const;

/** The lines of one outcome: ` ✔ web1  file:/etc/motd   content +1 -1   0.2 s`, and what went wrong beneath. */
export function endedLines({ entry, outcome, tookMs, host }: Ended, { paint, width }: Screen): readonly string[] {
  const sign = paint(colors[outcome.outcome], signs[outcome.outcome]);
  const took = outcome.outcome === "skipped" ? "" : `   ${duration(tookMs)}`;
  const start = ` ${sign} ${padded(visible(host), 10)}  ${padded(visible(entry.id), 30)}  `;
  const [first = "", ...rest] = outcomeWords(outcome, entry.address, changeWords(entry.changes, entry.action === "create", 4));
  return [`${start}${cut(first, Math.max(30, width - 56))}${took}`, ...rest.map((line) => `     ${line}`)];
}

/** One line of a check: ` ✔ web1  http://localhost/   0.2 s`, and what is wrong with it. */
export function checkedLine({ host, check, because, tries, tookMs }: Checked, { paint }: Pick<Screen, "paint">): string {
  const sign = because === undefined ? paint("green", "✔") : paint("red", "✖");
  const wrong = because === undefined ? "" : `  ${visible(because)}${tries > 1 ? ` (${tries} tries)` : ""}`;
  return ` ${sign} ${padded(visible(host), 10)}  check ${visible(check)}${wrong}   ${duration(tookMs)}`;
}

/** How many checks are good; nothing where there were none. */
export function checksLines({ checks }: RunResult): readonly string[] {
  const good = checks.filter(({ because }) => because === undefined).length;
  return checks.length === 0 ? [] : [`Checks: ${good} of ${checks.length} good.`];
}

/** What became of it, first line first; the rest is what the host printed. */
export function outcomeWords(outcome: Outcome, address: string, changes: string): readonly string[] {
  switch (outcome.outcome) {
    case "ok":
      return ["as desired"];
    case "changed":
      return [changes === "" ? "changed" : changes];
    case "skipped":
      return [`skipped: ${visible(outcome.because)}`];
    default:
      return problemWords(outcome.problem, address);
  }
}

/** Everything after the last step: failures of hosts, the recap table, what was verified, what is left. */
export function recapLines(
  plan: Plan,
  result: RunResult,
  how: { readonly screen: Screen; readonly tookMs: number; readonly again: string },
): readonly string[] {
  const left = notDone(plan, result);
  return [
    ...hostProblems("unreachable", result.unreachable),
    ...hostProblems("refused", result.refused),
    ...table(plan, result, how.screen),
    `Verified: ${result.verified.asDesired} of ${result.verified.probed} probed again as desired. Run ${result.run}, ${duration(how.tookMs)}.`,
    ...checksLines(result),
    ...(left > 0 || result.checks.some(({ because }) => because !== undefined)
      ? [`Not done: ${left}.  Again: ${how.again}    Undo: hlx rollback ${result.run}    Look: hlx show ${result.run}`]
      : []),
  ];
}

/** How many of the plan's changes were not made: failed, unknown, skipped, or never begun. */
export function notDone(plan: Plan, { outcomes }: RunResult): number {
  const meant = plan.entries.filter(({ entry, action }) => entry !== "exact" || action !== "none");
  const open = meant.filter(({ address }) => !["ok", "changed"].includes(outcomes.get(address)?.outcome ?? "none"));
  return open.length;
}

/** Outcomes by their name, over all hosts or one: `{ ok: 3, changed: 1 }`. */
export function countOutcomes(plan: Plan, { outcomes }: RunResult, host?: string): Readonly<Record<Outcome["outcome"], number>> {
  const counts = { ok: 0, changed: 0, failed: 0, skipped: 0, unknown: 0 };
  for (const entry of plan.entries) {
    const outcome = outcomes.get(entry.address)?.outcome;
    if (outcome !== undefined && (host === undefined || entry.host === host)) counts[outcome]++;
  }
  return counts;
}

function table(plan: Plan, result: RunResult, { paint }: Screen): readonly string[] {
  const rows = plan.hosts.map(({ host }) => {
    const { ok, changed, failed, skipped, unknown } = countOutcomes(plan, result, host);
    const state = hostState(host, result);
    const cells = [ok, painted(paint, "green", changed), painted(paint, "red", failed + unknown), skipped].map(String);
    return [visible(host), ...cells, ...(state === "" ? [] : [paint("red", state)])];
  });
  return columns([["HOST", "ok", "changed", "failed", "skipped"], ...rows]);
}

function painted(paint: Screen["paint"], style: "green" | "red", count: number): string {
  return count === 0 ? "0" : paint(style, String(count));
}

function hostState(host: string, { unreachable, refused }: RunResult): string {
  if (unreachable.has(host)) return "unreachable";
  return refused.has(host) ? "refused" : "";
}

function hostProblems(word: string, problems: ReadonlyMap<string, Problem>): readonly string[] {
  return [...problems].flatMap(([host, problem]) =>
    problemWords(problem, host).map((line, index) => (index === 0 ? ` ✖ ${visible(host)}  ${word}: ${line}` : `     ${line}`)),
  );
}

// The address stands in front already.
function problemWords({ message, hint }: Problem, address: string): readonly string[] {
  const bare = message.startsWith(`${address}: `) ? message.slice(address.length + 2) : message;
  const [first = "", ...rest] = visibleLines(bare);
  return [first, ...rest.map((line) => `| ${line}`), ...(hint === undefined ? [] : [visible(hint)])];
}
