// What a local account should be.
import type { Text } from "../../model/text.ts";

/** An account; what is undefined is not looked at. */
export interface User {
  readonly name: string;
  readonly uid?: number;
  /** Primary group. */
  readonly group?: string;
  /** Supplementary groups that it must be in, sorted. */
  readonly groups?: readonly string[];
  readonly shell?: string;
  readonly home?: string;
  readonly system?: boolean;
  readonly comment?: string;
  /** A crypt(3) hash. */
  readonly password?: Text;
  readonly absent?: boolean;
}
