// Taking over a guest that somebody else made: its mark is written, beside what its description and tags say already.
import type { Problem } from "../../model/problem.ts";
import { described, markedAs, withoutMark } from "./mark.ts";
import { type Settings, tagsText } from "./properties.ts";

/** A guest that is meant, and its settings as they are. */
export interface Taking {
  /** `guest 514`. */
  readonly what: string;
  readonly name: string;
  /** It should have tags. */
  readonly tagged: boolean;
  readonly settings: Settings;
}

/** The settings that bear the mark, or whose mark it bears already. */
export function marked({ what, name, tagged, settings }: Taking): { readonly back: Settings } | { readonly refused: Problem } {
  const { description, tags = "" } = settings;
  const other = markedAs(description, name);
  if (other !== undefined) return { refused: isAnothers(what, name, other) };
  return { back: { description: described(name, withoutMark(name, description)), ...(tagged ? { tags: tagsText(`hlx;${tags}`) } : {}) } };
}

function isAnothers(what: string, name: string, other: string): Problem {
  const hint = `if it is ${name} under a former name, take the line "managed by hlx as ${other}" out of its description; else choose another id for ${name}`;
  return { code: "failed", message: `${what} is managed by hlx as ${other} already`, hint };
}
