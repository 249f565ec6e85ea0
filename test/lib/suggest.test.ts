// Which name was meant, and when nobody can tell.
import { expect, test } from "vitest";
import { didYouMean, nearest } from "../../src/lib/suggest.ts";

test.each([
  ["plna", "plan"],
  ["bas", "base"],
  ["teh", "the"],
  ["PLAN", "plan"],
  ["inventroy", "inventory"],
  ["foo", undefined],
  ["xy", undefined],
  ["validation", undefined],
])("%s is near %s", (word, expected) => expect(nearest(word, ["plan", "base", "the", "doc", "inventory"])).toBe(expected));

test("of several the nearest; of none nothing is said", () => {
  expect(didYouMean("hostss", ["host", "hosts", "ghosts"])).toBe('did you mean "hosts"?');
  expect(didYouMean("hosts", [])).toBeUndefined();
});
