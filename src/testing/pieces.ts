// Text with its pieces revealed, as a writer would send it.
import type { WriteOptions } from "../model/ports/shell.ts";
import { filledText, type Text } from "../model/text.ts";

export function fillPieces(content: Text, options: Pick<WriteOptions, "reveal">): string {
  return filledText(content, (leaf) => options.reveal(leaf)) ?? "";
}
