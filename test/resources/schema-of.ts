// Validates a desired state as the engine does.
import { Ajv2020 } from "ajv/dist/2020.js";
import type { AnyKind } from "../../src/model/kind.ts";

const ajv = new Ajv2020({ allErrors: true, strict: true, strictRequired: false, allowUnionTypes: true });

/** What the kind's schema says against a desired state; empty is good. */
export function refusalsOf(kind: AnyKind, desired: unknown): readonly string[] {
  const validate = ajv.compile(kind.schema as object);
  return validate(desired) ? [] : (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}
