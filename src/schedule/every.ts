// Spans of time as people give them: 90s, 15m, 2h, 1d.
import { ProblemError } from "../model/problem.ts";

/** Seconds. Throws ProblemError (usage) for what is no span, or not between `least` and `most` (seconds). */
export function secondsOf(text: string, { option, least, most }: { readonly option: string; readonly least: number; readonly most: number }): number {
  const parts = /^(\d{1,6})(s|m|h|d)$/.exec(text.trim());
  const seconds = Number(parts?.[1] ?? Number.NaN) * (units[parts?.[2] ?? ""] ?? Number.NaN);
  if (seconds >= least && seconds <= most) return seconds;
  const message = parts === null ? `${option} ${text}: not a span of time` : `${option} ${text}: must be between ${least} and ${most} seconds`;
  throw new ProblemError({ code: "usage", message, hint: "a number and s, m, h or d: 15m" });
}

const units: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };
