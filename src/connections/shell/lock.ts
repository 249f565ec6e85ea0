// The lock that counts: on the host itself, by epoch.
import { canonical, isRecord, parsedJson } from "../../lib/json.ts";
import type { Holder } from "../../model/ports/shell.ts";
import { type Problem, ProblemError } from "../../model/problem.ts";
import type { Link } from "./link.ts";
import type { Reply, Request } from "./remote.ts";
import { beat } from "./scripts/fence.ts";
import { acquire, adopt, frozenAfter, giveBack } from "./scripts/lock.ts";
import { assign, subshell } from "./words.ts";

export type Acquired =
  | { readonly acquired: true; readonly epoch: number; readonly tookOver?: Holder }
  /** `ending`: the holder is gone, and what it had begun still runs. */
  | { readonly acquired: false; readonly problem: Problem; readonly by?: Holder; readonly ending: boolean };

const namePattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;
/** Longer than a script waits for a busy holder that it takes over from. */
const deadlineMs = 30_000;

/** Takes the next epoch, or says who holds this one. Throws ProblemError when the host cannot be asked. */
export async function acquireLock(link: Link, holder: Holder, planId: string | undefined): Promise<Acquired> {
  for (const name of [holder.run, planId ?? "none"]) {
    if (!namePattern.test(name)) throw new ProblemError({ code: "internal", message: `${JSON.stringify(name)} cannot name a run or a plan on a host` });
  }
  const args = [link.paths.lib, link.paths.run, canonical(holder), planId ?? "", holder.run];
  const [sent] = link.send([short(subshell({ script: acquire, args }))]);
  link.counters.roundTrips += 1;
  return acquiredOf(await sent, link, holder);
}

/** Says that this session's shell is the holder's now. */
export function adoptRequest(link: Link, epoch: number): Request {
  return short(`${names(link, epoch)}${adopt}`);
}

export function beatRequest(link: Link, epoch: number): Request {
  return short(`${names(link, epoch)}${beat}`);
}

export function giveBackRequest(link: Link, epoch: number): Request {
  return short(`${names(link, epoch)}${giveBack}`);
}

function short(text: string): Request {
  return { text, deadlineMs, limit: 64 * 1024, strict: false };
}

function names({ paths }: Link, epoch: number): string {
  return assign({ hlx_lib: paths.lib, hlx_run: paths.run, hlx_epoch: String(epoch) });
}

function acquiredOf(reply: Reply | undefined, link: Link, holder: Holder): Acquired {
  if (reply?.reply !== "ended") throw new ProblemError(reply?.because ?? { code: "internal", message: "the lock was not asked for" });
  const [answer = "", line = ""] = reply.stdout.toString("utf8").split("\n");
  const by = holderOf(line);
  const epoch = /^held (\d+)$/.exec(answer)?.[1];
  if (epoch !== undefined) return { acquired: true, epoch: Number(epoch), ...(by === undefined ? {} : { tookOver: by }) };
  const problem = refusal(answer, { host: link.options.host, lib: link.paths.lib, run: holder.run, by, said: reply.stderr.toString("utf8") });
  return { acquired: false, problem, ending: answer === "ending", ...(by === undefined ? {} : { by }) };
}

interface Refused {
  readonly host: string;
  readonly lib: string;
  readonly run: string;
  readonly by: Holder | undefined;
  readonly said: string;
}

function refusal(answer: string, { host, lib, by, said }: Refused): Problem {
  switch (answer) {
    case "locked":
    case "busy":
      return {
        code: "locked",
        message: `locking ${host}: ${whoHolds(by)}`,
        hint: `wait until it ends; one that died is taken over at once, a frozen one after ${frozenAfter} s`,
      };
    case "ending":
      return {
        code: "locked",
        message: `locking ${host}: ${by === undefined ? "a run that is gone" : `run ${by.run} of ${by.who} on ${by.where}, which is gone,`} left something running there that has not ended`,
        hint: "look at what runs there (systemctl list-units 'hlx-*'); once it has ended, or was ended, the lock is taken over",
      };
    case "stale":
      return { code: "stale", message: `locking ${host}: this saved plan was applied before, or begun`, hint: "make a new plan" };
    case "foreign":
      return {
        code: "trust",
        message: `locking ${host}: ${lib} is not a folder that belongs to root alone`,
        hint: `look at what is there; hlx owns ${lib} and makes it itself`,
      };
    default:
      return {
        code: "failed",
        message: `locking ${host}: could not write to ${lib}: ${JSON.stringify(said.slice(0, 400))}`,
        hint: "is the disk full, or mounted read-only?",
      };
  }
}

function whoHolds(by: Holder | undefined): string {
  return by === undefined ? "another run has just begun there" : `${by.who} on ${by.where} applies run ${by.run} (pid ${by.pid}) since ${by.since}`;
}

/** What another hlx wrote down, from its line: data of a host, taken only when it has the right shape. */
export function holderOf(line: string): Holder | undefined {
  const value = parsedJson(line);
  if (!isRecord(value)) return undefined;
  const { run, who, where, pid, since } = value;
  if (typeof run !== "string" || typeof who !== "string" || typeof where !== "string" || typeof since !== "string") return undefined;
  return { run, who, where, since, pid: typeof pid === "number" ? pid : 0 };
}
