// Recorded cases: what reads printed on a host → what is found, what changes, which steps.
import { globSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { kinds } from "../../src/resources/registry.ts";
import { type RecordedCase, replay } from "../../src/testing/contract.ts";
import { refusalsOf } from "./schema-of.ts";

const folder = "test/fixtures/resources";

describe.each(kinds.map((kind) => [kind.kind, kind] as const))("%s", (name, kind) => {
  const cases = globSync(`${folder}/${name}/*.json`)
    .sort()
    .map((path) => JSON.parse(readFileSync(path, "utf8")) as RecordedCase);

  test("has recorded cases", () => expect(cases.length).toBeGreaterThan(3));

  test.each(cases.map((one) => [one.name, one] as const))("%s", async (_, one) => {
    expect(refusalsOf(kind, one.desired)).toEqual([]);
    expect(JSON.parse(JSON.stringify(await replay(kind, one)))).toEqual(one.expected);
  });
});
