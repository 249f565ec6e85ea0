// What a command should have done.
import type { Risk } from "../../model/kind.ts";
import type { Text } from "../../model/text.ts";

/** A constant script of a role with its probe. */
export interface Command {
  readonly name: string;
  readonly script: string;
  readonly args: readonly string[];
  readonly creates?: string;
  readonly unless?: string;
  readonly onlyIf?: string;
  readonly stdin?: Text;
  readonly deadlineMs?: number;
  readonly risk?: Risk;
}
