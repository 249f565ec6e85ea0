// Help pages, drawn from the commands' own data.
import type { Command, CommandLine } from "./command.ts";
import { columns } from "./views/layout.ts";

const exitCodes =
  "Exit codes: 0 done · 1 error · 2 changes pending or drift · 3 failed · 4 unreachable · 5 refused by risk · 6 plan is stale · 130 interrupted";

/** What `hlx` alone and `hlx --help` print. */
export function topHelp(commands: readonly CommandLine[]): readonly string[] {
  return [
    "hlx: provision the machines of a homelab from one inventory",
    "",
    "Usage: hlx COMMAND [options]",
    "",
    ...columns(commands.map(({ name, summary }) => [`  ${name}`, summary])),
    "",
    "Start:  hlx validate    then  hlx plan    then  hlx apply",
    "More:   hlx COMMAND --help, hlx --version",
  ];
}

/** What `hlx COMMAND --help` prints. */
export function commandHelp({ name, summary }: Pick<CommandLine, "name" | "summary">, command: Command): readonly string[] {
  return [
    `hlx ${name}: ${summary}`,
    "",
    `Usage: ${usageOf(name, command)}`,
    ...paragraph(command.about),
    "",
    "Options:",
    ...columns(
      command.options.map(({ flags, summary: text }) => [`  ${flags.startsWith("--") ? "    " : ""}${flags}`, text]),
      44,
    ),
    "",
    "Examples:",
    ...columns(
      command.examples.map(({ run, note }) => [`  ${run}`, note]),
      64,
    ),
    "",
    exitCodes,
  ];
}

/** `hlx plan [options] [inventory]`. */
export function usageOf(name: string, { args }: Pick<Command, "args">): string {
  return ["hlx", name, "[options]", ...args].join(" ");
}

function paragraph(text: string): readonly string[] {
  return text === "" ? [] : ["", ...text.split("\n")];
}
