// Steps on another host than the resource's own: under that host's lock, their output handed on as a secret.
import { bareHost } from "../model/host.ts";
import type { PlannedHost } from "../model/plan.ts";
import type { Holder, ShellWriter, WriteOptions } from "../model/ports/shell.ts";
import { ProblemError } from "../model/problem.ts";
import type { Elsewhere, Step, StepResult } from "../model/step.ts";
import { isRef } from "../model/text.ts";
import type { HostRun } from "./host-run.ts";
import { otherMachine } from "./identity.ts";
import type { World } from "./world.ts";

/** Values by name that steps of one resource hand to later ones. */
export type Hand = Map<string, string>;

/** Does the step on its host. What it hands on goes into `hand`, and nowhere else. Throws ProblemError when that host cannot be had. */
export async function doElsewhere({ host, step, hands }: Elsewhere, { on, options, hand }: Doing): Promise<StepResult> {
  const lease = await on.elsewhere(host);
  try {
    const quiet: WriteOptions = { reveal: options.reveal };
    const result = step.do === "run" ? (await lease.writer.batch([step], quiet))[0] : await lease.writer.long(step, quiet);
    if (result === undefined) return { result: "unknown", because: `${host} did not say how it ended` };
    if (hands === undefined || result.result !== "done") return result;
    hand.set(hands, result.output.trimEnd());
    return { ...result, output: "" };
  } finally {
    await lease.release();
  }
}

interface Doing {
  readonly on: HostRun;
  readonly options: WriteOptions;
  readonly hand: Hand;
}

/** The options of a step that may name what was handed on; what it prints is shown without it. */
export function withHand(options: WriteOptions, hand: Hand): WriteOptions {
  const { onOutput } = options;
  return {
    reveal: (piece) => (isRef(piece) && piece.ref === "handed" ? given(piece.pointer.slice(1), hand) : options.reveal(piece)),
    ...(onOutput === undefined ? {} : { onOutput: (line) => onOutput(conceal(line, hand)) }),
  };
}

/** The result without what was handed on. */
export function concealed(result: StepResult, hand: Hand): StepResult {
  return "output" in result ? { ...result, output: conceal(result.output, hand) } : result;
}

/** True for a step that is done although one before it failed. */
export function isAlways(step: Step): boolean {
  return step.do === "elsewhere" && step.always === true;
}

/** Locks a host that this run has no work on. Throws ProblemError (stale, locked, unreachable). */
export async function lockElsewhere({ host, login }: Pick<PlannedHost, "host" | "login">, holder: Holder, world: World): Promise<ShellWriter> {
  const session = await world.sessions.of(bareHost(host, login));
  const other = await otherMachine(host, await world.facts(session.shell), world);
  if (other !== undefined) throw new ProblemError(other);
  const answer = await session.lock(holder);
  if (answer.lock === "refused") throw new ProblemError(answer.problem);
  return answer.writer;
}

function given(name: string, hand: Hand): string {
  const value = hand.get(name);
  if (value === undefined) throw new ProblemError({ code: "missing", message: `nothing was handed on as ${name}` });
  return value;
}

function conceal(text: string, hand: Hand): string {
  return [...hand.values()].filter((value) => value !== "").reduce((left, value) => left.replaceAll(value, "(handed over)"), text);
}
