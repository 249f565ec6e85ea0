// What is said of a configuration that nobody can read.
import { sha256 } from "../../lib/hash.ts";
import type { DhcpSettings } from "./model.ts";

/** One property that changes with the text. */
export function unreadable(text: string): DhcpSettings {
  return { unreadable: `${text.split("\n").length} lines, sha256:${sha256(text).slice(0, 16)}` };
}
