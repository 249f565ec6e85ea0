// hlx ping: log in and become root, no more.
import type { Command, Context } from "../command.ts";
import type { Standing } from "../exit.ts";
import { choosing, connecting, json, reading, saying } from "../options.ts";

export const ping: Command = {
  args: ["[inventory]"],
  about: "Shows for each host whether hlx can log in and become root, as whom, and how long it took; exit 4 when one cannot be reached.",
  options: [...reading, ...choosing, json, ...connecting, ...saying],
  examples: [
    { run: "hlx ping", note: "all hosts" },
    { run: "hlx ping -l new --accept-new", note: "the first login, with its key written down" },
  ],
  run,
};

async function run(context: Context): Promise<Standing> {
  const [{ answersDocument, askHosts, standingOfAnswers }, { factsOf }, { pingLines }] = await Promise.all([
    import("../run/answers.ts"),
    import("../../engine/facts.ts"),
    import("../views/answers.ts"),
  ]);
  const answers = await askHosts(context, factsOf);
  const { given, printer } = context;
  if (given.flag("json")) printer.document(answersDocument("ping", answers, ({ user, root }) => ({ user, root })));
  else printer.out(pingLines(answers, printer.screen.paint));
  return standingOfAnswers(answers);
}
