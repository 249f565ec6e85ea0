// Ajv behind one function: loaded and compiled only for what does not fit, and its errors come back as data.
import { createRequire } from "node:module";
import type { Ajv2020, AnySchema, ErrorObject, ValidateFunction } from "ajv/dist/2020.js";
import type { JsonSchema } from "../schema.ts";
import { fits } from "./fits.ts";

export type { ErrorObject } from "ajv/dist/2020.js";

const compiled = new WeakMap<object, ValidateFunction>();
let ajv: Ajv2020 | undefined;

/** Ajv's errors of a value under a schema: all of them, with the data and schema they are about. Throws when the schema itself is wrong where it was needed. */
export function errorsOf(value: unknown, schema: JsonSchema): readonly ErrorObject[] {
  if (fits(value, schema)) return [];
  ajv ??= load();
  const validate = compiled.get(schema) ?? ajv.compile(schema as AnySchema);
  compiled.set(schema, validate);
  return validate(value) ? [] : (validate.errors ?? []);
}

// Its 80 modules are not worth loading for input that is right.
function load(): Ajv2020 {
  const loaded = createRequire(import.meta.url)("ajv/dist/2020.js") as typeof import("ajv/dist/2020.js");
  return new loaded.Ajv2020({
    allErrors: true,
    verbose: true,
    strict: false,
    validateFormats: false,
    messages: false,
    ownProperties: true,
    addUsedSchema: false,
    validateSchema: false,
  });
}
