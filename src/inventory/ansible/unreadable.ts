// A file that cannot be read, as a problem.
import { ProblemError } from "../../model/problem.ts";

/** The problems of a thrown value; a file that cannot be read is one. */
export function problemsOf(thrown: unknown, file: string): ProblemError["problems"] {
  if (thrown instanceof ProblemError) return thrown.problems;
  const code = (thrown as NodeJS.ErrnoException | undefined)?.code;
  if (code === undefined) throw thrown;
  return [{ code: "input", message: `cannot read ${file} (${code})`, at: { file, line: 1, column: 1 }, cause: thrown }];
}
