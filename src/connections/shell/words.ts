// Puts constant scripts and their values together into shell text; every value goes through lib/quote.
import { quote, quoteAll } from "../../lib/quote.ts";
import type { Script } from "../../model/step.ts";

/** The largest content written as one shell word; larger ones travel as base64. */
export const largestWord = 64 * 1024;

/** A subshell that runs the script with its arguments. A syntax error in it ends only that subshell. Ends without a newline. */
export function subshell({ script, args }: Script): string {
  const words = args.length === 0 ? "set --" : `set -- ${quoteAll(args)}`;
  return `(${words}; eval ${quote(script)})`;
}

/** Assignments of shell variables, one a line. */
export function assign(variables: Readonly<Record<string, string>>): string {
  return Object.entries(variables)
    .map(([name, value]) => `${name}=${quote(value)}\n`)
    .join("");
}

/** The text framed: standard input from /dev/null, then the marker on both streams with the exit status. */
export function framed(marker: string, text: string): string {
  return `(\n${text}\n) </dev/null\nprintf '\\n${marker} %s\\n' "$?"; printf '\\n${marker} 0\\n' >&2\n`;
}

/** True when the content can stand as one shell word. */
export function isWord(content: string): boolean {
  return content.length <= largestWord && !content.includes("\0");
}

/** A here-document of base64, for content that is large or holds NUL bytes. `delimiter` is random. */
export function base64Document(content: string, delimiter: string): { readonly open: string; readonly body: string } {
  const lines = Buffer.from(content, "utf8").toString("base64").replaceAll(/.{76}/g, "$&\n");
  return { open: `<<'${delimiter}'`, body: `${lines}\n${delimiter}\n` };
}
