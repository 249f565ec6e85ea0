// Offsets of a source text as lines and columns, with the line's text unless it may hold a secret.
import type { Position } from "../problem.ts";
import { looksSecret } from "./document.ts";

export interface Lines {
  position(from: number, to?: number): Position;
  /** The offset of a position of these lines. */
  offset(at: Position): number;
  /** Keeps the lines from one offset to another out of every code frame. */
  hide(from: number, to: number): void;
}

/** The lines of a text; offsets count from 0, lines and columns from 1. */
export function linesOf(file: string, source: string): Lines {
  const starts = lineStarts(source);
  const hidden = new Set<number>();
  // Asked for every position: on one long line that would be the length of the line times its values.
  const secret = new Map<number, boolean>();
  const mayBeSecret = (line: number, text: string): boolean => {
    const known = secret.get(line) ?? namesSecret(text);
    secret.set(line, known);
    return known;
  };
  const textOf = (line: number) => source.slice(starts[line - 1], starts[line] ?? source.length).replace(/\r?\n?$/, "");
  return {
    position(from, to = from + 1) {
      const line = lineAt(starts, Math.min(from, source.length));
      const text = textOf(line);
      const column = Math.min(from, source.length) - (starts[line - 1] ?? 0) + 1;
      const length = Math.max(1, Math.min(to - from, text.length - column + 1));
      return { file, line, column, length, ...(hidden.has(line) || mayBeSecret(line, text) ? {} : { text }) };
    },
    offset: ({ line, column }) => (starts[line - 1] ?? 0) + column - 1,
    hide(from, to) {
      for (let line = lineAt(starts, from); line <= lineAt(starts, Math.max(from, to - 1)); line++) hidden.add(line);
    },
  };
}

function lineStarts(source: string): readonly number[] {
  const starts = [0];
  for (let at = source.indexOf("\n"); at !== -1; at = source.indexOf("\n", at + 1)) starts.push(at + 1);
  return starts;
}

function lineAt(starts: readonly number[], offset: number): number {
  let [low, high] = [0, starts.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((starts[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return low + 1;
}

// A line of a file that does not parse has no keys to ask: what stands before a colon counts as one.
function namesSecret(line: string): boolean {
  return [...line.matchAll(/([\w-]+)["']?\s*[:=]\s*(?!!secret\s)\S/g)].some(([, key = ""]) => looksSecret(key));
}
