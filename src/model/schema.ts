// JSON Schema (draft 2020-12) as a type: what roles, kinds and file formats are described with.
import type { JSONSchema } from "json-schema-to-ts";

export type JsonSchema = Exclude<JSONSchema, boolean>;
export type { FromSchema } from "json-schema-to-ts";
