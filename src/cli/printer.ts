// The last writer: everything that leaves hlx passes here, is redacted, and cannot harm a terminal.
import { withTexts } from "../lib/json.ts";
import type { Io, Sink } from "./io.ts";
import { harmless, jsonText } from "./views/escape.ts";
import { type Screen, screenOf } from "./views/paint.ts";
import { withNearPlaces } from "./views/places.ts";

/** Takes secrets out of a text. */
export type Redact = (text: string) => string;

export interface Printer {
  /** How to draw for standard output. */
  readonly screen: Screen;
  /** Lines for standard output. */
  out(lines: readonly string[]): void;
  /** Lines for standard output, in a pager when they are more than fit on its terminal. */
  pages(lines: readonly string[]): void;
  /** Lines for standard error. */
  err(lines: readonly string[]): void;
  /** One JSON document on standard output. */
  document(value: unknown): void;
  /** One line of NDJSON on standard output. */
  record(value: unknown): void;
  /** Text of hlx's own for standard output, as it is but redacted: a file to be piped on. */
  raw(text: string): void;
  redact: Redact;
}

/** `redaction` is asked at each write, so that secrets learnt during a run count at once. */
export function makePrinter(io: Io, options: { readonly color: boolean; readonly redaction: { redact: Redact } }): Printer {
  const redact: Redact = (text) => options.redaction.redact(text);
  const textOf = (lines: readonly string[]): string => `${redact(lines.join("\n")).split("\n").map(harmless).join("\n")}\n`;
  const write = (sink: Sink, lines: readonly string[]): void => {
    if (lines.length > 0) sink.write(textOf(lines));
  };
  const paged = (lines: readonly string[]): boolean => io.out.isTTY === true && lines.length >= (io.out.rows ?? 24) && io.page?.(textOf(lines)) === true;
  return {
    screen: screenOf(io.out, io.env, options.color),
    out: (lines) => write(io.out, lines.flatMap(onePerLine)),
    pages: (lines) => {
      const whole = lines.flatMap(onePerLine);
      if (!paged(whole)) write(io.out, whole);
    },
    err: (lines) => write(io.err, lines.flatMap(onePerLine)),
    document: (value) => io.out.write(`${redactedJson(withNearPlaces(value, io.cwd), redact, 2)}\n`),
    record: (value) => io.out.write(`${redactedJson(withNearPlaces(value, io.cwd), redact)}\n`),
    raw: (text) => io.out.write(redact(text)),
    redact,
  };
}

/** The value as JSON text without secrets: text by text, for taken out of the whole a number or a quote could go with them, and an escape could hide them. */
export function redactedJson(value: unknown, redact: Redact, indent = 0): string {
  const data: unknown = JSON.parse(JSON.stringify(value) ?? "null");
  return jsonText(withTexts(data, redact), indent);
}

// A line of a view that holds a line feed would forge a second line.
function onePerLine(line: string): readonly string[] {
  return [line.replaceAll("\n", "\\n")];
}
