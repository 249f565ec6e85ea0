// Running checks on a host: side by side, each again until it is good or its time is over.
import type { Check, Checked } from "../../model/check.ts";
import { checkTitle } from "../../model/check.ts";
import type { Session } from "../../model/ports/shell.ts";
import { problemOf } from "../../model/problem.ts";
import type { World } from "../world.ts";
import { questionOf, tryMostS, wrongIn } from "./ask.ts";

export interface Checking {
  readonly world: Pick<World, "monotonicMs" | "pause" | "stop" | "emit">;
  readonly host: string;
  readonly role?: string;
  readonly session: Pick<Session, "shell">;
  /** One try each, as `hlx status` does. Default: until the deadline. */
  readonly once?: true;
  /** Something was changed just now: what is good must be good still a second later, since what was reloaded or is about to fall over answers once more. */
  readonly twice?: boolean;
}

const stillMs = 1_000;

/** How each of them ended, in their order; each is told when it has. */
export function runChecks(checks: readonly Check[], on: Checking): Promise<readonly Checked[]> {
  return Promise.all(
    checks.map(async (check) => {
      const checked = await settle(check, on);
      on.world.emit({ event: "checked", host: on.host, checked });
      return checked;
    }),
  );
}

async function settle(check: Check, on: Checking): Promise<Checked> {
  const { world, once, twice } = on;
  const since = world.monotonicMs();
  const most = once === true ? 1 : 1 + Math.floor(check.deadlineMs / check.everyMs);
  for (let tries = 1; ; tries++) {
    const because = (await tryOnce(check, on)) ?? (twice === true ? await tryAgain(check, on) : undefined);
    const tookMs = world.monotonicMs() - since;
    const over = tries >= most || tookMs >= check.deadlineMs || world.stop.aborted;
    if (because === undefined || over) return ended(check, on, { because, tries, tookMs });
    await world.pause(check.everyMs);
  }
}

async function tryAgain(check: Check, on: Checking): Promise<string | undefined> {
  await on.world.pause(stillMs);
  return tryOnce(check, on);
}

interface Tried {
  readonly because: string | undefined;
  readonly tries: number;
  readonly tookMs: number;
}

function ended(check: Check, { host, role }: Checking, { because, ...rest }: Tried): Checked {
  return { host, ...(role === undefined ? {} : { role }), check: checkTitle(check), ...(because === undefined ? {} : { because }), ...rest };
}

// A host's own command may need all of its time; what is asked of a service answers soon or not at all.
async function tryOnce(check: Check, { session }: Checking): Promise<string | undefined> {
  const deadlineMs = check.check === "exec" ? check.deadlineMs : (tryMostS + 5) * 1000;
  try {
    return wrongIn(check, await session.shell.check(questionOf(check), { deadlineMs }));
  } catch (thrown) {
    return problemOf(thrown).message;
  }
}
