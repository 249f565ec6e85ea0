// JSON as daemons' configuration files have it: with comments and with commas too many.

/** The value of JSON text that may hold `//`, `#` and block comments, and commas before closing brackets or in a row. Throws a SyntaxError. */
export function parseLooseJson(text: string): unknown {
  const bare = outsideStrings(text, comment, () => " ");
  return JSON.parse(outsideStrings(bare, commas, (_, end) => (/[}\]]/.test(bare.charAt(end)) ? "" : ",")));
}

// Every pattern matches wherever it begins, however the text ends: what a host prints must not make it look again and again.
const comment = String.raw`//[^\n]*|#[^\n]*|/\*[\s\S]*?(?:\*/|$)`;
const commas = String.raw`,[\s,]*`;

// Strings are matched first, so that nothing inside of them is taken for anything else.
function outsideStrings(text: string, pattern: string, replacement: (found: string, end: number) => string): string {
  const either = new RegExp(String.raw`"(?:[^"\\]|\\.)*"?|${pattern}`, "gs");
  return text.replace(either, (found, at: number) => (found.startsWith('"') ? found : replacement(found, at + found.length)));
}
