// hlx state unlock: who holds a host's lock, the question, and breaking it.
import { type HostLock, lockOf, unlock } from "../../connections/shell/unlock.ts";
import { ProblemError } from "../../model/problem.ts";
import { askYes } from "../ask.ts";
import type { Context } from "../command.ts";
import type { Standing } from "../exit.ts";
import { visible } from "../views/escape.ts";
import { saidYes } from "./approve.ts";
import { hostsOf, openHosts } from "./project.ts";
import { secretsOf } from "./secrets.ts";
import { withWorld } from "./session.ts";

/** Throws ProblemError (usage) when it stands for several hosts, or nobody can be asked and nobody said yes. */
export async function unlockNow(pattern: string, context: Context): Promise<Standing> {
  const { inventory } = await openHosts(context, pattern);
  const [host, ...more] = hostsOf(inventory, context, pattern);
  if (host === undefined || more.length > 0)
    throw new ProblemError({ code: "usage", message: `hlx state unlock wants one host, and "${pattern}" stands for ${more.length + 1}`, hint: "name one" });
  return withWorld(context, secretsOf(inventory), async ({ sessions }) => {
    const session = await sessions.of(host);
    const found = await lockOf(session);
    if (found.lock === "free") return said(context, `${host.name} is not locked.`);
    context.printer.err([`${host.name} is locked by ${holderWords(found)}.`]);
    if (!(await mayUnlock(context))) return said(context, "It stays locked.");
    const after = await unlock(session, found.line);
    if (after.lock !== "unlocked") throw new ProblemError({ code: "locked", message: `${host.name}: somebody else has the lock by now`, hint: "look again" });
    return said(context, `Unlocked ${host.name}. Should its holder wake up, it may write no more there; what it was doing is probed by the next apply.`);
  });
}

async function mayUnlock(context: Context): Promise<boolean> {
  if (saidYes(context)) return true;
  if (context.io.in.isTTY !== true)
    throw new ProblemError({
      code: "usage",
      message: "refusing to unlock without --yes because stdin is not a terminal",
      hint: "make sure that its holder is dead",
    });
  return askYes(context.io, "Is that run dead for certain? Unlock?");
}

function holderWords({ holder, busy }: Extract<HostLock, { lock: "held" | "unlocked" }>): string {
  const who =
    holder === undefined ? "a run that left no name" : `run ${holder.run} by ${holder.who} at ${holder.where} (pid ${holder.pid}), since ${holder.since}`;
  return visible(`${who}${busy ? "; something that it began still runs there, and the next apply waits for its end" : ""}`);
}

function said({ printer }: Context, line: string): Standing {
  printer.out([line]);
  return {};
}
