// hlx state: what was recorded.

import type { State } from "../../model/ports/state.ts";
import { ProblemError } from "../../model/problem.ts";
import type { Command, Context } from "../command.ts";
import type { Standing } from "../exit.ts";
import { choosing, json, reading, saying } from "../options.ts";

export const state: Command = {
  args: ["<list|show|forget>", "[address]"],
  about:
    "list: every resource that an apply recorded. show ADDRESS: what it recorded. forget ADDRESS: remember it no longer; nothing is done on its host.\nAddresses are globs: 'web1/**'.",
  options: [...reading, ...choosing, json, ...saying],
  examples: [
    { run: "hlx state list -l web1", note: "one host's resources" },
    { run: "hlx state forget 'old/**'", note: "a host that is gone" },
  ],
  run,
};

async function run(context: Context): Promise<Standing> {
  const [action = "", address] = context.given.args;
  if (!["list", "show", "forget"].includes(action))
    throw new ProblemError({ code: "usage", message: `unknown action "${action}"`, hint: "list, show or forget" });
  if (action !== "list" && address === undefined)
    throw new ProblemError({ code: "usage", message: `hlx state ${action} wants an address`, hint: "hlx state list shows them" });
  const { withState } = await import("../run/state.ts");
  return withState(context, (opened, hosts) => act({ action, address }, { opened, hosts, context }));
}

interface Around {
  readonly opened: State;
  readonly hosts: readonly string[];
  readonly context: Context;
}

async function act({ action, address }: { action: string; address: string | undefined }, { opened, hosts, context }: Around): Promise<Standing> {
  const [{ matches }, views] = await Promise.all([import("../../plan/target.ts"), import("../views/recorded.ts")]);
  const names = action === "list" || address === undefined ? hosts : [...new Set([...hosts, address.split("/")[0] ?? ""])];
  const all = await opened.recorded(names);
  const chosen = address === undefined ? all : all.filter((one) => matches(one.address, address));
  if (address !== undefined && chosen.length === 0)
    throw new ProblemError({ code: "usage", message: `nothing recorded matches "${address}"`, hint: "hlx state list shows what is" });
  if (action === "forget") {
    const forgotten = await opened.forget(chosen.map(({ host, id }) => ({ host, id })));
    context.printer.out([`Forgot ${forgotten}. Nothing was changed on any host.`]);
  } else if (context.given.flag("json")) context.printer.document(views.recordedDocument(chosen));
  else context.printer.out(action === "list" ? views.recordedLines(chosen) : chosen.flatMap(views.recordedDetail));
  return {};
}
