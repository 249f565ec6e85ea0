// Words of a command line before commander sees them: Terraform's single-dash long options, and what must not be glued.
import { nearest } from "../../lib/suggest.ts";
import { ProblemError } from "../../model/problem.ts";
import type { OptionSpec } from "../command.ts";

export interface Words {
  /** For the parser. */
  readonly words: readonly string[];
  /** What stood behind `--`, or undefined when there was none. */
  readonly rest: readonly string[];
}

/** One option as its flags say it: `-l, --limit <pattern>` is `{ short: "l", long: "limit", value: true }`. */
export interface Flags {
  readonly short?: string;
  readonly long: string;
  readonly value: boolean;
}

export function flagsOf({ flags }: OptionSpec): Flags {
  const short = /^-(\w)\b/.exec(flags)?.[1];
  return { ...(short === undefined ? {} : { short }), long: /--([\w-]+)/.exec(flags)?.[1] ?? "", value: flags.includes("<") };
}

/**
 * `-target=x` becomes `--target=x`, `-auto-approve` becomes `--auto-approve`; `-vv` and other letters without values may stand together.
 * Throws ProblemError (usage) on an option that the command does not have, and on a value glued to a letter.
 */
export function normalise(argv: readonly string[], specs: readonly OptionSpec[]): Words {
  const options = specs.map(flagsOf);
  const end = argv.indexOf("--");
  const words: string[] = [];
  const before = end < 0 ? argv : argv.slice(0, end);
  for (let index = 0; index < before.length; index++) {
    const word = normal(before[index] ?? "", options);
    words.push(word);
    const next = before[index + 1];
    if (next === undefined || !takesNext(word, options)) continue;
    words.push(valueFor(word, next, options));
    index++;
  }
  return { words, rest: end < 0 ? [] : argv.slice(end + 1) };
}

// The value of an option is never looked at: "-e -x=1" is the value "-x=1", unless it is an option of the command itself.
function valueFor(word: string, next: string, options: readonly Flags[]): string {
  const looksLikeOption = next.startsWith("-") && (options.some(({ long }) => next === `--${long}`) || options.some(({ short }) => next === `-${short}`));
  if (looksLikeOption) throw usage(`option ${word} wants a value, got the option ${next}`);
  return next;
}

function takesNext(word: string, options: readonly Flags[]): boolean {
  return options.some(({ short, long, value }) => value && (word === `--${long}` || word === `-${short}`));
}

function normal(word: string, options: readonly Flags[]): string {
  if (!word.startsWith("-") || word === "-") return word;
  const name = word.replace(/^--?/, "").split("=")[0] ?? "";
  if (options.some(({ long }) => long === name)) return word.startsWith("--") ? word : `-${word}`;
  if (word.startsWith("--")) throw unknown(word, options);
  return letters(word, options);
}

function letters(word: string, options: readonly Flags[]): string {
  const all = [...word.slice(1)];
  const found = all.map((letter) => options.find(({ short }) => short === letter));
  const [first] = found;
  if (first === undefined) throw unknown(word, options);
  if (all.length === 1) return word;
  if (first.value && nearLong(word, options) !== undefined) throw unknown(word, options);
  if (first.value) throw usage(`letters are never glued to a value: ${word}`, `write -${first.short} ${word.slice(2).replace(/^=/, "")}`);
  if (found.some((one) => one === undefined || one.value)) throw unknown(word, options);
  return word;
}

function unknown(word: string, options: readonly Flags[]): ProblemError {
  const near = nearLong(word, options);
  return usage(`unknown option "${word.split("=")[0] ?? word}"`, near === undefined ? undefined : `did you mean "--${near}"?`);
}

function nearLong(word: string, options: readonly Flags[]): string | undefined {
  const name = (word.split("=")[0] ?? word).replace(/^-+/, "");
  return nearest(
    name,
    options.map(({ long }) => long),
  );
}

function usage(message: string, hint?: string): ProblemError {
  return new ProblemError({ code: "usage", message, ...(hint === undefined ? {} : { hint }) });
}
