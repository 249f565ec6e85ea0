// Problems in the order of the file, one a place, no more than a screen of them.
import type { Problem } from "../problem.ts";

const most = 20;

/** Sorted by file, line and column; the first of each place stays; beyond 20 one last problem says how many more. */
export function byPlace(problems: readonly Problem[]): readonly Problem[] {
  const seen = new Set<string>();
  const distinct = problems.toSorted(compare).filter((problem) => isFirst(problem, seen));
  if (distinct.length <= most) return distinct;
  const more = distinct.length - most;
  return [...distinct.slice(0, most), { code: "input", message: `and ${more} more ${more === 1 ? "problem" : "problems"}` }];
}

function isFirst({ at, message }: Problem, seen: Set<string>): boolean {
  const place = at === undefined ? message : `${at.file}:${at.line}:${at.column}`;
  if (seen.has(place)) return false;
  seen.add(place);
  return true;
}

function compare({ at: left }: Problem, { at: right }: Problem): number {
  if (left === undefined || right === undefined) return Number(left === undefined) - Number(right === undefined);
  return left.file.localeCompare(right.file) || left.line - right.line || left.column - right.column;
}
