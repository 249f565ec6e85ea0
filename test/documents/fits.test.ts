// The quick answer never says that something fits when ajv says it does not.
import { Ajv2020 } from "ajv/dist/2020.js";
import fc from "fast-check";
import { expect, test } from "vitest";
import { inventorySchema } from "../../src/inventory/schema.ts";
import { fits } from "../../src/model/documents/fits.ts";
import { playbookSchema } from "../../src/playbook/schema.ts";
import { directory } from "../../src/resources/directory.ts";
import { file } from "../../src/resources/file.ts";
import { packages } from "../../src/resources/packages.ts";
import { kinds } from "../../src/resources/registry.ts";
import { service } from "../../src/resources/service.ts";
import { user } from "../../src/resources/user.ts";

const options = { allErrors: true, strict: false, validateFormats: false, ownProperties: true, addUsedSchema: false, validateSchema: false } as const;

function byAjv(value: unknown, schema: object | boolean): boolean {
  return new Ajv2020(options).validate(schema, value) as boolean;
}

const keys = fc.constantFrom("a", "b", "secret", "constructor");
const leaves = fc.oneof(fc.constantFrom("", "a", "ab", "😀", "1"), fc.constantFrom(0, 1, 2, 1.5, -1), fc.boolean(), fc.constant(null));
const values = fc.letrec((tie) => ({
  any: fc.oneof({ depthSize: "small" }, leaves, fc.array(tie("any"), { maxLength: 3 }), fc.dictionary(keys, tie("any"), { maxKeys: 3 })),
})).any;
const types = fc.constantFrom("null", "boolean", "string", "number", "integer", "array", "object");
const counts = fc.integer({ min: 0, max: 2 });

/** A schema of up to three keywords, each with a schema or two inside where it takes one. */
function schemasOf(more: "understood" | "all"): fc.Arbitrary<object | boolean> {
  return fc.letrec<{ any: object | boolean }>((tie) => {
    const any = tie("any");
    const list = fc.array(any, { minLength: 1, maxLength: 2 });
    const map = fc.dictionary(keys, any, { maxKeys: 2 });
    const simple = { pattern: fc.constantFrom("^a", "b$", "^.$"), minLength: counts, maxLength: counts, minimum: counts, maximum: counts };
    const sizes = { minItems: counts, maxItems: counts, uniqueItems: fc.boolean(), minProperties: counts, maxProperties: counts };
    const exact = { enum: fc.array(leaves, { minLength: 1, maxLength: 3 }), const: leaves, required: fc.uniqueArray(keys, { maxLength: 2 }) };
    const inner = { items: any, properties: map, additionalProperties: any, propertyNames: any, anyOf: list, allOf: list };
    const foreign =
      more === "all"
        ? { not: any, oneOf: list, patternProperties: map, if: any, prefixItems: list, contains: any, dependentRequired: fc.constant({ a: ["b"] }) }
        : {};
    const type = fc.oneof(types, fc.uniqueArray(types, { minLength: 1, maxLength: 3 }));
    const each = Object.entries({ type, ...simple, ...sizes, ...exact, ...inner, ...foreign }).map(([keyword, value]) =>
      value.map((one) => ({ [keyword]: one })),
    );
    const some = fc.array(fc.oneof(...each), { minLength: 1, maxLength: 3 }).map((parts) => Object.assign({}, ...parts) as object);
    return {
      any: fc.oneof(
        { maxDepth: 3, depthSize: "small" },
        fc.boolean(),
        type.map((one) => ({ type: one })),
        some,
      ),
    };
  }).any;
}

test("what fits here fits for ajv, whatever the schema", () => {
  fc.assert(
    fc.property(schemasOf("all"), values, (schema, value) => !fits(value, schema) || byAjv(value, schema)),
    { numRuns: 500 },
  );
});

test("with keywords that are understood it is the very same answer", () => {
  fc.assert(
    fc.property(schemasOf("understood"), values, (schema, value) => fits(value, schema) === byAjv(value, schema)),
    { numRuns: 500 },
  );
});

test("a reference points into the root", () => {
  const schema = { $defs: { name: { type: "string" } }, items: { $ref: "#/$defs/name" } };
  expect([fits(["a"], schema), fits([1], schema), fits(["a"], { items: { $ref: "#/$defs/none" } })]).toEqual([true, false, false]);
});

const right: readonly (readonly [string, unknown, object])[] = [
  ["an inventory", { format: 1, hosts: { web1: { address: "192.0.2.1", user: "debian" }, web2: null }, groups: { web: "web*" } }, inventorySchema],
  ["a playbook", [{ hosts: "all", roles: [{ base: { timezone: "Europe/Berlin" } }] }], playbookSchema],
  ...[file({ path: "/etc/x", content: "x\n" }), directory({ path: "/etc/x" }), packages(["sudo"]), service({ unit: "ssh" }), user({ name: "ops" })].map(
    (one) => [one.kind, one.desired, kinds.find(({ kind }) => kind === one.kind)?.schema ?? {}] as const,
  ),
];

test.each(right)("%s fits without ajv", (_, value, schema) => expect(fits(value, schema)).toBe(true));
