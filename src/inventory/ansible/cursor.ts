// A place in a text that is read from left to right.

export interface Cursor {
  readonly text: string;
  at: number;
}

/** The next character, or "" at the end. */
export function peek({ text, at }: Cursor): string {
  return text.charAt(at);
}

/** Steps over the word if it stands here. */
export function take(cursor: Cursor, word: string): boolean {
  if (!cursor.text.startsWith(word, cursor.at)) return false;
  cursor.at += word.length;
  return true;
}

/** Steps over what the sticky expression matches here and returns the match. */
export function takeMatch(cursor: Cursor, sticky: RegExp): RegExpExecArray | undefined {
  sticky.lastIndex = cursor.at;
  const match = sticky.exec(cursor.text) ?? undefined;
  if (match !== undefined) cursor.at += match[0].length;
  return match;
}

export function skipSpace(cursor: Cursor): void {
  takeMatch(cursor, /[ \t\r\n\f]*/y);
}
