// How Ansible types values: Python literals in INI files, YAML 1.1 in YAML files. What is expected was printed by ansible-core 2.19.
import { describe, expect, test } from "vitest";
import { pythonLiteral } from "../../../src/inventory/ansible/literal.ts";
import { plainScalar } from "../../../src/inventory/ansible/scalars.ts";
import { splitWords } from "../../../src/inventory/ansible/words.ts";

const literals: readonly (readonly [written: string, value: unknown])[] = [
  ["42", 42],
  ["-3", -3],
  ["+4", 4],
  ["-0", 0],
  ["1_000", 1000],
  ["0x1F", 31],
  ["0o17", 15],
  ["0b101", 5],
  ["00", 0],
  ["1.50", 1.5],
  [".5", 0.5],
  ["5.", 5],
  ["1E3", 1000],
  ["8080 # the port", 8080],
  ["True", true],
  ["False", false],
  ["None", null],
  ["'x'", "x"],
  ["'x' 'y'", "xy"],
  ['"it\'s"', "it's"],
  ['"a\\x41\\u0042\\101\\q"', "aABA\\q"],
  ["r'a\\n'", "a\\n"],
  ["[]", []],
  ["[1, 'a', None, True,]", [1, "a", null, true]],
  ["()", []],
  ["(1)", 1],
  ["(1,)", [1]],
  ["80,443", [80, 443]],
  ["80,", [80]],
  ["{}", {}],
  ["{'a': {1: (2,)}, None: 'x',}", { a: { 1: [2] }, null: "x" }],
  ["{1, 2}", [1, 2]],
];
const texts = [
  "",
  "yes",
  "true",
  "FALSE",
  "0644",
  "007",
  "1.2.3",
  "10.0.0.1",
  "a,b",
  "1-2",
  "--1",
  "1 2",
  "[1",
  "[,]",
  "{1:}",
  "'open",
  "a=b",
  "# x",
  "1e400",
  "x # c",
];

describe("a Python literal", () => {
  test.each(literals)("%s is a value", (written, value) => expect(pythonLiteral(written)).toEqual({ value }));
  test.each(texts)("%s stays text", (written) => expect(pythonLiteral(written)).toBeUndefined());
  test("nested without end stays text", () => expect(pythonLiteral("[".repeat(100_000))).toBeUndefined());
  test("a key that would reach the prototype is a key", () => expect(pythonLiteral("{'__proto__': 1}")?.value).toHaveProperty(["__proto__"], 1));
});

const scalars: readonly (readonly [written: string, value: unknown])[] = [
  ["", null],
  ["~", null],
  ["Null", null],
  ["NuLL", "NuLL"],
  ["yes", true],
  ["Off", false],
  ["y", "y"],
  ["tRue", "tRue"],
  ["0644", 420],
  ["08", "08"],
  ["0o17", "0o17"],
  ["0x1F", 31],
  ["0b1010", 10],
  ["1_000", 1000],
  ["-12", -12],
  ["+12", 12],
  ["1.10", 1.1],
  ["1e3", "1e3"],
  ["1.5e+3", 1500],
  [".5", 0.5],
  ["-.5", "-.5"],
  ["1.2.3", "1.2.3"],
  ["190:20:30", 685230],
  ["00:11:22:33:44:55", "00:11:22:33:44:55"],
  ["2024-01-02", "2024-01-02"],
  ["2024-1-2", "2024-1-2"],
  ["2024-1-2 3:04:05", "2024-01-02T03:04:05"],
  ["2024-01-02T03:04:05Z", "2024-01-02T03:04:05+00:00"],
  ["2024-01-02 03:04:05.5 +02:00", "2024-01-02T03:04:05.500000+02:00"],
];

describe("an unquoted YAML 1.1 scalar", () => {
  test.each(scalars)("%j is %j", (written, value) => expect(plainScalar(written).value).toEqual(value));
  test.each(["10:20:30:40:50:55", "12345678901234567890", ".inf"])("%s is odd, and said", (written) => expect(plainScalar(written).odd).toBeDefined());
  test.each(["12", "10.0.0.1", "a:b"])("%s is not", (written) => expect(plainScalar(written).odd).toBeUndefined());
});

const lines: readonly (readonly [line: string, words: readonly string[]])[] = [
  ["h a=1   b='two words' c=\"x y\"", ["h", "a=1", "b=two words", "c=x y"]],
  ["h a='# kept' # not", ["h", "a=# kept"]],
  ["h p=ab#cd e=1", ["h", "p=ab"]],
  ['h a=b\\ c d="q\\"r\\n"', ["h", "a=b c", 'd=q"r\\n']],
  ["h a=''", ["h", "a="]],
];

describe("a line's words", () => {
  test.each(lines)("%s", (line, words) => {
    const split = splitWords(line);
    expect("words" in split ? split.words.map(({ text }) => text) : split).toEqual(words);
  });
  test.each(["h a='b", 'h a="b\\"', "h a\\"])("%s is not closed", (line) => expect(splitWords(line)).toHaveProperty("unclosed"));
  test("a comment that cuts a word off is noticed", () => expect(splitWords("h p=ab#cd")).toHaveProperty("cut", 6));
});
