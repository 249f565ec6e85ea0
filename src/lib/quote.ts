// The one place that knows how to write a string as a word of POSIX shell text.

/** The string as one shell word: equal to the byte under dash, bash and busybox. Throws a RangeError on NUL, which no shell word can hold. */
export function quote(text: string): string {
  if (text.includes("\0")) throw new RangeError("a shell word cannot hold a NUL byte");
  return /^[A-Za-z0-9_/:=.,@%+-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** The words quoted and joined by spaces. */
export function quoteAll(words: readonly string[]): string {
  return words.map(quote).join(" ");
}
