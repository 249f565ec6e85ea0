// Which role calls `--tags` and `--skip-tags` leave, by Ansible's rules.
import { didYouMean } from "../lib/suggest.ts";
import { type Problem, refuseAll } from "../model/problem.ts";
import type { Assignment } from "../model/role.ts";

export interface TagChoice {
  /** Empty means all. */
  readonly tags: readonly string[];
  readonly skipTags: readonly string[];
}

const special = ["all", "always", "never", "tagged", "untagged"];

/**
 * The assignments that the tags leave. `always` runs unless skipped, `never` only when one of its tags is asked for;
 * `all`, `tagged` and `untagged` may be asked for or skipped (Ansible's playbook guide, "Tags", special tags).
 * Throws ProblemError (usage) for a tag that nothing carries.
 */
export function selectTags(assignments: readonly Assignment[], choice: TagChoice): readonly Assignment[] {
  refuseAll(unknownTags(assignments, choice));
  return assignments.filter(({ tags }) => isWanted(tags, choice.tags) && !isSkipped(tags, choice.skipTags));
}

function isWanted(tags: readonly string[], asked: readonly string[]): boolean {
  const wanted = asked.length === 0 ? ["all"] : asked;
  if (tags.includes("always") || tags.some((tag) => wanted.includes(tag))) return true;
  if (tags.includes("never")) return false;
  return wanted.includes("all") || wanted.includes(tags.length === 0 ? "untagged" : "tagged");
}

function isSkipped(tags: readonly string[], skipped: readonly string[]): boolean {
  if (tags.some((tag) => skipped.includes(tag))) return true;
  if (skipped.includes("all")) return !tags.includes("always");
  return skipped.includes(tags.length === 0 ? "untagged" : "tagged");
}

function unknownTags(assignments: readonly Assignment[], { tags, skipTags }: TagChoice): readonly Problem[] {
  const known = [...new Set([...assignments.flatMap((assignment) => assignment.tags), ...special])].sort();
  return [...tags, ...skipTags]
    .filter((tag) => !known.includes(tag))
    .map((tag) => {
      const hint = didYouMean(tag, known) ?? `tags of this playbook: ${known.filter((one) => !special.includes(one)).join(", ") || "none"}`;
      return { code: "usage", message: `no role call has the tag "${tag}"`, hint };
    });
}
