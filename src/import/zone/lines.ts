// Zone files as logical lines of words: comments, quotes, escapes, and parentheses that join lines (RFC 1035 §5.1).
import { type Position, ProblemError } from "../../model/problem.ts";

export interface Word {
  /** As written, escapes kept; without its quotes. */
  readonly text: string;
  readonly quoted: boolean;
  readonly at: Position;
}

export interface Line {
  readonly words: readonly Word[];
  /** Begins with white space: the owner is that of the line before. */
  readonly indented: boolean;
}

interface Reading {
  readonly file: string;
  readonly rows: readonly string[];
  depth: number;
  open: Position | undefined;
}

/** Throws ProblemError at a quote or a parenthesis that is left open, and at one that closes nothing. */
export function linesOf(file: string, text: string): readonly Line[] {
  const reading: Reading = { file, rows: text.split(/\r?\n/), depth: 0, open: undefined };
  const lines: { words: Word[]; indented: boolean }[] = [];
  for (const [index, row] of reading.rows.entries()) {
    const joined = reading.depth > 0 ? lines.at(-1) : undefined;
    const words = wordsOf(row, index, reading);
    if (joined === undefined) lines.push({ words: [...words], indented: /^[ \t]/.test(row) });
    else joined.words.push(...words);
  }
  if (reading.depth > 0) throw wrong("this parenthesis is not closed", reading.open, "end it with )");
  return lines.filter(({ words }) => words.length > 0);
}

// Template markers are one word, so that what they stand for can be judged where they stand.
const token = /\s+|(?<comment>;.*)|(?<paren>[()])|"(?<quoted>(?:[^"\\]|\\.)*)(?<end>"?)|(?<word>\{\{.*?\}\}|(?:[^\s;()"\\]|\\(?:\d{3}|.))+|\\)/g;

function wordsOf(row: string, index: number, reading: Reading): readonly Word[] {
  return [...row.matchAll(token)].flatMap((match) => {
    const { paren, quoted, end, word } = match.groups ?? {};
    const at = { file: reading.file, line: index + 1, column: match.index + 1, length: match[0].length, text: row };
    if (paren !== undefined) count(paren, at, reading);
    if (quoted !== undefined && end === "") throw wrong("this quote is not closed", at, 'end it with " on the same line');
    const text = word ?? quoted;
    return text === undefined ? [] : [{ text, quoted: quoted !== undefined, at }];
  });
}

function count(paren: string, at: Position, reading: Reading): void {
  if (paren === "(" && reading.depth === 0) reading.open = at;
  reading.depth += paren === "(" ? 1 : -1;
  if (reading.depth < 0) throw wrong("this parenthesis closes nothing", at, "remove it");
}

/** A problem of an input file. */
export function wrong(message: string, at: Position | undefined, hint?: string): ProblemError {
  return new ProblemError({ code: "input", message, ...(at !== undefined && { at }), ...(hint !== undefined && { hint }) });
}
