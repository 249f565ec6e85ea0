// Whatever stands in a file, it is an inventory or a problem inside that file; nothing throws otherwise, hangs, or pollutes.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readIni } from "../../../src/inventory/ansible/ini.ts";
import { orderOf } from "../../../src/inventory/ansible/order.ts";
import { makeWorld, type World } from "../../../src/inventory/ansible/world.ts";
import { readYamlGroups } from "../../../src/inventory/ansible/yaml-groups.ts";
import { makeVault } from "../../../src/lib/ansible-vault.ts";
import { ProblemError } from "../../../src/model/problem.ts";

const ini = "[::1]:44\n[web]\nw[01:03]:22 a=1 b='x y' c=\"{'k': [1, (2,)]}\" # c\n[web:vars]\nv = [1, 2] # c\n[all:children]\nweb\n[p:children]\nweb\n";
const yaml =
  "all:\n  hosts:\n    a: &x { v: 0644, w: !unsafe '{{ y }}' }\n    b[1:2]: { <<: *x, d: 2024-01-02, s: !vault x }\n  children:\n    web: { hosts: a, vars: { m: 10:20 } }\n";
const junk = [
  "",
  "[",
  "]",
  "{",
  "}",
  "'",
  '"',
  "\\",
  ":",
  "#",
  "=",
  "\n",
  "\t",
  "- ",
  "&a ",
  "*a",
  "<<",
  "!x ",
  "__proto__",
  "[1:9]",
  "99999999999999999999",
  "é",
  "\0",
];

const reads: Readonly<Record<string, (world: World, text: string) => void>> = {
  ini: (world, text) => readIni(world, "f", text),
  yaml: (world, text) => readYamlGroups(world, { file: "f", text, vault: makeVault([]) }),
};

function problemsOf(format: string, text: string): World["problems"] {
  const world = makeWorld();
  try {
    reads[format]?.(world, text);
    orderOf(world);
    return world.problems;
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    return [...error.problems];
  }
}

describe.each([
  ["ini", ini],
  ["yaml", yaml],
])("%s", (format, text) => {
  const tokens: readonly string[] = text.match(/\w+|\s+|[^\w\s]/g) ?? [];
  test("any mutation is an inventory or a problem with a place in the file", () => {
    const change = fc.tuple(fc.nat(tokens.length - 1), fc.constantFrom(...junk));
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
        const mutated = changes.reduce((all, [at, word]) => all.toSpliced(at, 1, word), tokens).join("");
        const lines = mutated.split("\n").length;
        for (const { at, message } of problemsOf(format, mutated)) {
          expect(at, message).toMatchObject({ file: "f" });
          expect(at?.line).toBeLessThanOrEqual(lines);
        }
        expect(Object.keys(Object.prototype)).toEqual([]);
      }),
      { numRuns: 400 },
    );
  });
  test("any text at all", () => {
    fc.assert(fc.property(fc.string({ unit: "binary", maxLength: 80 }), (any) => problemsOf(format, any).length >= 0));
  });
});

test("a mutation that breaks something would be seen", () => {
  expect(problemsOf("ini", ini)).toEqual([]);
  expect(problemsOf("ini", `${ini}[`)).toHaveLength(1);
});
