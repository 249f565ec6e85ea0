// hlx completion: what a shell needs to complete hlx's words, and the answers to its questions.
import { didYouMean } from "../../lib/suggest.ts";
import { ProblemError } from "../../model/problem.ts";
import type { Command, Context } from "../command.ts";
import type { Standing } from "../exit.ts";
import { saying } from "../options.ts";

export const completion: Command = {
  args: ["<bash|zsh|fish>"],
  about:
    "Prints what the shell reads at its start. It completes commands, options, and the hosts, groups, roles, tags and addresses of the inventory; it never connects.",
  options: saying,
  examples: [
    { run: 'eval "$(hlx completion bash)"', note: "in ~/.bashrc" },
    { run: 'eval "$(hlx completion zsh)"', note: "in ~/.zshrc, after compinit" },
    { run: "hlx completion fish | source", note: "in ~/.config/fish/config.fish" },
  ],
  run,
};

async function run(context: Context): Promise<Standing> {
  const [shell = ""] = context.given.args;
  if (shell === "suggest") return suggest(context);
  const { scripts } = await import("../completion/scripts.ts");
  const script = scripts.get(shell);
  if (script === undefined)
    throw new ProblemError({
      code: "usage",
      message: `no completion for the shell "${shell}"`,
      hint: didYouMean(shell, scripts.keys()) ?? `there are: ${[...scripts.keys()].join(", ")}`,
    });
  context.printer.raw(script);
  return {};
}

// `hlx completion suggest -- WORDS`: what the scripts ask. A person is typing: whatever is wrong, nothing is said.
async function suggest({ given, io, printer }: Context): Promise<Standing> {
  const [{ suggestions }, { projectNames }] = await Promise.all([import("../completion/suggest.ts"), import("../completion/names.ts")]);
  const found = await suggestions(given.rest, (files) => projectNames(files, io)).catch(() => []);
  printer.out(found.map(({ value, summary }) => (summary === undefined ? value : `${value}\t${summary}`)));
  return {};
}
