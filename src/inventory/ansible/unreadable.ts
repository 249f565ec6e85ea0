// A file that cannot be read, as a problem.
import { why } from "../../lib/why.ts";
import { ProblemError } from "../../model/problem.ts";

/** The problems of a thrown value; a file that cannot be read is one. */
export function problemsOf(thrown: unknown, file: string): ProblemError["problems"] {
  if (thrown instanceof ProblemError) return thrown.problems;
  if (!(thrown instanceof Error) || !("code" in thrown)) throw thrown;
  return [{ code: "input", message: `cannot read it: ${why(thrown)}`, at: { file, line: 1, column: 1 }, cause: thrown }];
}
