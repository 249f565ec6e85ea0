// The published schemas, as an editor uses them: the first line of a file names one, and what is wrong is underlined.
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";

// yaml-language-server validates with the schema that this line names, relative to the file.
function schemaOf(file: string): object {
  const named = /^# yaml-language-server: \$schema=(\S+)$/m.exec(readFileSync(file, "utf8"))?.[1] ?? "";
  return JSON.parse(readFileSync(join(dirname(file), named), "utf8")) as object;
}

// An editor knows no !secret: with the setting `yaml.customTags: ["!secret scalar"]` it takes what stands behind it for a text.
const customTags = [{ tag: "!secret", resolve: (name: string): string => name }];

function mistakes(schema: object, text: string): readonly string[] {
  const validate = new Ajv2020({ allErrors: true, strict: false, validateFormats: false }).compile(schema);
  validate(parse(text, { customTags }));
  return (validate.errors ?? []).map(({ instancePath, keyword }) => `${instancePath} ${keyword}`);
}

describe("inventory.example.yaml in an editor", () => {
  const text = readFileSync("inventory.example.yaml", "utf8");
  const schema = schemaOf("inventory.example.yaml");
  test("is right by the schema that it names", () => expect(mistakes(schema, text)).toEqual([]));
  test.each([
    ["a misspelt section", text.replace(/^hosts:/m, "hsots:"), " additionalProperties"],
    ["a misspelt key of a guest", text.replace("vm: { id: 2000,", "vm: { di: 2000,"), "/hosts/dns01/vm additionalProperties"],
    ["a value of another type", text.replace("format: 1", "format: one"), "/format const"],
  ])("%s is underlined", (_, wrong, where) => {
    expect(wrong).not.toBe(text);
    expect(mistakes(schema, wrong)).toContain(where);
  });
});

test("the example's playbook is right by the schema of playbooks", () => {
  const schema = JSON.parse(readFileSync("docs/reference/playbook.schema.json", "utf8")) as object;
  expect(mistakes(schema, readFileSync("playbooks/site.yaml", "utf8"))).toEqual([]);
  expect(mistakes(schema, "- hsots: all\n")).not.toEqual([]);
});
