// Text made harmless for a terminal: everything that could move, hide or forge is shown as an escape.

/** C0, DEL, C1, soft hyphen, fillers, zero width, bidi, separators, annotations, tags, byte order mark, lone surrogates. */
export const unsafe =
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u115f\u1160\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\u{e0000}-\u{e0fff}]|\u034f|\u17b4|\u17b5|\p{Surrogate}/gu;
const named: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

/** One line: control characters, line ends included, and invisible or reordering characters become `\n`, `\x1b`, `\u202e`. */
export function visible(text: string): string {
  return text.replace(unsafe, escaped);
}

/** `\u` and four digits for each of its code units. */
export function unicodeEscapes(character: string): string {
  return Array.from({ length: character.length }, (_, index) => `\\u${hex(character.charCodeAt(index), 4)}`).join("");
}

function escaped(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  return named[character] ?? (code <= 0xff ? `\\x${hex(code, 2)}` : unicodeEscapes(character));
}

function hex(code: number, digits: number): string {
  return code.toString(16).padStart(digits, "0");
}
