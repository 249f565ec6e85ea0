// hlx exec: one command on hosts.
import { ProblemError } from "../../model/problem.ts";
import type { Command, Context } from "../command.ts";
import type { Standing } from "../exit.ts";
import { connecting, json, reading, saying } from "../options.ts";

export const exec: Command = {
  args: ["<pattern>"],
  about: "Runs the words behind -- on each host as root, as one argv: no shell reads them. For pipes and globs: -- sh -c '…'.",
  options: [...reading, { flags: "--deadline <seconds>", summary: "kill it after this long (default: 60)" }, json, ...connecting, ...saying],
  examples: [
    { run: "hlx exec all -- uptime", note: "on every host" },
    { run: "hlx exec 'web:!web3' -- sh -c 'df -h | tail -1'", note: "with a shell" },
  ],
  run,
};

async function run(context: Context): Promise<Standing> {
  const { given, printer } = context;
  const [pattern = ""] = given.args;
  if (given.rest.length === 0)
    throw new ProblemError({ code: "usage", message: "no command to run", hint: `write it behind --: hlx exec ${pattern} -- uptime` });
  const [{ answersDocument, askHosts, standingOfAnswers }, { execOn }, { execLines }] = await Promise.all([
    import("../run/answers.ts"),
    import("../../engine/facts.ts"),
    import("../views/answers.ts"),
  ]);
  const deadlineMs = (given.number("deadline") ?? 60) * 1000;
  const answers = await askHosts(context, (world, hosts, forks) => execOn(world, hosts, { argv: given.rest, forks, deadlineMs }), pattern);
  if (given.flag("json")) printer.document(answersDocument("exec", answers, (value) => value));
  else printer.out(execLines(answers, printer.screen.paint));
  return standingOfAnswers(answers, answers.filter((answer) => "value" in answer && answer.value.exitStatus !== 0).length);
}
