// Problems as people read them: place, message, code frame with a caret, other places, the next move.
import { isAbsolute, relative } from "node:path";
import type { Position, Problem } from "../../model/problem.ts";
import { visible, visibleLines } from "./escape.ts";
import type { Paint } from "./paint.ts";

const shownAtMost = 20;

export interface ProblemView {
  readonly paint: Paint;
  /** Paths are shown relative to it. */
  readonly cwd: string;
  /** Show causes too. */
  readonly verbose: boolean;
}

/** Each problem, at most twenty, then how many more there are. */
export function problemLines(problems: readonly Problem[], view: ProblemView): readonly string[] {
  const more = problems.length - shownAtMost;
  const lines = problems.slice(0, shownAtMost).flatMap((problem) => oneProblem(problem, view));
  return more > 0 ? [...lines, `and ${more} more ${more === 1 ? "problem" : "problems"}`] : lines;
}

function oneProblem(problem: Problem, view: ProblemView): readonly string[] {
  const [first = "", ...rest] = visibleLines(problem.message);
  const start = problem.at === undefined ? view.paint("red", "error:") : view.paint("bold", `${place(problem.at, view.cwd)}:`);
  return [
    `${start} ${first}`,
    ...rest.map((line) => `    ${line}`),
    ...frame(problem.at, view.paint),
    ...(problem.also ?? []).flatMap(({ at, note }) => [`  ${place(at, view.cwd)}: ${visible(note)}`, ...frame(at, view.paint)]),
    ...(view.verbose ? causeLines(problem.cause) : []),
    ...hintLines(problem, view.paint),
  ];
}

/** `inventory.yaml:14:7`, relative to a folder. */
export function place({ file, line, column }: Position, cwd: string): string {
  return `${visible(isAbsolute(file) ? relative(cwd, file) : file)}:${line}:${column}`;
}

/** The source line with carets below what is meant; nothing where its text is not kept. */
export function frame(at: Position | undefined, paint: Paint): readonly string[] {
  if (at?.text === undefined) return [];
  const number = String(at.line);
  const before = at.text.slice(0, at.column - 1).replace(/[^\t]/g, " ");
  const carets = "^".repeat(Math.max(1, Math.min(at.length ?? 1, at.text.length - at.column + 1)));
  const [shown = ""] = visibleLines(at.text);
  return [`  ${number} | ${shown}`, `  ${" ".repeat(number.length)} | ${before}${paint("red", carets)}`];
}

function hintLines({ code, hint }: Problem, paint: Paint): readonly string[] {
  const said = hint ?? (code === "internal" ? "this is a fault of hlx: run it again with -v, and report what it shows" : undefined);
  return said === undefined ? [] : visibleLines(said).map((line) => `  ${paint("cyan", line)}`);
}

function causeLines(cause: unknown): readonly string[] {
  if (cause === undefined) return [];
  const text = cause instanceof Error ? (cause.stack ?? cause.message) : causeText(cause);
  return visibleLines(`cause: ${text}`).map((line) => `  ${line}`);
}

function causeText(cause: unknown): string {
  if (typeof cause === "object" && cause !== null && "message" in cause) return String(cause.message);
  return String(cause);
}
