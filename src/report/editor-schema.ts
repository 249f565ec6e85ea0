// A schema as editors need it: they know no `!secret`, and take what stands behind it for a text.
import { isRecord } from "../lib/json.ts";

/** The schema with its dialect, in which a text may stand wherever `!secret name` may. hlx itself refuses such a text. */
export function editorSchema(schema: object): object {
  return { $schema: "https://json-schema.org/draft/2020-12/schema", ...(withTexts(schema) as object) };
}

function withTexts(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(withTexts);
  if (!isRecord(node)) return node;
  if (!isSecret(node)) return Object.fromEntries(Object.entries(node).map(([key, value]) => [key, withTexts(value)]));
  const { title, description, ...secret } = node;
  return { ...(title === undefined ? {} : { title }), ...(description === undefined ? {} : { description }), anyOf: [secret, { type: "string" }] };
}

function isSecret({ required, properties }: Readonly<Record<string, unknown>>): boolean {
  return Array.isArray(required) && required.join() === "secret" && isRecord(properties) && Object.keys(properties).join() === "secret";
}
