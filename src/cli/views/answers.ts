// What hosts answered, each in its own lines.
import type { Answer } from "../../engine/facts.ts";
import type { Facts } from "../../model/facts.ts";
import type { CheckResult } from "../../model/ports/shell.ts";
import { visible, visibleLines } from "./escape.ts";
import { columns, counted, duration } from "./layout.ts";
import type { Paint } from "./paint.ts";

/** `hlx facts`: a block a host. */
export function factsLines(answers: readonly Answer<Facts>[], paint: Paint): readonly string[] {
  return answers.flatMap((answer) => [
    paint("bold", visible(answer.host)),
    ...("problem" in answer ? problemLines(answer.problem, paint) : columns(rows(answer.value).map(([name, value]) => [`  ${name}`, value]))),
  ]);
}

/** `hlx ping`: a line a host. */
export function pingLines(answers: readonly Answer<Facts>[], paint: Paint): readonly string[] {
  const good = answers.filter((answer) => "value" in answer).length;
  const lines = columns(
    answers.map((answer) =>
      "problem" in answer
        ? [paint("red", "✖"), visible(answer.host), visible(answer.problem.message) + hintOf(answer.problem)]
        : [
            paint("green", "✔"),
            visible(answer.host),
            `${visible(answer.value.user)}${answer.value.root ? ", root" : ", not root"}, ${duration(answer.tookMs)}`,
          ],
    ),
  );
  return [...lines, `${good} of ${counted(answers.length, "host")} answered.`];
}

/** `hlx exec`: what each host printed, every line behind the host's name. */
export function execLines(answers: readonly Answer<CheckResult>[], paint: Paint): readonly string[] {
  return answers.flatMap((answer) => {
    const host = visible(answer.host);
    if ("problem" in answer) return [`${paint("red", host)} | ${visible(answer.problem.message)}${hintOf(answer.problem)}`];
    const { exitStatus, stdout, stderr } = answer.value;
    const style = exitStatus === 0 ? "green" : "red";
    const lines = [...visibleLines(stdout), ...visibleLines(stderr).map((line) => paint("dim", line))];
    const status = exitStatus === 0 ? (lines.length === 0 ? ["(no output)"] : []) : [`exit status ${exitStatus}`];
    return [...lines, ...status].map((line) => `${paint(style, host)} | ${line}`);
  });
}

function rows(value: object, before = ""): readonly (readonly [string, string])[] {
  return Object.entries(value).flatMap(([name, member]): readonly (readonly [string, string])[] => {
    const path = `${before}${name}`;
    if (Array.isArray(member)) return [[visible(path), visible(member.join(", "))]];
    return typeof member === "object" && member !== null ? rows(member, `${path}.`) : [[visible(path), visible(String(member))]];
  });
}

function problemLines(problem: { readonly message: string; readonly hint?: string }, paint: Paint): readonly string[] {
  return [`  ${paint("red", visible(problem.message))}${hintOf(problem)}`];
}

function hintOf({ hint }: { readonly hint?: string }): string {
  return hint === undefined ? "" : ` (${visible(hint)})`;
}
