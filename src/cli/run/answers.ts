// Commands that ask each host one thing: choosing the hosts, asking, how things stand.
import type { Answer } from "../../engine/facts.ts";
import type { World } from "../../engine/world.ts";
import type { Host } from "../../model/host.ts";
import type { Context } from "../command.ts";
import { exitCodeOf, type Standing } from "../exit.ts";
import { problemDocument } from "../views/documents.ts";
import { hostsOf, openHosts } from "./project.ts";
import { secretsOf } from "./secrets.ts";
import { withWorld } from "./session.ts";

/** Asks the chosen hosts. The pattern is --limit, or one given (as `hlx exec` does). */
export async function askHosts<Value>(
  context: Context,
  ask: (world: World, hosts: readonly Host[], forks: number) => Promise<readonly Answer<Value>[]>,
  pattern?: string,
): Promise<readonly Answer<Value>[]> {
  const { inventory } = await openHosts(context, pattern);
  const hosts = hostsOf(inventory, context, pattern);
  return withWorld(context, secretsOf(inventory), (world) => ask(world, hosts, context.given.number("forks") ?? 50));
}

/** How things stand after asking: which hosts did not answer, and why. `failed`: answers that are failures. */
export function standingOfAnswers(answers: readonly Answer<unknown>[], failed = 0): Standing {
  const problems = answers.flatMap((answer) => ("problem" in answer ? [answer.problem] : []));
  const unreachable = problems.filter((problem) => exitCodeOf(problem) === 4).length;
  return { unreachable, failed, problems: problems.filter((problem) => exitCodeOf(problem) !== 4) };
}

/** `--json` for these commands: one document with a member for each host. */
export function answersDocument<Value>(document: string, answers: readonly Answer<Value>[], show: (value: Value) => unknown): unknown {
  return {
    format: 1,
    document,
    hosts: answers.map((answer) => ({
      host: answer.host,
      tookMs: answer.tookMs,
      ...("problem" in answer ? { problem: problemDocument(answer.problem) } : { [document]: show(answer.value) }),
    })),
  };
}
