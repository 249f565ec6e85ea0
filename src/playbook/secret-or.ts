// Schema fragments for params in which `!secret name` may stand.
import type { JsonSchema } from "../model/schema.ts";

/** What `!secret a.b` is after parsing: the secret's name, never its value. */
export const secretRefSchema = {
  type: "object",
  description: "!secret NAME",
  properties: { secret: { type: "string", minLength: 1 } },
  required: ["secret"],
  additionalProperties: false,
} as const satisfies JsonSchema;

/** The schema, or a secret in its place. */
export function secretOr<const Schema extends JsonSchema>(schema: Schema): { readonly anyOf: readonly [Schema, typeof secretRefSchema] } {
  return { anyOf: [schema, secretRefSchema] };
}

/** A string, or a secret in its place: what a Text leaf takes from a playbook. */
export const textSchema = secretOr({ type: "string" });
