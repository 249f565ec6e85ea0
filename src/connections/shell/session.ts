// One open way to a host: reads, checks, the lock and what is written behind it, over any transport.
import { setTimeout as sleep } from "node:timers/promises";
import type { Holder, LockAnswer, LockOptions, Session } from "../../model/ports/shell.ts";
import type { Transport } from "../channel.ts";
import { Checks } from "./check.ts";
import { dial } from "./dial.ts";
import { Link } from "./link.ts";
import { type Acquired, acquireLock } from "./lock.ts";
import type { SessionOptions } from "./options.ts";
import { Reads } from "./reads.ts";
import { openWriter } from "./writer.ts";

/**
 * Connects and starts the session's shell; `connect` is called again after a lost connection. Throws ProblemError (unreachable, trust, privilege).
 * As root, without sudo and without a twin's marker to look at, it resolves before the shell answered: the first reads travel
 * with the start, and a start that fails is what they throw.
 */
export async function openSession(connect: () => Promise<Transport>, options: SessionOptions): Promise<Session> {
  const link = new Link(connect, options);
  await link.open();
  if (options.twin !== undefined || !link.eager) await greeted(link);
  const [reads, checks] = [new Reads(link), new Checks(link)];
  return {
    shell: { ask: (read, query) => reads.ask(read, query), check: (script, limits) => checks.check(script, limits) },
    lock: (holder, more = {}) => lock({ link, checks }, holder, more),
    dial: (to) => dial(link, to),
    traffic: () => ({ ...link.counters }),
    close: async () => {
      checks.close();
      await link.close();
    },
  };
}

async function greeted(link: Link): Promise<void> {
  link.counters.roundTrips += 1;
  await link.hello().catch(async (thrown: unknown) => {
    await link.close();
    throw thrown;
  });
}

async function lock(over: { readonly link: Link; readonly checks: Checks }, holder: Holder, options: LockOptions): Promise<LockAnswer> {
  const acquired = await acquireInTime(over.link, holder, options); // sent before this returns: reads asked now are behind it, also over a connection made anew
  if (!acquired.acquired) return { lock: "refused", problem: acquired.problem, ...(acquired.by === undefined ? {} : { by: acquired.by }) };
  const hello = await over.link.hello();
  const writer = openWriter({ ...over, epoch: acquired.epoch, holder, hello });
  return { lock: "held", writer, ...(acquired.tookOver === undefined ? {} : { tookOver: acquired.tookOver }) };
}

/** What a dead run left running ends in its own time; this long it is waited for. */
const endingMs = 600_000;

async function acquireInTime(link: Link, holder: Holder, { planId, waiting }: LockOptions): Promise<Acquired> {
  const until = performance.now() + endingMs;
  for (;;) {
    const acquired = await acquireLock(link, holder, planId);
    if (acquired.acquired || !acquired.ending || performance.now() > until || waiting?.(acquired.by) !== "wait") return acquired;
    await sleep(500);
  }
}
