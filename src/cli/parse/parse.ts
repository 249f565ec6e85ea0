// From words to what was given: commander, set up from a command's data.
import { CommanderError, Command as Parser } from "commander";
import { ProblemError } from "../../model/problem.ts";
import type { Command, OptionSpec } from "../command.ts";
import { type Given, makeGiven } from "./given.ts";
import { normalise } from "./normalise.ts";

/** Reads the words behind the command's name. Throws ProblemError (usage) with a hint to the command's help. */
export function parse(name: string, command: Command, argv: readonly string[]): Given {
  const { words, rest } = normalise(argv, command.options);
  const parser = parserOf(name, command);
  try {
    parser.parse([...words], { from: "user" });
  } catch (thrown) {
    if (!(thrown instanceof CommanderError)) throw thrown;
    const hint = thrown.code === "commander.missingArgument" ? exampleOf(command, name) : `see hlx ${name} --help`;
    throw new ProblemError({ code: "usage", message: thrown.message.replace(/^error: /, ""), hint });
  }
  return makeGiven(parser.opts(), parser.args, rest);
}

// Who leaves out a word may not know what it would be.
function exampleOf({ examples: [first] }: Command, name: string): string {
  return first === undefined ? `see hlx ${name} --help` : `such as: ${first.run} (${first.note}); more: hlx ${name} --help`;
}

/** A parser for one command; `--help` is answered before it is asked. */
function parserOf(name: string, command: Command): Parser {
  const parser = new Parser(`hlx ${name}`)
    .exitOverride()
    .configureOutput({ writeErr: () => {}, writeOut: () => {} })
    .helpOption(false);
  for (const argument of command.args) parser.argument(argument);
  for (const option of command.options) addOption(parser, option);
  return parser;
}

function addOption(parser: Parser, { flags, summary, many, count }: OptionSpec): void {
  if (count === true) parser.option(flags, summary, (_: string, before: number) => before + 1, 0);
  else if (many === true) parser.option(flags, summary, (value: string, before: readonly string[]) => [...before, value], []);
  else parser.option(flags, summary);
}
