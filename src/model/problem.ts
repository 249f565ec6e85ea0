// Anything that went wrong, as data; and the one error class that carries it.

/** A place in an input file. Lines and columns count from 1; `length` is in characters, for the caret line. */
export interface Position {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly length?: number;
  /** The source line's text, for the code frame. Left out where it could hold a secret. */
  readonly text?: string;
}

/** What sort of thing went wrong; decides the exit code (see cli/exit.ts). */
export type ProblemCode =
  | "usage" // the command line is wrong
  | "input" // an input file is wrong
  | "trust" // a host key, certificate or owner that is not trusted
  | "risk" // refused by a risk rule
  | "stale" // a saved plan no longer matches
  | "locked" // somebody else applies
  | "unreachable" // could not connect or log in
  | "privilege" // logged in, but could not become root
  | "failed" // a step or a verification failed on a host
  | "unknown" // could not look, or nobody knows how a step ended
  | "missing" // something that is needed is there on no host and in no plan
  | "silent" // what should answer is on the host, and does not
  | "interrupted"
  | "internal"; // hlx is wrong

/** One thing that went wrong: lower case, what was being done, to which address, what came back; the next move in the hint. */
export interface Problem {
  readonly code: ProblemCode;
  readonly message: string;
  readonly at?: Position;
  readonly hint?: string;
  /** More places that take part (the first of two duplicates), each with what it is. */
  readonly also?: readonly { readonly at: Position; readonly note: string }[];
  readonly cause?: unknown;
}

/** Thrown when the user or hlx is wrong. Carries every problem found at once, at least one. */
export class ProblemError extends Error {
  readonly problems: readonly [Problem, ...Problem[]];

  constructor(first: Problem, ...more: readonly Problem[]) {
    super([first, ...more].map((problem) => problem.message).join("; "), { cause: first.cause });
    this.name = "ProblemError";
    this.problems = [first, ...more];
  }
}

/** Throws one ProblemError with all of them; returns when there are none. */
export function refuseAll(problems: readonly Problem[]): void {
  const [first, ...more] = problems;
  if (first !== undefined) throw new ProblemError(first, ...more);
}

/** The problem inside a thrown value; a thing that is no ProblemError becomes an internal problem with its cause kept. */
export function problemOf(thrown: unknown): Problem {
  if (thrown instanceof ProblemError) return thrown.problems[0];
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return { code: "internal", message, cause: thrown };
}
