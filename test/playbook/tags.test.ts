// --tags and --skip-tags: Ansible's table of special tags.
import { describe, expect, test } from "vitest";
import type { Assignment } from "../../src/model/role.ts";
import { selectTags } from "../../src/playbook/tags.ts";
import { assigned, refusal } from "./world.ts";

const [plain] = assigned("- hosts: ocean\n  roles: [plain]");

function tagged(as: string, tags: readonly string[]): Assignment {
  if (plain === undefined) throw new Error("no assignment");
  return { ...plain, as, tags };
}

const all = [
  tagged("none", []),
  tagged("a", ["a"]),
  tagged("b", ["b"]),
  tagged("ab", ["a", "b"]),
  tagged("always", ["always", "c"]),
  tagged("never", ["never", "d"]),
];

describe("tags leave", () => {
  test.each([
    ["everything but never", ["", ""], "none a b ab always"],
    ["what is asked for, and always", ["a", ""], "a ab always"],
    ["what is asked for and not skipped", ["a", "b"], "a always"],
    ["all but what is skipped", ["", "a"], "none b always"],
    ["never, when its other tag is asked for", ["d", ""], "always never"],
    ["never, when it is asked for", ["never", ""], "always never"],
    ["always no more, when it is skipped", ["a", "always"], "a ab"],
    ["what has tags", ["tagged", ""], "a b ab always"],
    ["what has no tags", ["untagged", ""], "none always"],
    ["only what has no tags", ["", "tagged"], "none"],
    ["only always", ["", "all"], "always"],
    ["all", ["all", ""], "none a b ab always"],
  ])("%s", (_, [tags = "", skipTags = ""], left) => {
    const split = (text: string) => text.split(" ").filter((word) => word !== "");
    expect(selectTags(all, { tags: split(tags), skipTags: split(skipTags) }).map(({ as }) => as)).toEqual(split(left));
  });
  test("a tag that nothing has is refused", () => {
    const base = [tagged("base", ["base"])];
    expect(refusal(() => selectTags(base, { tags: ["bsae"], skipTags: [] }))).toEqual(['no role call has the tag "bsae" | did you mean "base"?']);
  });
});
