// Exit codes: what a command ended with, as data, and the one place that turns it into a number and a last line.
import type { Problem, ProblemCode } from "../model/problem.ts";
import { counted } from "./views/layout.ts";

/** How things stand at the end of a command. What is left out was not the case. */
export interface Standing {
  /** Errors that ended the command, or made a part of it impossible. */
  readonly problems?: readonly Problem[];
  readonly failed?: number;
  readonly unreachable?: number;
  /** Changes that a plan shows, where `--detailed-exitcode` asks for them. */
  readonly pending?: number;
  /** Resources that drifted, are pending or new. */
  readonly drifted?: number;
  readonly interrupted?: boolean;
  /** Printed in the last line: "run 17". */
  readonly run?: number;
}

export type ExitCode = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 130;

const codeOf: Readonly<Record<ProblemCode, ExitCode>> = {
  usage: 1,
  input: 1,
  internal: 1,
  missing: 1,
  silent: 1,
  risk: 5,
  stale: 6,
  failed: 3,
  unknown: 3,
  locked: 3,
  unreachable: 4,
  trust: 4,
  privilege: 4,
  interrupted: 130,
};

/** The code of a problem, on its own. */
export function exitCodeOf({ code }: Problem): ExitCode {
  return codeOf[code];
}

/** The first that holds: 130, 1, 5, 6, 3, 4, 2, 0. */
export function exitCode(standing: Standing): ExitCode {
  const holding = reasons(standing).map(({ code }) => code);
  return order.find((code) => holding.includes(code)) ?? 0;
}

/** `exit 3 (2 failed; also 1 host unreachable), run 17`; undefined when there is nothing to say. */
export function lastLine(standing: Standing): string | undefined {
  const code = exitCode(standing);
  if (code === 0) return undefined;
  const said = reasons(standing);
  const main = said.filter((reason) => reason.code === code).map(({ words }) => words);
  const also = said.filter((reason) => reason.code !== code).map(({ words }) => words);
  const extra = also.length > 0 ? `; also ${also.join(", ")}` : "";
  return `exit ${code} (${main.join(", ")}${extra})${standing.run === undefined ? "" : `, run ${standing.run}`}`;
}

const order: readonly ExitCode[] = [130, 1, 5, 6, 3, 4, 2];

interface Reason {
  readonly code: ExitCode;
  readonly words: string;
}

function reasons(standing: Standing): readonly Reason[] {
  const { failed = 0, unreachable = 0, pending = 0, drifted = 0, interrupted = false } = standing;
  const inProblems = (code: ExitCode): number => (standing.problems ?? []).filter((problem) => exitCodeOf(problem) === code).length;
  const all: readonly (readonly [ExitCode, number, string])[] = [
    [130, Number(interrupted || inProblems(130) > 0), "interrupted"],
    [1, inProblems(1), counted(inProblems(1), "error")],
    [5, inProblems(5), "refused by a risk rule"],
    [6, inProblems(6), "no longer as planned"],
    [3, failed + inProblems(3), `${failed + inProblems(3)} failed`],
    [4, unreachable + inProblems(4), `${counted(unreachable + inProblems(4), "host")} unreachable`],
    [2, pending, counted(pending, "change") + " pending"],
    [2, drifted, `drift: ${counted(drifted, "resource")}`],
  ];
  return all.filter(([, count]) => count > 0).map(([code, , words]) => ({ code, words }));
}
