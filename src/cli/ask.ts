// Questions on a terminal: yes or no, and secrets that are not shown.
import { createInterface } from "node:readline/promises";
import { ProblemError } from "../model/problem.ts";
import type { Io, Source } from "./io.ts";

/** Only "y" and "yes" mean yes. Rejects when interrupted. */
export async function askYes(io: Io, question: string): Promise<boolean> {
  return /^(y|yes)$/i.test(await askLine(io, `${question} [y/N] `));
}

/** Yes, no, or continue without asking; anything else is no. Rejects when interrupted. */
export async function askChoice(io: Io, question: string): Promise<"y" | "n" | "c"> {
  const answer = await askLine(io, `${question}: (N)o, (y)es, (c)ontinue without asking? `);
  if (/^(c|continue)$/i.test(answer)) return "c";
  return /^(y|yes)$/i.test(answer) ? "y" : "n";
}

async function askLine(io: Io, question: string): Promise<string> {
  const lines = createInterface({ input: io.in, output: undefined, terminal: false });
  try {
    io.err.write(question);
    return (await Promise.race([lines.question(""), closed(lines), interrupted(io.stop)])).trim();
  } finally {
    lines.close();
  }
}

/** One line without echo; only where there is a terminal. */
export async function askSecret(io: Io, prompt: string): Promise<string> {
  if (io.in.isTTY !== true) throw new ProblemError({ code: "usage", message: `${prompt}: cannot ask, standard input is not a terminal` });
  io.err.write(`${prompt}: `);
  io.in.setRawMode?.(true);
  try {
    return await Promise.race([typed(io.in), interrupted(io.stop)]);
  } finally {
    io.in.setRawMode?.(false);
    io.in.pause();
    io.err.write("\n");
  }
}

/** The work's result, unless it is interrupted first. For work that changes nothing: nobody has to wait for its end. Throws ProblemError (interrupted). */
export function unlessInterrupted<Result>(work: Promise<Result>, stop: AbortSignal): Promise<Result> {
  return Promise.race([work, interrupted(stop, "interrupted: nothing was changed")]);
}

function typed(source: Source): Promise<string> {
  let text = "";
  return new Promise((resolve, reject) => {
    const read = (chunk: Buffer | string): void => {
      const { left, end } = afterKeys(text, chunk.toString());
      text = left;
      if (end === undefined) return;
      source.off("data", read);
      if (end === "given") resolve(text);
      else reject(stopped());
    };
    source.on("data", read);
    source.resume();
  });
}

/** The text after some keys of a terminal in raw mode; `end` when Enter, Ctrl-D or Ctrl-C was among them. */
export function afterKeys(before: string, keys: string): { readonly left: string; readonly end?: "given" | "stopped" } {
  let left = before;
  for (const key of keys) {
    if (key === "\u0003") return { left, end: "stopped" };
    if (["\r", "\n", "\u0004"].includes(key)) return { left, end: "given" };
    left = key === "\u007f" || key === "\b" ? left.slice(0, -1) : left + key;
  }
  return { left };
}

function closed(lines: { once(event: "close", then: () => void): unknown }): Promise<string> {
  return new Promise((resolve) => lines.once("close", () => resolve("")));
}

function interrupted(stop: AbortSignal, message?: string): Promise<never> {
  return new Promise((_, reject) => {
    if (stop.aborted) reject(stopped(message));
    stop.addEventListener("abort", () => reject(stopped(message)), { once: true });
  });
}

function stopped(message = "interrupted while asking"): ProblemError {
  return new ProblemError({ code: "interrupted", message });
}
