// Text from hosts and files made harmless for a terminal: everything that could move, hide or forge is shown as an escape.

// C0, DEL, C1, soft hyphen, fillers, zero width, bidi, separators, annotations, tags, byte order mark, lone surrogates.
const unsafe =
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u115f\u1160\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\u{e0000}-\u{e0fff}]|\u034f|\u17b4|\u17b5|\p{Surrogate}/gu;
const named: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };
// Colours and weights as views write them; nothing else may begin with ESC.
const style = /(\u001b\[\d{1,3}m)/;

/** One line: control characters, line ends included, and invisible or reordering characters become `\n`, `\x1b`, `\u202e`. */
export function visible(text: string): string {
  return text.replace(unsafe, escaped);
}

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

function escaped(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  return named[character] ?? (code <= 0xff ? `\\x${hex(code, 2)}` : unicodeEscapes(character));
}

function unicodeEscapes(character: string): string {
  return Array.from({ length: character.length }, (_, index) => `\\u${hex(character.charCodeAt(index), 4)}`).join("");
}

function hex(code: number, digits: number): string {
  return code.toString(16).padStart(digits, "0");
}
