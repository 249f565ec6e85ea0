// A parsed document: plain data, and for each path the place in the file where it stands.
import type { Position } from "../problem.ts";

export type Path = readonly (string | number)[];

export interface Document {
  readonly file: string;
  /** Plain data; maps have no prototype, `!secret a.b` is `{ secret: "a.b" }`, an empty file is undefined. */
  readonly value: unknown;
  /** Where the value (default) or the key at the end of the path stands; for a path that is not there, the nearest place above it. */
  at(path: Path, what?: "key" | "value"): Position;
}

/** True for keys whose values never appear in messages or code frames. */
export function looksSecret(key: string): boolean {
  return key !== "secrets" && /passw(?:or)?d|passphrase|_pass$|token|secret|private_?key|api_?key|credential/i.test(key);
}
