// hlx state: what was recorded.

import type { Recorded, State } from "../../model/ports/state.ts";
import { ProblemError } from "../../model/problem.ts";
import type { Command, Context } from "../command.ts";
import type { Standing } from "../exit.ts";
import { choosing, json, reading, saying } from "../options.ts";
import { oneOf } from "../parse/one-of.ts";

export const state: Command = {
  args: ["<list|show|forget>", "[address]"],
  about:
    "list: every resource that an apply recorded. show ADDRESS: what it recorded. forget ADDRESS: remember it no longer; nothing is done on its host.\nAddresses are globs: 'web1/**'. forget --host H: everything of a host, also which machine it was: after it was replaced.",
  options: [
    ...reading,
    ...choosing,
    { flags: "--host <name>", summary: "forget: all of this host, in the inventory or not; repeatable", many: true },
    json,
    ...saying,
  ],
  examples: [
    { run: "hlx state list -l web1", note: "one host's resources" },
    { run: "hlx state forget --host web1", note: "a host that is gone, or is another machine now" },
  ],
  run,
};

async function run(context: Context): Promise<Standing> {
  const [word = "", address] = context.given.args;
  const action = oneOf(word, ["list", "show", "forget"], "unknown action");
  const named = action === "forget" ? context.given.texts("host") : [];
  if (action !== "list" && address === undefined && named.length === 0)
    throw new ProblemError({ code: "usage", message: `hlx state ${action} wants an address`, hint: "hlx state list shows them" });
  const { withState } = await import("../run/state.ts");
  return withState(context, (opened, hosts) =>
    named.length > 0 ? forgetHosts(named, { opened, hosts, context }) : act({ action, address }, { opened, hosts, context }),
  );
}

interface Around {
  readonly opened: State;
  readonly hosts: readonly string[];
  readonly context: Context;
}

async function act({ action, address }: { action: string; address: string | undefined }, around: Around): Promise<Standing> {
  const chosen = await chosenBy(action === "list" ? undefined : address, around);
  if (action === "forget") return forget(chosen, around);
  await show(action, chosen, around.context);
  return {};
}

async function forgetHosts(names: readonly string[], around: Around): Promise<Standing> {
  if (around.context.given.args[1] !== undefined)
    throw new ProblemError({ code: "usage", message: "hlx state forget wants an address or --host, not both", hint: "--host forgets all of a host" });
  const chosen = await around.opened.recorded(names);
  const unknown = names.find((name) => !chosen.some(({ host }) => host === name));
  if (unknown !== undefined)
    throw new ProblemError({ code: "usage", message: `nothing is recorded of a host "${unknown}"`, hint: "hlx state list shows what is" });
  return forget(chosen, around);
}

async function forget(chosen: readonly Recorded[], { opened, context }: Around): Promise<Standing> {
  const forgotten = await opened.forget(chosen.map(({ host, id }) => ({ host, id })));
  context.printer.out([`Forgot ${forgotten}. Nothing was changed on any host.`]);
  return {};
}

// What is recorded of a host that has left the inventory is found by its address.
async function chosenBy(address: string | undefined, { opened, hosts }: Around): Promise<readonly Recorded[]> {
  if (address === undefined) return opened.recorded(hosts);
  const { matches } = await import("../../plan/target.ts");
  const all = await opened.recorded([...new Set([...hosts, address.split("/")[0] ?? ""])]);
  const chosen = all.filter((one) => matches(one.address, address));
  if (chosen.length > 0) return chosen;
  throw new ProblemError({ code: "usage", message: `nothing recorded matches "${address}"`, hint: "hlx state list shows what is" });
}

async function show(action: string, chosen: readonly Recorded[], { given, printer }: Context): Promise<void> {
  const views = await import("../views/recorded.ts");
  if (given.flag("json")) printer.document(views.recordedDocument(chosen));
  else printer.out(action === "list" ? views.recordedLines(chosen) : chosen.flatMap(views.recordedDetail));
}
