// The bytes of a file as text.
import { ProblemError } from "../problem.ts";
import { linesOf } from "./lines.ts";

/** The text of a file's bytes. Throws ProblemError when they are not UTF-8. */
export function decodeUtf8(file: string, bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    const at = linesOf(file, new TextDecoder().decode(bytes));
    const offset = new TextDecoder().decode(bytes).indexOf("\uFFFD");
    throw new ProblemError({ code: "input", message: "the file is not UTF-8 text", hint: "save it as UTF-8", at: at.position(Math.max(0, offset)), cause });
  }
}
