// Gathers the facts of one host in one round trip, and lists them for people.
import { isRecord } from "../lib/json.ts";
import type { Facts } from "../model/facts.ts";
import type { Read, ShellReader } from "../model/ports/shell.ts";
import { type Fact, factRead } from "./fact.ts";
import { facts } from "./registry.ts";

const reads = Object.entries(facts).map(([name, fact]): readonly [string, Read<null, unknown>] => [name, factRead(name, fact as Fact<unknown>)]);

/** All facts, asked at once so that they travel together. Frozen and without a prototype. Throws ProblemError when the host cannot be looked at or answers nonsense. */
export async function gatherFacts(shell: ShellReader): Promise<Facts> {
  const answers = await Promise.all(reads.map(async ([name, read]) => [name, await shell.ask(read, null)] as const));
  return Object.freeze(Object.assign(Object.create(null), Object.fromEntries(answers)));
}

export interface FactLine {
  /** "os.codename" for a member of a member. */
  readonly name: string;
  readonly value: string;
}

/** The facts as names and values, sorted by name. */
export function describeFacts(described: Facts): readonly FactLine[] {
  return linesOf("", described).toSorted((left, right) => (left.name < right.name ? -1 : 1));
}

function linesOf(prefix: string, value: unknown): readonly FactLine[] {
  if (Array.isArray(value) && !value.some(isRecord)) return [{ name: prefix, value: value.join(" ") }];
  if (typeof value !== "object" || value === null) return [{ name: prefix, value: String(value) }];
  return Object.entries(value).flatMap(([name, member]) => linesOf(prefix === "" ? name : `${prefix}.${name}`, member));
}
