// What a command is: data for help and the reference, and one function.
import type { Standing } from "./exit.ts";
import type { Io } from "./io.ts";
import type { Given } from "./parse/given.ts";
import type { Printer, Redact } from "./printer.ts";

export interface OptionSpec {
  /** In commander's spelling: `-l, --limit <pattern>`. */
  readonly flags: string;
  readonly summary: string;
  /** May be given more than once: every value counts. */
  readonly many?: boolean;
  /** Has no value and may be repeated: `-vvv`. */
  readonly count?: boolean;
}

export interface Example {
  readonly run: string;
  readonly note: string;
}

/** Everything that a command module says of itself. */
export interface Command {
  /** Positional arguments in commander's spelling, in order: `["[inventory]"]`. */
  readonly args: readonly string[];
  /** More than the summary, for its help page. */
  readonly about: string;
  readonly options: readonly OptionSpec[];
  readonly examples: readonly Example[];
  run(context: Context): Promise<Standing>;
}

/** What a command is given. */
export interface Context {
  readonly io: Io;
  readonly given: Given;
  readonly printer: Printer;
  /** What the last writer redacts with: a run replaces it when it knows secrets. */
  readonly redaction: { redact: Redact };
  /** The command's name and the words behind it, as typed: to print commands that do the next thing. */
  readonly words: readonly string[];
}

/** A line of the registry: enough for `hlx --help`, without loading the command. */
export interface CommandLine {
  readonly name: string;
  readonly summary: string;
  load(): Promise<Command>;
}
