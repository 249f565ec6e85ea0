// $GENERATE: BIND's way to write many records as one line (Administrator Reference Manual, "$GENERATE").
import { type Line, type Word, wrong } from "./lines.ts";

const most = 65_536;

/** The lines that a $GENERATE stands for. Throws ProblemError for a range that is none, or has more than 65,536 steps. */
export function generated([range, ...words]: readonly Word[]): readonly Line[] {
  if (range === undefined) return [];
  const [, from = "", to = "", by = "1"] = /^(\d+)-(\d+)(?:\/(\d+))?$/.exec(range.text) ?? [];
  const [first, last, step] = [Number(from), Number(to), Number(by)];
  if (from === "" || last < first || step < 1) throw wrong(`"${range.text}" is no range`, range.at, "write it as 1-10, or 0-100/10");
  if ((last - first) / step >= most) throw wrong(`"${range.text}" makes more than ${most} records`, range.at, "make it smaller");
  if (words.length < 3) throw wrong("$GENERATE needs a name, a type and data", range.at, "$GENERATE 1-9 host-$ A 192.0.2.$");
  const values = Array.from({ length: Math.floor((last - first) / step) + 1 }, (_, index) => first + index * step);
  return values.map((value) => ({ indented: false, words: words.map((word) => ({ ...word, text: filled(word, value) })) }));
}

// $ is the value; ${offset,width,base} is it with an offset, padded, in base d, o, x, X; $$ and \$ are a dollar.
function filled({ text, at }: Word, value: number): string {
  return text.replace(/\\\$|\$\$|\$(?:\{(-?\d+)(?:,(\d+))?(?:,([doxXnN]))?\})?/g, (all, offset = "0", ...[width = "0", base = "d"]) => {
    if (all === "$$" || all === "\\$") return "$";
    if (base === "n" || base === "N") throw wrong("nibbles (${…,n}) in $GENERATE are not read", at, "write the records out");
    const written = (value + Number(offset)).toString(bases[String(base)] ?? 10).padStart(Number(width), "0");
    return base === "X" ? written.toUpperCase() : written;
  });
}

const bases: Readonly<Record<string, number>> = { d: 10, o: 8, x: 16, X: 16 };
