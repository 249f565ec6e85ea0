// hlx facts: what hosts say about themselves.
import type { Command, Context } from "../command.ts";
import type { Standing } from "../exit.ts";
import { choosing, connecting, json, reading, saying } from "../options.ts";

export const facts: Command = {
  args: ["[inventory]"],
  about: "The facts that roles are given. What hosts print is data: it is shown escaped and never evaluated.",
  options: [...reading, ...choosing, json, ...connecting, ...saying],
  examples: [
    { run: "hlx facts -l web1", note: "one host" },
    { run: "hlx facts --json", note: "all of them, for machines" },
  ],
  run,
};

async function run(context: Context): Promise<Standing> {
  const [{ answersDocument, askHosts, standingOfAnswers }, { factsOf }, { factsLines }] = await Promise.all([
    import("../run/answers.ts"),
    import("../../engine/facts.ts"),
    import("../views/answers.ts"),
  ]);
  const answers = await askHosts(context, factsOf);
  const { given, printer } = context;
  if (given.flag("json")) printer.document(answersDocument("facts", answers, (value) => value));
  else printer.out(factsLines(answers, printer.screen.paint));
  return standingOfAnswers(answers);
}
