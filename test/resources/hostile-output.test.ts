// Whatever a host prints is data: every probe ends with an answer or a problem, and no secret gets into argv.

import { globSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Known } from "../../src/model/kind.ts";
import { ProblemError } from "../../src/model/problem.ts";
import { secretsIn } from "../../src/model/text.ts";
import { kinds } from "../../src/resources/registry.ts";
import { probeRecorded, type RecordedCase, replay } from "../../src/testing/contract.ts";
import { testDigest } from "../../src/testing/digest.ts";

const all = globSync("test/fixtures/resources/*/*.json").map((path) => ({
  kind: kinds.find(({ kind }) => path.split("/").at(-2) === kind),
  one: JSON.parse(readFileSync(path, "utf8")) as RecordedCase,
}));

const nasty = [
  "\u001b[2J",
  "__proto__",
  "${HOME}",
  "{{1}}",
  "\n\n",
  "\0",
  "\r",
  "p 0 there",
  "h 0 ",
  "passwd:root:",
  "LoadState=",
  " ",
  ":",
  "=",
  "NaN",
  "-1",
  "9".repeat(400),
];

/** Cuts, doubles, swaps and garbles what the host had printed. */
function garbled(output: string): fc.Arbitrary<string> {
  const at = fc.nat(output.length);
  return fc.tuple(at, at, fc.oneof(fc.constantFrom(...nasty), fc.string())).map(([from, to, text]) => output.slice(0, from) + text + output.slice(to));
}

describe("garbled output", () => {
  test.each(kinds.map((kind) => [kind.kind, kind] as const))("of %s is answered with data or a problem", async (name, kind) => {
    const cases = all.filter((one) => one.kind?.kind === name).map(({ one }) => one);
    const arbitrary = fc
      .constantFrom(...cases)
      .chain((one) =>
        fc.record(Object.fromEntries(Object.entries(one.reads).map(([read, output]) => [read, garbled(output)]))).map((reads) => ({ ...one, reads })),
      );
    await fc.assert(
      fc.asyncProperty(arbitrary, async (one) => {
        try {
          const { found } = await replay(kind, one);
          expect(JSON.stringify(found)).toBeTypeOf("string");
        } catch (thrown) {
          expect(thrown).toBeInstanceOf(ProblemError);
        }
        expect(Object.getOwnPropertyNames(Object.prototype)).not.toContain("polluted");
      }),
      { numRuns: 300 },
    );
  });
});

describe.each(all.map(({ kind, one }) => [kind?.kind, one.name, kind, one] as const))("%s: %s", (...[, , kind, one]) => {
  test("argv holds no secret, and what is absent names all that may change later", async () => {
    const found = kind === undefined ? undefined : await probeRecorded(kind, one);
    if (kind === undefined || (found?.found !== "present" && found?.found !== "absent")) return;
    const ahead = { changing: new Set(one.changing ?? []), digest: testDigest };
    const changes = kind.diff(one.desired, found as Known<unknown>, ahead);
    const steps = kind.steps(one.desired, found as Known<unknown>, { changes, now: new Date(0) });
    expect(secretsIn(steps.map((step) => ("args" in step ? step.args : [])))).toEqual([]);
    if (
      JSON.stringify(one.desired).includes('"absent":true') ||
      ["exclusive", "open"].some((word) => JSON.stringify([one.desired, changes]).includes(`"${word}"`))
    )
      return;
    const named = kind.diff(one.desired, { found: "absent" }, ahead).map(({ property }) => property);
    // What nobody desires is known only once it is found: it is removed by the plan that shows it.
    const wanted = changes.filter(({ after }) => "hidden" in after || after.value !== null);
    expect(wanted.map(({ property }) => property).filter((property) => !named.includes(property))).toEqual([]);
  });
});
