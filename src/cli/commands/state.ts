// hlx state: what was recorded.

import type { Recorded, ResourceKey, State } from "../../model/ports/state.ts";
import { ProblemError } from "../../model/problem.ts";
import { partsOf } from "../../model/resource.ts";
import type { Command, Context } from "../command.ts";
import type { Standing } from "../exit.ts";
import { choosing, connecting, json, reading, saying } from "../options.ts";
import { oneOf } from "../parse/one-of.ts";

export const state: Command = {
  args: ["<list|show|forget|unlock>", "[address]"],
  about:
    "list: every resource that an apply recorded. show ADDRESS: what it recorded. forget ADDRESS: remember it no longer, and let go of it: nothing is done on its host, and it is never removed.\nAddresses are globs: 'web1/**'. forget --host H: everything of a host, also which machine it was: after it was replaced.\nunlock HOST: take the host's lock from a run that is dead for certain. One that is gone is taken over by itself, a frozen one after a minute.",
  options: [
    ...reading,
    ...choosing,
    { flags: "--host <name>", summary: "forget: all of this host, in the inventory or not; repeatable", many: true },
    json,
    { flags: "-y, --yes", summary: "unlock: do not ask" },
    ...connecting,
    ...saying,
  ],
  examples: [
    { run: "hlx state list -l web1", note: "one host's resources" },
    { run: "hlx state forget web1/base/file:/etc/motd", note: "it stays on its host when no role declares it" },
    { run: "hlx state forget --host web1", note: "a host that is gone, or is another machine now" },
  ],
  run,
};

async function run(context: Context): Promise<Standing> {
  const [word = "", address] = context.given.args;
  const action = oneOf(word, ["list", "show", "forget", "unlock"], "unknown action");
  const named = action === "forget" ? context.given.texts("host") : [];
  if (action !== "list" && address === undefined && named.length === 0)
    throw new ProblemError({
      code: "usage",
      message: `hlx state ${action} wants ${action === "unlock" ? "a host" : "an address"}`,
      hint: "hlx state list shows them",
    });
  if (address !== undefined && named.length > 0)
    throw new ProblemError({ code: "usage", message: "hlx state forget wants an address or --host, not both", hint: "--host forgets all of a host" });
  if (action === "unlock") return (await import("../run/unlock-now.ts")).unlockNow(address ?? "", context);
  const { withState } = await import("../run/state.ts");
  return withState(context, (opened, hosts) => act({ action, globs: address === undefined ? named : [address] }, { opened, hosts, context }));
}

interface Around {
  readonly opened: State;
  readonly hosts: readonly string[];
  readonly context: Context;
}

async function act({ action, globs }: { readonly action: string; readonly globs: readonly string[] }, around: Around): Promise<Standing> {
  if (action === "forget") return forget(globs, around);
  await show(action, await chosenBy(action === "list" ? undefined : globs[0], around), around.context);
  return {};
}

// A glob that is a host's name stands for all of it.
async function forget(globs: readonly string[], { opened, context }: Around): Promise<Standing> {
  const { matches } = await import("../../plan/target.ts");
  const hosts = await opened.hosts();
  const all = [...(await opened.recorded(hosts)), ...(await opened.made(hosts)).filter(({ gone }) => gone === undefined)];
  const unmatched = globs.find((glob) => !all.some(({ address }) => matches(address, glob)));
  if (unmatched !== undefined) throw nothingMatches(unmatched);
  const keys = all
    .filter(({ address }) => globs.some((glob) => matches(address, glob)))
    .map(({ host, address }): ResourceKey => ({ host, id: partsOf(address).id }));
  const distinct = [...new Map(keys.map((key) => [`${key.host}/${key.id}`, key])).values()];
  const forgotten = await opened.forget(distinct, { made: true });
  context.printer.out([`Forgot ${forgotten}. Nothing was changed on any host.`]);
  return {};
}

// What is recorded of a host that has left the inventory is found by its address.
async function chosenBy(address: string | undefined, { opened, hosts }: Around): Promise<readonly Recorded[]> {
  if (address === undefined) return opened.recorded(hosts);
  const { matches } = await import("../../plan/target.ts");
  const chosen = (await opened.recorded(await opened.hosts())).filter((one) => matches(one.address, address));
  if (chosen.length > 0) return chosen;
  throw nothingMatches(address);
}

function nothingMatches(glob: string): ProblemError {
  return new ProblemError({ code: "usage", message: `nothing recorded matches "${glob}"`, hint: "hlx state list shows what is" });
}

async function show(action: string, chosen: readonly Recorded[], { given, printer }: Context): Promise<void> {
  const views = await import("../views/recorded.ts");
  if (given.flag("json")) printer.document(views.recordedDocument(chosen));
  else printer.out(action === "list" ? views.recordedLines(chosen) : chosen.flatMap(views.recordedDetail));
}
