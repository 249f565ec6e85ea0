// Questions that are asked together: once while the answer is on its way, anew when something has changed.
import { expect, test } from "vitest";
import { makeTogether } from "../../src/lib/together.ts";

/** A question whose answers come when they are let go. */
function slow() {
  const waiting: (() => void)[] = [];
  let count = 0;
  const ask = (): Promise<number> => {
    const mine = ++count;
    return new Promise((resolve) => waiting.push(() => resolve(mine)));
  };
  const answer = (): void => {
    for (const go of waiting.splice(0)) go();
  };
  return { ask, answer };
}

test("who asks while it is being asked gets the same answer, and who asks later another", async () => {
  const [together, { ask, answer }] = [makeTogether(), slow()];
  const all = [together.once("a", ask), together.once("a", ask), together.once("b", ask)];
  answer();
  expect(await Promise.all(all)).toEqual([1, 1, 2]);
  const later = together.once("a", ask);
  answer();
  expect(await later).toBe(3);
});
test("what was asked before something changed is no answer to who asks after it, also when it comes late", async () => {
  const [together, { ask, answer }] = [makeTogether(), slow()];
  const before = together.once("a", ask);
  together.forget();
  const after = [together.once("a", ask), together.once("a", ask)];
  answer();
  expect([await before, ...(await Promise.all(after))]).toEqual([1, 2, 2]);
});
test("a failure is everybody's, and is not kept", async () => {
  const together = makeTogether();
  const fails = (): Promise<number> => Promise.reject(new Error("no"));
  const all = [together.once("a", fails), together.once("a", fails)];
  await expect(Promise.all(all)).rejects.toThrow("no");
  expect(await together.once("a", async () => 1)).toBe(1);
});
