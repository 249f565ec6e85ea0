// Ajv behind one function: a schema is compiled once, and its errors come back as data.
import { Ajv2020, type AnySchema, type ErrorObject, type ValidateFunction } from "ajv/dist/2020.js";
import type { JsonSchema } from "../schema.ts";

export type { ErrorObject } from "ajv/dist/2020.js";

const ajv = new Ajv2020({
  allErrors: true,
  verbose: true,
  strict: false,
  validateFormats: false,
  messages: false,
  ownProperties: true,
  addUsedSchema: false,
  validateSchema: false,
});
const compiled = new WeakMap<object, ValidateFunction>();

/** Ajv's errors of a value under a schema: all of them, with the data and schema they are about. Throws when the schema itself is wrong. */
export function errorsOf(value: unknown, schema: JsonSchema): readonly ErrorObject[] {
  const validate = compiled.get(schema) ?? ajv.compile(schema as AnySchema);
  compiled.set(schema, validate);
  return validate(value) ? [] : (validate.errors ?? []);
}
