// A role's params: the defaults of its schema filled in, everything else checked at its place in the playbook.

import { isRecord, type Json } from "../lib/json.ts";
import { kept } from "../lib/kept.ts";
import { validateValue } from "../model/documents/validate.ts";
import type { Problem } from "../model/problem.ts";
import type { Role } from "../model/role.ts";
import type { JsonSchema } from "../model/schema.ts";
import type { RoleUse } from "./plays.ts";

/** The params as the role gets them, or what is wrong with them. */
export function checkParams(use: RoleUse, role: Role): { readonly params: Json; readonly problems: readonly Problem[] } {
  const schema = closed(role.params);
  const params = withDefaults(use.params, schema) as Json;
  return { params, problems: validateValue(params, schema, use.paramAt, `role ${use.as}`) };
}

/** The value with the `default` of every absent property of its schema, at every depth; the value itself stays as it is. */
export function withDefaults(value: unknown, schema: unknown): unknown {
  if (!isRecord(schema)) return value;
  if (Array.isArray(value)) return value.map((item) => withDefaults(item, schema["items"]));
  if (!isRecord(value)) return value;
  const properties = isRecord(schema["properties"]) ? schema["properties"] : {};
  const filled = Object.entries(properties).flatMap(([name, member]) => defaultOf(name, member, value));
  const given = Object.entries(value).map(([name, member]) => [name, withDefaults(member, properties[name] ?? schema["additionalProperties"])]);
  return Object.fromEntries([...given, ...filled]);
}

function defaultOf(name: string, schema: unknown, value: Record<string, unknown>): readonly (readonly [string, unknown])[] {
  if (name in value || !isRecord(schema) || schema["default"] === undefined) return [];
  return [[name, withDefaults(schema["default"], schema)]];
}

const closedOnes = new WeakMap<object, JsonSchema>();

// Unknown keys are refused unless the role says otherwise. Kept, so that a role's schema is compiled once.
function closed(schema: JsonSchema): JsonSchema {
  if ("additionalProperties" in schema) return schema;
  return kept(closedOnes, schema, () => ({ type: "object", ...schema, additionalProperties: false }) as JsonSchema);
}
