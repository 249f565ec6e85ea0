// The same mistake on many hosts, told once.
import type { Problem } from "../model/problem.ts";

export interface OnHost {
  readonly host: string;
  readonly problems: readonly Problem[];
}

/** Every problem once: those that differ in the host's name only say on how many more hosts they are. */
export function onceForAll(all: readonly OnHost[]): readonly Problem[] {
  const found = new Map<string, { readonly problem: Problem; more: number }>();
  for (const { host, problem } of all.flatMap(({ host, problems }) => problems.map((problem) => ({ host, problem })))) {
    const { file, line, column } = problem.at ?? {};
    const key = JSON.stringify([file, line, column, problem.code, problem.message.replaceAll(`on ${host}`, "on it")]);
    const known = found.get(key);
    if (known === undefined) found.set(key, { problem, more: 0 });
    else known.more++;
  }
  return [...found.values()].map(({ problem, more }) =>
    more === 0 ? problem : { ...problem, message: `${problem.message} (and on ${more} more ${more === 1 ? "host" : "hosts"})` },
  );
}
