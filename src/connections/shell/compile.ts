// Turns steps into the shell text that does them.
import { posix } from "node:path";
import { sha256 } from "../../lib/hash.ts";
import { quote, quoteAll } from "../../lib/quote.ts";
import type { ShortStep, WriteOptions } from "../../model/ports/shell.ts";
import { type Problem, refuseAll } from "../../model/problem.ts";
import type { Guarded, Run, Write } from "../../model/step.ts";
import { filledText, type Text } from "../../model/text.ts";
import { base64Document, isWord, subshell } from "./words.ts";

export interface Compiling {
  reveal: WriteOptions["reveal"];
  randomHex(bytes: number): string;
  /** The uid that the session's commands run as. */
  readonly uid: number;
}

/** Exit statuses of a guarded step, beside 0. */
export const guardedStatus = { hold: 119, verify: 120, step: 121, putBack: 122 } as const;

/** Each ends with a newline; its output is not redirected. Throws ProblemError (input) for what no shell can be told. */
export function compileSteps(steps: readonly ShortStep[], by: Compiling): readonly string[] {
  let random = by.randomHex(8);
  return steps.map((step, index) => {
    const next = steps[index + 1];
    const stay = step.do === "write" && next?.do === "write" && posix.dirname(step.path) === posix.dirname(next.path);
    const text = compileStep(step, by, { random, stay: stay ? "stay" : "go" });
    if (!stay) random = by.randomHex(8);
    return text;
  });
}

/** The staging folder's name, and whether the next write uses it too: a folder made and removed for each file would double its cost. */
interface Staging {
  readonly random: string;
  readonly stay: "stay" | "go";
}

function compileStep(step: ShortStep, by: Compiling, staging: Staging): string {
  switch (step.do) {
    case "write":
      return compileWrite(step, by, staging);
    case "run":
      return compileRun(step, by);
    default:
      return compileGuarded(step, by);
  }
}

/** The name that a path's pre-image has in the run's undo folder. */
export function undoKey(path: string): string {
  return sha256(path).slice(0, 32);
}

/** The text with its secrets and refs filled in. */
export function reveal(content: Text, by: Pick<Compiling, "reveal">): string {
  return filledText(content, (leaf) => by.reveal(leaf)) ?? "";
}

/** A command with the content on its standard input; never in the arguments of a process. */
export function withStdin(content: string, command: { readonly text: string; readonly delimiter: string }): string {
  if (isWord(content)) return `printf %s ${quote(content)} | ${command.text}\n`;
  const { open, body } = base64Document(content, command.delimiter);
  return `base64 -d ${open} | ${command.text}\n${body}`;
}

function compileRun({ script, args, stdin }: Run, by: Compiling): string {
  refuseAll(nulProblems([script, ...args], "running a script"));
  const text = subshell({ script, args });
  return stdin === undefined ? `${text} </dev/null\n` : withStdin(reveal(stdin, by), { text, delimiter: by.randomHex(16) });
}

function compileWrite(step: Write, by: Compiling, { random, stay }: Staging): string {
  refuseAll([...pathProblems(step.path), ...nulProblems([...(step.validate ?? []), step.owner, step.group], `writing ${step.path}`), ...modeProblems(step)]);
  const content = reveal(step.content, by);
  const staged = posix.join(posix.dirname(step.path), `.hlx-${random}`, posix.basename(step.path));
  const owner = by.uid === 0 && step.owner === "root" && step.group === "root" ? "" : `${step.owner}:${step.group}`;
  const validate = (step.validate ?? []).map((word) => word.replaceAll("%s", () => staged));
  const fixed = [step.path, undoKey(step.path), random, stay, ...creation(step.mode), owner];
  if (isWord(content)) return `hlx_write ${quoteAll([...fixed, `=${content}`, ...validate])} </dev/null\n`;
  const { open, body } = base64Document(content, by.randomHex(16));
  return `hlx_write ${quoteAll([...fixed, `-${Buffer.byteLength(content)}`, ...validate])} ${open}\n${body}`;
}

/** The umask that creates a file with this mode, and the chmod that is left where no umask can. */
function creation(mode: string): readonly [string, string] {
  const bits = Number.parseInt(mode, 8);
  const creatable = (bits & ~0o666) === 0;
  const umask = (0o777 & ~bits).toString(8).padStart(4, "0");
  return creatable ? [umask, ""] : ["0177", mode];
}

function compileGuarded(step: Guarded, by: Compiling): string {
  refuseAll(step.putBack.flatMap(pathProblems));
  const held = step.putBack.map((path) => ({ path, name: `hold.${by.randomHex(8)}` }));
  const hold = held.map(({ path, name }) => `hlx_hold ${name} ${quote(path)} || exit ${guardedStatus.hold}\n`);
  const steps = step.steps.map((one) => guardedPart(compileStep(one, by, alone(by)), guardedStatus.step));
  const verify = guardedPart(compileRun({ do: "run", ...step.verify }, by), guardedStatus.verify);
  const back = held.map(({ path, name }) => `hlx_put_back ${name} ${quote(path)} ${by.randomHex(8)} || hlx_guard=${guardedStatus.putBack}\n`);
  const otherwise = step.otherwise.map((one) => compileStep(one, by, alone(by)));
  const drop = held.map(({ name }) => `hlx_drop ${name}\n`);
  const undo = `if [ "$hlx_guard" != 0 ]; then\n:\n${back.join("")}${otherwise.join("")}fi\n`;
  return `(\n${hold.join("")}hlx_guard=0\n${steps.join("")}${verify}${undo}${drop.join("")}exit "$hlx_guard"\n)\n`;
}

function alone(by: Compiling): Staging {
  return { random: by.randomHex(8), stay: "go" };
}

function guardedPart(text: string, status: number): string {
  return `if [ "$hlx_guard" = 0 ]; then\n${text}[ "$?" = 0 ] || hlx_guard=${status}\nfi\n`;
}

function pathProblems(path: string): readonly Problem[] {
  const sound = path.startsWith("/") && path !== "/" && posix.normalize(path) === path && !path.endsWith("/") && !path.includes("\0");
  return sound ? [] : [{ code: "input", message: `writing ${JSON.stringify(path)}: not an absolute, plain path` }];
}

function modeProblems({ path, mode, owner, group }: Write): readonly Problem[] {
  const message = `writing ${path}: mode ${JSON.stringify(mode)}, owner ${JSON.stringify(owner)}, group ${JSON.stringify(group)} cannot be set`;
  const sound = /^[0-7]{4}$/.test(mode) && [owner, group].every((name) => /^[A-Za-z0-9_][A-Za-z0-9_.$-]*$/.test(name));
  return sound ? [] : [{ code: "input", message, hint: 'a mode is four octal digits, such as "0644"' }];
}

function nulProblems(words: readonly string[], doing: string): readonly Problem[] {
  return words.some((word) => word.includes("\0")) ? [{ code: "input", message: `${doing}: an argument holds a NUL byte` }] : [];
}
