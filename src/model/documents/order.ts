// Problems in the order of the file, one a place.
import type { Problem } from "../problem.ts";

/** Sorted by file, line and column; the first of each place stays. How many are shown is the view's choice. */
export function byPlace(problems: readonly Problem[]): readonly Problem[] {
  const seen = new Set<string>();
  return problems.toSorted(compare).filter((problem) => isFirst(problem, seen));
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
