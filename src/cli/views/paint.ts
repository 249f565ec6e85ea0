// Colours, and only where they are wanted.
import { styleText } from "node:util";
import type { Io, Sink } from "../io.ts";

type Style = "bold" | "dim" | "red" | "green" | "yellow" | "cyan" | "magenta";

/** Puts a style around text, or leaves it as it is. */
export type Paint = (style: Style, text: string) => string;

/** How wide views may draw, and with which paint. `width` is Infinity where lines are not cut. */
export interface Screen {
  readonly width: number;
  readonly paint: Paint;
}

export const plain: Screen = { width: Number.POSITIVE_INFINITY, paint: (_, text) => text };

/** Colours and a width for a terminal; neither for anything else. `NO_COLOR` and `--no-color` are obeyed, `FORCE_COLOR` too. */
export function screenOf(sink: Sink, env: Io["env"], color: boolean): Screen {
  const wanted = color && !env["NO_COLOR"] && (sink.isTTY === true || Boolean(env["FORCE_COLOR"])) && env["TERM"] !== "dumb";
  const paint: Paint = wanted ? (style, text) => styleText(style, text, { validateStream: false }) : plain.paint;
  return { width: sink.isTTY === true ? sink.columns || 80 : plain.width, paint };
}
