// What the small kinds of Docker share: a host without an engine blocks them, and names and labels.
import { absent, blocked, type Found } from "../../model/kind.ts";
import { ProblemError, problemOf } from "../../model/problem.ts";

/** The names that the engine takes for networks, volumes and containers (moby, daemon/names). */
export const namePattern = "^[a-zA-Z0-9][a-zA-Z0-9_.-]*$";

/** A map from text to text. */
export const textsSchema = { type: "object", additionalProperties: { type: "string" } } as const;

/** Asks the engine. Where none answers, what should be gone is absent, and everything else is blocked. */
export async function asking<Actual>(gone: boolean, look: () => Promise<Found<Actual>>): Promise<Found<Actual>> {
  try {
    return await look();
  } catch (thrown) {
    if (!(thrown instanceof ProblemError)) throw thrown;
    const problem = problemOf(thrown);
    if (problem.code !== "missing") return { found: "unknown", because: problem };
    return gone ? absent : blocked("docker:engine", problem.message);
  }
}

/** Only the members that are wanted: others may put theirs beside them. */
export function wantedOf(actual: Readonly<Record<string, string>> | null, wanted: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> {
  const kept = Object.keys(wanted).filter((key) => actual !== null && Object.hasOwn(actual, key));
  return Object.fromEntries(kept.map((key) => [key, String(actual?.[key])]));
}
