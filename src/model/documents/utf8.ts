// The bytes of a file as text.
import { ProblemError } from "../problem.ts";
import { linesOf } from "./lines.ts";

/** The text of a file's bytes. Throws ProblemError when they are not UTF-8. */
export function decodeUtf8(file: string, bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    const text = new TextDecoder().decode(bytes);
    const { text: line = "", ...at } = linesOf(file, text).position(Math.max(0, text.indexOf("\uFFFD")));
    const message = isUtf16(bytes) ? "the file is UTF-16 text, not UTF-8" : "the file is not UTF-8 text";
    throw new ProblemError({ code: "input", message, hint: "save it as UTF-8", at: isBinary(line) ? at : { ...at, text: line }, cause });
  }
}

function isUtf16([first, second]: Uint8Array): boolean {
  return (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
}

// A line of such characters shows nothing to anybody.
function isBinary(line: string): boolean {
  return /[\0-\x08\x0e-\x1f]/.test(line);
}
