// hlx doc: the reference page of a role, a kind or a command.
import type { Command, Context } from "../command.ts";
import type { Standing } from "../exit.ts";
import { saying } from "../options.ts";

export const doc: Command = {
  args: ["[name]"],
  about: "The pages of docs/reference, and those of the roles beside your inventory (roles/ in this folder). Without a name: everything that has one.",
  options: saying,
  examples: [
    { run: "hlx doc", note: "what there is" },
    { run: "hlx doc service", note: "a kind: its properties, its risks, what it did with hosts as they were found" },
    { run: "hlx doc base", note: "a role: its params" },
    { run: "hlx doc apply | less", note: "as plain text" },
  ],
  run,
};

async function run(context: Context): Promise<Standing> {
  const [{ findPages, listTopics }, { markdownLines }] = await Promise.all([import("../run/reference.ts"), import("../views/markdown.ts")]);
  const [name] = context.given.args;
  const { io, printer } = context;
  const text = name === undefined ? await listTopics(io.cwd, io.ids) : (await findPages(name, io.cwd, io.ids)).join("\n");
  printer.out(io.out.isTTY === true ? markdownLines(text, printer.screen) : text.trimEnd().split("\n"));
  return {};
}
