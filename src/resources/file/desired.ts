// What a file should be.
import type { Text } from "../../model/text.ts";

/** A regular file: its content, owner and mode; or that there is none. */
export interface File {
  readonly path: string;
  readonly content: Text;
  readonly mode: string;
  readonly owner: string;
  readonly group: string;
  readonly validate?: readonly string[];
  readonly guard?: readonly string[];
  readonly absent?: boolean;
}
