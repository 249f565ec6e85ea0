// What is made once: kept under its key, whatever came of it.
import { expect, test } from "vitest";
import { parsedJson } from "../../src/lib/json.ts";
import { kept } from "../../src/lib/kept.ts";

test("a thing is made at its first use, and kept", async () => {
  const [map, made] = [new Map<string, Promise<string>>(), [] as string[]];
  const of = (key: string) =>
    kept(map, key, async () => {
      made.push(key);
      if (key === "bad") throw new Error("no");
      return key;
    });
  expect(await Promise.all([of("a"), of("b"), of("a")])).toEqual(["a", "b", "a"]);
  for (let again = 0; again < 2; again++) await expect(of("bad")).rejects.toThrow("no");
  expect(made).toEqual(["a", "b", "bad"]);
});

test.each([
  ['{"a":1}', { a: 1 }],
  ["null", null],
  ["", undefined],
  ["{", undefined],
])("the JSON text %j is %j", (text, value) => expect(parsedJson(text)).toEqual(value));
