// A line as words, as Python's shlex.split does with comments on: quotes, backslashes, and # anywhere outside quotes.

export interface Word {
  readonly text: string;
  /** Offsets in the line, the end not included. */
  readonly from: number;
  readonly to: number;
}

export type Words =
  | {
      readonly words: readonly Word[];
      /** Where a comment cuts a word off: `a=b#c`. */
      readonly cut?: number;
    }
  | { readonly unclosed: number };

/** Splits a line; `unclosed` is the offset of a quote or backslash that nothing ends. */
export function splitWords(line: string): Words {
  const words: Word[] = [];
  let at = skip(line, 0);
  while (at < line.length && line[at] !== "#") {
    const word = wordAt(line, at);
    if ("unclosed" in word) return word;
    words.push(word);
    if (line[word.to] === "#") return { words, cut: word.to };
    at = skip(line, word.to);
  }
  return { words };
}

function skip(line: string, from: number): number {
  let at = from;
  while (at < line.length && /[ \t\r\n]/.test(line.charAt(at))) at++;
  return at;
}

const piece = /[^\s#"'\\]+|\\([\s\S])|'([^']*)'|"((?:[^"\\]|\\[\s\S])*)"/y;

function wordAt(line: string, from: number): Word | { readonly unclosed: number } {
  let [text, at] = ["", from];
  while (at < line.length && !/[ \t\r\n#]/.test(line.charAt(at))) {
    piece.lastIndex = at;
    const match = piece.exec(line);
    if (match === null) return { unclosed: at };
    const [whole, escaped, single, double] = match;
    text += escaped ?? single ?? double?.replaceAll(/\\(["\\])/g, "$1") ?? whole;
    at += whole.length;
  }
  return { text, from, to: at };
}
