// Reads travel together: all that is asked in one turn of the event loop is one write, one command a sort.
import { canonical } from "../../lib/json.ts";
import type { Read } from "../../model/ports/shell.ts";
import { type Problem, ProblemError, problemOf } from "../../model/problem.ts";
import type { Link } from "./link.ts";
import type { Reply, Request } from "./remote.ts";
import { subshell } from "./words.ts";

/** At most so many queries, and so many bytes of arguments, go into one command: below Linux's limits for an argument list. */
const chunkQueries = 1000;
const chunkBytes = 100 * 1024;
const mebibyte = 1024 * 1024;
/** What may be printed for one query, and for one flush. */
const queryLimit = 8 * mebibyte;
const flushLimit = 64 * mebibyte;

type AnyRead = Read<unknown, unknown>;

interface Asked {
  readonly query: unknown;
  readonly args: readonly string[];
  readonly askers: { resolve(answer: unknown): void; reject(thrown: unknown): void }[];
}

interface Sort {
  readonly read: AnyRead;
  readonly asked: Map<string, Asked>;
}

interface Chunk {
  readonly read: AnyRead;
  readonly asked: readonly Asked[];
}

/** The queue of one session. */
export class Reads {
  readonly #link: Link;
  #waiting = new Map<string, Sort>();

  constructor(link: Link) {
    this.#link = link;
  }

  ask<Query, Answer>(read: Read<Query, Answer>, query: Query): Promise<Answer> {
    return new Promise<Answer>((resolve, reject) => {
      const args = read.args(query);
      if (this.#waiting.size === 0) setImmediate(() => void this.#flush());
      const sort = this.#sortOf(read as AnyRead);
      const key = canonical(args);
      const asked = sort.asked.get(key) ?? { query, args, askers: [] };
      asked.askers.push({ resolve: (answer) => resolve(answer as Answer), reject });
      sort.asked.set(key, asked);
    });
  }

  #sortOf(read: AnyRead): Sort {
    const sort = this.#waiting.get(read.name) ?? { read, asked: new Map() };
    this.#waiting.set(read.name, sort);
    return sort;
  }

  async #flush(): Promise<void> {
    const sorts = [...this.#waiting.values()];
    this.#waiting = new Map();
    const chunks = sorts.flatMap(chunksOf).filter(isSendable);
    if (chunks.length === 0) return;
    const again = await this.#round(chunks, "first");
    if (again.length > 0) await this.#round(again, "last");
  }

  /** Sends the chunks and answers their askers; gives back those worth asking once more. */
  async #round(chunks: readonly Chunk[], round: "first" | "last"): Promise<readonly Chunk[]> {
    const budget = { left: flushLimit };
    const deadlineMs = this.#link.options.readDeadlineMs ?? 60_000;
    const replies = this.#link.send(chunks.map((chunk) => requestOf(chunk, { budget, deadlineMs })));
    this.#link.counters.roundTrips += 1;
    const outcomes = await Promise.all(replies.map(async (reply, index) => answer(chunks[index], await reply, round)));
    return outcomes.filter((chunk) => chunk !== undefined);
  }
}

function chunksOf({ read, asked }: Sort): readonly Chunk[] {
  const chunks: Asked[][] = [];
  let [current, bytes]: [Asked[], number] = [[], 0];
  for (const one of asked.values()) {
    const size = one.args.reduce((sum, word) => sum + Buffer.byteLength(word) + 3, 0);
    if (current.length >= chunkQueries || (current.length > 0 && bytes + size > chunkBytes)) {
      chunks.push(current);
      [current, bytes] = [[], 0];
    }
    current.push(one);
    bytes += size;
  }
  return [...chunks, current].map((part) => ({ read, asked: part }));
}

/** A word with a NUL byte cannot be said in a shell: its askers are told, the others go on. */
function isSendable(chunk: Chunk): boolean {
  const unsayable = chunk.asked.some(({ args }) => args.some((word) => word.includes("\0")));
  if (unsayable) refuse(chunk, { code: "input", message: `reading ${chunk.read.name}: an argument holds a NUL byte` });
  return !unsayable;
}

function requestOf({ read, asked }: Chunk, { budget, deadlineMs }: { budget: { left: number }; deadlineMs: number }): Request {
  const text = subshell({ script: read.script, args: asked.flatMap(({ args }) => args) });
  return { text, deadlineMs, budget, strict: true, limit: Math.min(flushLimit, queryLimit * asked.length) };
}

function answer(chunk: Chunk | undefined, reply: Reply, round: "first" | "last"): Chunk | undefined {
  if (chunk === undefined) return undefined;
  if (reply.reply === "ended") {
    parse(chunk, reply.stdout);
    return undefined;
  }
  if (!reply.culprit && round === "first" && (reply.because.code === "unreachable" || reply.because.code === "unknown")) return chunk;
  const message = reply.culprit ? `reading ${chunk.read.name}: ${reply.because.message}` : reply.because.message;
  refuse(chunk, { ...reply.because, message });
  return undefined;
}

function parse(chunk: Chunk, output: Buffer): void {
  try {
    const queries = chunk.asked.map(({ query }) => query);
    const answers = chunk.read.parse(output.toString("utf8"), queries);
    if (answers.length !== queries.length) throw new ProblemError(countProblem(chunk.read.name, queries.length, answers.length));
    for (const [index, { askers }] of chunk.asked.entries()) for (const { resolve } of askers) resolve(answers[index]);
  } catch (thrown) {
    const problem = problemOf(thrown);
    refuse(chunk, thrown instanceof ProblemError ? problem : { code: "unknown", message: `reading ${chunk.read.name}: ${problem.message}`, cause: thrown });
  }
}

function countProblem(name: string, asked: number, answered: number): Problem {
  return { code: "unknown", message: `reading ${name}: asked for ${asked}, the host answered ${answered}` };
}

function refuse({ asked }: Chunk, problem: Problem): void {
  for (const { askers } of asked) for (const { reject } of askers) reject(new ProblemError(problem));
}
