// Schema errors as messages that say what to write instead.
import { describe, expect, test } from "vitest";
import { parseYaml } from "../../src/model/documents/parse.ts";
import { validate, validateValue } from "../../src/model/documents/validate.ts";

const schema = {
  type: "object",
  required: ["address"],
  additionalProperties: false,
  properties: {
    address: { type: "string" },
    port: { type: "integer", minimum: 1, maximum: 65535 },
    enabled: { type: "boolean" },
    mode: { enum: ["alpha", "beta"] },
    password: { type: "integer" },
    map: { type: "object" },
    either: { anyOf: [{ type: "string" }, { $ref: "#/$defs/map" }] },
  },
  $defs: { map: { type: "object", additionalProperties: false, properties: { hosts: { type: "string" } } } },
} as const;

const cases: readonly (readonly [source: string, said: readonly string[]])[] = [
  ["address: a\nport: 22\n", []],
  ["adress: a\n", ['1:1 unknown key "adress" in the file | did you mean "address"?']],
  ["port: 1\n", ['1:1 the file needs "address" | add address: …']],
  ['address: a\nport: "22"\n', ['2:7 port must be an integer 1–65535, got the string "22" | remove the quotes: 22']],
  ["address: a\nport: 99999\n", ["2:7 port must be an integer 1–65535, got the number 99999 | undefined"]],
  ["address: a\nenabled: yes\n", ['2:10 enabled must be true or false, got the string "yes" | write true']],
  ["address: a\nmode: bta\n", ['2:7 mode must be "alpha" or "beta", got the string "bta" | did you mean "beta"?']],
  ["address: a\npassword: hunter2\n", ["2:11 password must be an integer | undefined"]],
  ["address: a\neither: { host: b }\n", ['2:11 unknown key "host" in either | did you mean "hosts"?']],
  ["address: a\nmap: [b]\n", ["2:6 map must be a map, got a list | write a map: NAME: { … }, without dashes"]],
  ["address: a\neither: 3\n", ['2:9 either must be a string or a map, got the number 3 | put it in quotes: "3"']],
];

describe("validate", () => {
  test.each(cases)("%j", (source, said) => {
    expect(validate(parseYaml("f", source), schema).map(({ at, message, hint }) => `${at?.line}:${at?.column} ${message} | ${hint}`)).toEqual(said);
  });
  test("says of a key that may have one value which that is", () => {
    const versioned = { type: "object", required: ["format"], properties: { format: { const: 1 } } } as const;
    expect(validate(parseYaml("f", "hosts: {}\n"), versioned)).toMatchObject([{ hint: "add format: 1" }]);
  });
  test("tells every problem: how many are shown is the view's choice", () => {
    const source = `address: a\n${Array.from({ length: 30 }, (_, index) => `zz${index}: 1`).join("\n")}\n`;
    expect(validate(parseYaml("f", source), schema)).toHaveLength(30);
  });
  test("names the whole of a value without a place", () =>
    expect(validateValue({}, schema, () => undefined, 'role "web"')[0]?.message).toBe('role "web" needs "address"'));
});
