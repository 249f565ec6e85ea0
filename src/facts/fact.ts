// What one fact is: a constant script, and a parser for what the host printed.
import type { Read } from "../model/ports/shell.ts";
import { ProblemError } from "../model/problem.ts";

/** One fact. `parse` gets hostile text and throws ProblemError when it is not what the script prints. */
export interface Fact<Value> {
  /** Prints the fact; POSIX sh, coreutils, /proc and /sys only. Its exit status is not looked at. */
  readonly script: string;
  parse(output: string): Value;
}

/** The longest string in a fact, in characters. */
export const longest = 1024;

/** The fact as a read; a host is asked for it once. */
export function factRead<Value>(name: string, { script, parse }: Fact<Value>): Read<null, Value> {
  return { name: `fact ${name}`, script, args: () => [], parse: (output, queries) => queries.map(() => named(name, output, parse)) };
}

/** The output without the newline at its end, when it matches; else a ProblemError that quotes it. */
export function matching(output: string, pattern: RegExp): string {
  const text = output.trim();
  if (text.length > longest || !pattern.test(text)) throw nonsense(text);
  return text;
}

/** A whole number within bounds, written in decimal digits. */
export function wholeNumber(digits: string, bounds: { readonly min: number; readonly max: number }): number {
  const value = Number(matching(digits, /^[0-9]{1,15}$/));
  if (value < bounds.min || value > bounds.max) throw nonsense(digits);
  return value;
}

/** Text for people from a host: at most 1 KiB characters, with what could move a cursor or hide something written as an escape. */
export function printable(text: string): string {
  return text
    .slice(0, longest)
    .replaceAll(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`)
    .slice(0, longest);
}

function nonsense(text: string): ProblemError {
  return new ProblemError({ code: "unknown", message: `the host answered ${JSON.stringify(printable(text.slice(0, 80)))}` });
}

function named<Value>(name: string, output: string, parse: (output: string) => Value): Value {
  try {
    return parse(output);
  } catch (thrown) {
    if (!(thrown instanceof ProblemError)) throw thrown;
    const hint = "facts come from sh, coreutils, /proc and /etc/os-release: are they there, and is the login shell quiet?";
    throw new ProblemError({ ...thrown.problems[0], message: `reading the fact ${name}: ${thrown.problems[0].message}`, hint });
  }
}
