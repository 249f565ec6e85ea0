// Text from hosts and files made harmless for a terminal: the lines, the last guard at the sink, JSON.
import { unicodeEscapes, unsafe, visible } from "../../lib/visible.ts";

export { visible };

// Colours and weights as views write them; nothing else may begin with ESC.
const style = /(\u001b\[\d{1,3}m)/;

/** Many lines, split at line feeds, each made visible; tabs stay. A last empty line is dropped. */
export function visibleLines(text: string): readonly string[] {
  const lines = text.split("\n").map(keepTabs);
  return lines.at(-1) === "" ? lines.slice(0, -1) : lines;
}

/** The last guard, at the sink: like `visible`, but tabs and colours of the views pass. */
export function harmless(line: string): string {
  return line
    .split(style)
    .map((piece, index) => (index % 2 === 1 ? piece : keepTabs(piece)))
    .join("");
}

/** JSON text in which nothing needs escaping any more to be shown; still the same JSON. */
export function jsonText(value: unknown, indent = 0): string {
  const text = JSON.stringify(value, undefined, indent) ?? "null";
  return text.replace(unsafe, (character) => (character === "\n" ? character : unicodeEscapes(character)));
}

function keepTabs(text: string): string {
  return text.split("\t").map(visible).join("\t");
}
