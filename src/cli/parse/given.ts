// What was given on the command line, read by type.
import { ProblemError } from "../../model/problem.ts";

export interface Given {
  /** Positional arguments. */
  readonly args: readonly string[];
  /** What stood behind `--`. */
  readonly rest: readonly string[];
  flag(name: string): boolean;
  /** A switch that can be given either way: undefined when it was not given. */
  choice(name: string): boolean | undefined;
  /** The last value. */
  text(name: string): string | undefined;
  /** All values. */
  texts(name: string): readonly string[];
  /** How often it was given. */
  count(name: string): number;
  /** A whole number of at least 1; throws ProblemError (usage) on anything else. */
  number(name: string): number | undefined;
}

/** Reads commander's option values; names are camelCase. */
export function makeGiven(options: Readonly<Record<string, unknown>>, args: readonly string[], rest: readonly string[]): Given {
  const texts = (name: string): readonly string[] => [options[name] ?? []].flat().filter((value): value is string => typeof value === "string");
  const text = (name: string): string | undefined => texts(name).at(-1);
  return {
    args,
    rest,
    flag: (name) => options[name] === true,
    choice: (name) => (typeof options[name] === "boolean" ? options[name] : undefined),
    text,
    texts,
    count: (name) => (typeof options[name] === "number" ? options[name] : 0),
    number: (name) => wholeNumber(name, text(name)),
  };
}

function wholeNumber(name: string, given: string | undefined): number | undefined {
  if (given === undefined) return undefined;
  if (!/^[1-9]\d{0,5}$/.test(given)) throw new ProblemError({ code: "usage", message: `--${name} wants a whole number of at least 1, got "${given}"` });
  return Number(given);
}
