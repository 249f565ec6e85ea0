// YAML as data with positions: what is refused, where, and with which mend.
import { describe, expect, test } from "vitest";
import { decodeUtf8, parseYaml } from "../../src/model/documents/parse.ts";
import { ProblemError } from "../../src/model/problem.ts";

function problemsOf(run: () => unknown): readonly string[] {
  try {
    run();
    return [];
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    return error.problems.map(({ at, message, hint }) => `${at?.line}:${at?.column} ${message}${hint === undefined ? "" : ` | ${hint}`}`);
  }
}

const refused: readonly (readonly [name: string, source: string, said: RegExp])[] = [
  ["a mode in octal", "mode: 0644\n", /^1:7 unquoted 0644 is the number 644 \| write it quoted: "0644"/],
  ["a version that ends in zero", "v: 1.10\n", /^1:4 unquoted 1\.10 is the number 1\.1/],
  ["an all-digit MAC", "m: 11:22:33:44:55:66\n", /^1:4 .*quoted: "11:22/],
  ["a number beyond 2^53", "n: 9007199254740993\n", /loses digits/],
  ["a duplicate key", "a: 1\nb: 2\na: 3\n", /^3:1 duplicate key "a", first defined at 1:1/],
  ["a tab", "a:\n\tb: 1\n", /^2:1 tab used for indentation/],
  ["an unclosed bracket", "a: [1, 2\nb: 3\n", /^2:1 \[ opened at 1:4 is not closed/],
  ["an unclosed quote", 'a: "x\n', /" opened at 1:4 is not closed/],
  ["two documents", "a: 1\n---\nb: 2\n", /^2:1 expected one document/],
  ["an unknown tag", "a: !vault x\n", /^1:4 unknown tag !vault/],
  ["a prototype key", "constructor: 1\n", /^1:1 the key "constructor" is refused/],
  ["a merge key", "<<: { a: 1 }\n", /^1:1 merge keys/],
  ["a NUL", "a: \0\n", /^1:4 the character U\+0000/],
  ["a deep nest", `${"[".repeat(5000)}`, /nested/],
  ["an alias before its anchor", "a: *x\n", /^1:4 alias/],
];

describe("sec/44 parseYaml refuses", () => {
  test.each(refused)("%s", (_, source, said) => expect(problemsOf(() => parseYaml("f.yaml", source))[0]).toMatch(said));
  test("an alias bomb", () => {
    const lines = [..."bcdefgh"].map((name, index) => `${name}: &${name} [${Array(10).fill(`*${"abcdefgh"[index]}`).join(",")}]`);
    expect(problemsOf(() => parseYaml("f.yaml", `a: &a [1,1,1]\n${lines.join("\n")}\n`))).toEqual([expect.stringContaining("aliases make more than")]);
  });
  test("bytes that are not UTF-8", () => expect(problemsOf(() => decodeUtf8("f", Uint8Array.of(97, 10, 255)))[0]).toMatch(/^2:1 the file is not UTF-8/));
});

describe("parseYaml accepts", () => {
  test.each([
    ["nothing", "", undefined],
    ["a byte order mark and CRLF", "\uFEFFa: 1\r\nb: no\r\n", { a: 1, b: "no" }],
    ["a secret by name", "p: !secret a.b\n", { p: { secret: "a.b" } }],
    ["quoted numbers", 'm: "0644"\n', { m: "0644" }],
    ["aliases", "a: &a [1]\nb: *a\n", { a: [1], b: [1] }],
  ])("%s", (_, source, value) => expect(parseYaml("f.yaml", source).value).toEqual(value));
  test("and knows where keys and values stand, but shows no line that holds a secret", () => {
    const document = parseYaml("f.yaml", "a:\n  b: [1, 22]\npassword: hunter2\n");
    expect(document.at(["a", "b", 1])).toEqual({ file: "f.yaml", line: 2, column: 10, length: 2, text: "  b: [1, 22]" });
    expect(document.at(["a", "b"], "key").column).toBe(3);
    expect(document.at(["password"]).text).toBeUndefined();
  });
});
