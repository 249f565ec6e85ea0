// What the small kinds of Docker share: a host without an engine blocks them, and names and labels.
import { absent, blocked, type Found } from "../../model/kind.ts";
import { ProblemError, problemOf } from "../../model/problem.ts";

/** The names that the engine takes for networks, volumes and containers (moby, daemon/names). */
export const namePattern = "^[a-zA-Z0-9][a-zA-Z0-9_.-]*$";

/** A map from text to text. */
export const textsSchema = { type: "object", additionalProperties: { type: "string" } } as const;

/** Asks the engine. Where there is none, what should be gone is absent; where it does not answer, nobody knows. Everything else is blocked in both cases. */
export async function asking<Actual>(gone: boolean, look: () => Promise<Found<Actual>>): Promise<Found<Actual>> {
  try {
    return await look();
  } catch (thrown) {
    if (!(thrown instanceof ProblemError)) throw thrown;
    const problem = problemOf(thrown);
    if (problem.code === "missing" && gone) return absent;
    const waits = !gone && (problem.code === "missing" || problem.code === "silent");
    return waits ? blocked("docker:engine", problem.message) : { found: "unknown", because: problem };
  }
}

/** Only the members that are wanted: others may put theirs beside them. Undefined where nothing is wanted. */
export function wantedOf(actual: Texts | null, wanted: Texts | undefined): Texts | undefined {
  return (
    wanted && Object.fromEntries(Object.keys(wanted).flatMap((key) => (actual !== null && Object.hasOwn(actual, key) ? [[key, String(actual[key])]] : [])))
  );
}

type Texts = Readonly<Record<string, string>>;
