// hlx secrets: the encrypted file, without ever laying it open on a disk.
import { didYouMean } from "../../lib/suggest.ts";
import { ProblemError } from "../../model/problem.ts";
import type { Command, Context } from "../command.ts";
import type { Standing } from "../exit.ts";
import { json, reading, saying } from "../options.ts";

const actions = ["init", "list", "get", "set", "edit", "rotate", "rekey"];
const wantName = ["get", "set", "rotate"];

export const secrets: Command = {
  args: ["<init|list|get|set|edit|rotate|rekey>", "[name...]"],
  about: `init: make an age identity (where there is none) and an empty encrypted file.
list: the names. get NAME: one value, to the terminal with --show, to a pipe with --raw.
set NAME: the value is typed without echo, or read from standard input; never from the command line.
edit: all of it in $EDITOR, in a folder in memory that is removed afterwards.
rotate NAME: a new random value. rekey: encrypt again for those in FILE.recipients, after --add or --remove.`,
  options: [
    ...reading,
    { flags: "--file <file>", summary: "the secrets file (default: the one that the inventory names)" },
    { flags: "--show", summary: "get: show the value on the terminal" },
    { flags: "--raw", summary: "get: the value as it is, without a line feed, for a pipe" },
    { flags: "--length <n>", summary: "rotate: characters (default: 32)" },
    { flags: "--alphabet <name>", summary: "rotate: alphanumeric (default), hex, digits, symbols" },
    { flags: "--add <recipient>", summary: "rekey: one more that can read it (age1…); repeatable", many: true },
    { flags: "--remove <recipient>", summary: "rekey: one less; repeatable", many: true },
    json,
    ...saying,
  ],
  examples: [
    { run: "hlx secrets init", note: "begin" },
    { run: "hlx secrets set pihole.password", note: "asks for the value; !secret pihole.password names it" },
    { run: "hlx secrets get pihole.password --raw | wl-copy", note: "into the clipboard" },
    { run: "hlx secrets rekey --remove age1…", note: "somebody left; then rotate what they knew" },
  ],
  run,
};

async function run(context: Context): Promise<Standing> {
  const [action = "", name, ...more] = context.given.args;
  if (!actions.includes(action)) throw usage(`unknown action "${action}"`, didYouMean(action, actions) ?? `one of ${actions.join(", ")}`);
  if (wantName.includes(action) && name === undefined) throw usage(`hlx secrets ${action} wants a name`, "hlx secrets list shows the names");
  if (!wantName.includes(action) && name !== undefined) throw usage(`hlx secrets ${action} takes no name`, "its file is given with --file");
  // Not repeated in the message: it may be a value.
  if (more.length > 0)
    throw usage(`hlx secrets ${action} takes one name alone`, "a value on a command line is seen by every user: it is typed at the prompt, or piped in");
  await (await load(action))({ ...context, given: { ...context.given, args: [] } }, name ?? "");
  return {};
}

type Action = (context: Context, name: string) => Promise<void>;

async function load(action: string): Promise<Action> {
  const values = await import("../run/secrets-values.ts");
  const keys = await import("../run/secrets-keys.ts");
  const edit: Action = async (context) => (await import("../run/secrets-edit.ts")).editSecrets(context);
  const table = new Map<string, Action>([
    ["init", keys.initSecrets],
    ["rekey", keys.rekeySecrets],
    ["list", values.listSecrets],
    ["get", values.getSecret],
    ["set", values.setSecret],
    ["rotate", values.rotateSecret],
  ]);
  return table.get(action) ?? edit;
}

function usage(message: string, hint: string): ProblemError {
  return new ProblemError({ code: "usage", message, hint });
}
