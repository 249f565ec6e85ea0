// One HTTP request over one byte stream, and what became of it.
import { type IncomingMessage, request } from "node:http";
import type { Duplex } from "node:stream";
import { why } from "../../lib/why.ts";
import { ProblemError, problemOf } from "../../model/problem.ts";

export interface Request {
  readonly method: string;
  /** With its query, below /api. */
  readonly path: string;
  readonly body?: string;
  readonly sid?: string;
  readonly deadlineMs?: number;
}

/** "closed": nothing was sent. "lost": it was sent, at least in part, and nobody knows what became of it. */
export type Reply =
  | { readonly reply: "answered"; readonly status: number; readonly text: string }
  | { readonly reply: "closed"; readonly because: string }
  | { readonly reply: "lost"; readonly because: string };

/** Opens a stream to the Pi-hole's web server. */
export type Dial = () => Promise<Duplex>;

const usualMs = 15_000;
const mostBytes = 16 * 1024 * 1024;

/** Sends one request. Never throws, and never sends anything twice. */
export async function ask(dial: Dial, asked: Request): Promise<Reply> {
  const stream = await dial().catch(
    (thrown: unknown): Reply => ({ reply: "closed", because: thrown instanceof ProblemError ? problemOf(thrown).message : why(thrown) }),
  );
  return "reply" in stream ? stream : over(stream, asked);
}

function over(stream: Duplex, { method, path, body, sid, deadlineMs = usualMs }: Request): Promise<Reply> {
  const { promise, resolve } = Promise.withResolvers<Reply>();
  const headers = {
    host: "localhost",
    connection: "close",
    ...(body === undefined ? {} : { "content-type": "application/json", "content-length": Buffer.byteLength(body) }),
    ...(sid === undefined ? {} : { "x-ftl-sid": sid }),
  };
  let answer: IncomingMessage | undefined;
  const lost = (because: string): void => resolve({ reply: "lost", because });
  const sent = request({ method, path: `/api${path}`, headers, createConnection: () => stream as never }, (response) => {
    answer = response;
    const chunks: Buffer[] = [];
    let bytes = 0;
    response.on("data", (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > mostBytes) sent.destroy(new Error(`more than ${mostBytes} bytes`));
      else chunks.push(chunk);
    });
    response.on("end", () => resolve({ reply: "answered", status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString("utf8") }));
    response.on("close", () => lost("the answer was cut off"));
  });
  const timer = setTimeout(() => sent.destroy(new Error(`no answer in ${deadlineMs / 1000} s`)), deadlineMs);
  // After gravity FTL writes on behind the end of its answer: an error to the parser, but the answer is there and will "end".
  sent.on("error", (error) => answer?.complete === true || lost(error.message));
  stream.on("error", (error) => lost(error.message));
  sent.end(body);
  return promise.finally(() => {
    clearTimeout(timer);
    stream.destroy();
  });
}
