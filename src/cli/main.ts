// hlx from words to an exit code: find the command, load it, read its options, run it, say how it ended.
import { didYouMean } from "../lib/suggest.ts";
import { type Problem, ProblemError, problemOf } from "../model/problem.ts";
import type { Command, CommandLine, Context } from "./command.ts";
import { commands } from "./commands.ts";
import { exitCode, lastLine, type Standing } from "./exit.ts";
import { commandHelp, topHelp } from "./help.ts";
import type { Io } from "./io.ts";
import { makePrinter, type Printer } from "./printer.ts";
import { screenOf } from "./views/paint.ts";
import { problemLines } from "./views/problem.ts";

/** Runs hlx with these words (without node and script) and resolves to the exit code. Never throws. */
export async function main(argv: readonly string[], io: Io): Promise<number> {
  const redaction = { redact: (text: string): string => text };
  const printer = makePrinter(io, { redaction, color: !argv.includes("--no-color") });
  const standing = await settle(() => dispatch(argv, { io, printer, redaction }));
  showProblems(standing.thrown, { io, printer, argv });
  const line = lastLine(standing);
  if (line !== undefined) printer.err([line]);
  return exitCode(standing);
}

type Outer = Pick<Context, "io" | "printer" | "redaction">;

async function dispatch(argv: readonly string[], outer: Outer): Promise<Standing> {
  const [first, ...rest] = argv;
  const name = first === "help" ? rest[0] : first;
  if (name === undefined || name === "--help" || name === "-h") return say(outer.printer, topHelp(commands));
  if (name === "--version" || name === "-V") return say(outer.printer, [(await import("../engine/version.ts")).version]);
  const line = commands.find((one) => one.name === name);
  if (line === undefined) throw unknownCommand(name);
  const command = await line.load();
  if (first === "help" || asksHelp(rest)) return say(outer.printer, commandHelp(line, command));
  return run({ line, command }, argv, outer);
}

async function run({ line, command }: { line: CommandLine; command: Command }, argv: readonly string[], outer: Outer): Promise<Standing> {
  const { parse } = await import("./parse/parse.ts");
  const given = parse(line.name, command, argv.slice(1));
  return command.run({ ...outer, given, words: argv });
}

function asksHelp(words: readonly string[]): boolean {
  const end = words.indexOf("--");
  return (end < 0 ? words : words.slice(0, end)).some((word) => word === "--help" || word === "-h");
}

function say(printer: Printer, lines: readonly string[]): Standing {
  printer.out(lines);
  return {};
}

function unknownCommand(name: string): ProblemError {
  const what = name.startsWith("-") ? `unknown option "${name}" before a command` : `unknown command "${name}"`;
  const near = didYouMean(
    name,
    commands.map((one) => one.name),
  );
  return new ProblemError({ code: "usage", message: what, hint: near ?? "hlx --help lists the commands" });
}

/** How a command ended; `thrown` are the problems that nobody has shown yet. */
type Settled = Standing & { readonly thrown: readonly Problem[] };

async function settle(work: () => Promise<Standing>): Promise<Settled> {
  try {
    return { ...(await work()), thrown: [] };
  } catch (thrown) {
    const problems = thrown instanceof ProblemError ? thrown.problems : [problemOf(thrown)];
    return { problems, thrown: problems };
  }
}

function showProblems(problems: readonly Problem[], { io, printer, argv }: { io: Io; printer: Printer; argv: readonly string[] }): void {
  const { paint } = screenOf(io.err, io.env, !argv.includes("--no-color"));
  const verbose = argv.some((word) => /^-v+$|^--verbose$/.test(word));
  printer.err(problemLines(problems, { paint, cwd: io.cwd, verbose }));
}
