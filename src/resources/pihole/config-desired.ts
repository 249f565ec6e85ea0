// What a Pi-hole's settings should be, as data and as a schema.
import { isRecord, type Json, type JsonObject } from "../../lib/json.ts";
import { type PiholeDoor, piholeNormal } from "../../model/ports/pihole.ts";
import type { JsonSchema } from "../../model/schema.ts";
import { doorSchema } from "./door.ts";

export type Value = boolean | number | string | readonly string[];
export type Values = Readonly<Record<string, Value>>;

export interface PiholeConfig {
  readonly door: PiholeDoor;
  /** Only those that matter; spaces as FTL keeps them. */
  readonly settings: Readonly<Record<string, Json>>;
}

/** Settings that hold secrets or hashes of them: they cannot be read back, and end every session. */
const secretKeys = ["password", "pwhash", "app_pwhash", "totp_secret"].map((name) => `webserver.api.${name}`);

/** Settings by name, for kinds and roles. */
export const settingsSchema = {
  type: "object",
  propertyNames: {
    pattern: "^[a-z]+(\\.[A-Za-z0-9_]+)+$",
    not: { enum: secretKeys, description: "it holds a secret, which does not stand in clear text: give the role `password: !secret …`" },
  },
  additionalProperties: { anyOf: [{ type: "boolean" }, { type: "number" }, { type: "string" }, { type: "array", items: { type: "string" } }] },
  description: "Settings by their names in pihole.toml: `dns.blockTTL`. Names and values are checked against what the Pi-hole itself knows.",
} as const satisfies JsonSchema;

export const schema: JsonSchema = {
  type: "object",
  additionalProperties: false,
  required: ["door", "settings"],
  properties: { door: doorSchema, settings: settingsSchema },
};

export function normalised(settings: Values): Readonly<Record<string, Json>> {
  return Object.fromEntries(Object.entries(settings).map(([key, value]) => [key, piholeNormal(value as Json)]));
}

/** `[["a.b", 1], ["a.c", 2]]` as `{ a: { b: 1, c: 2 } }`. */
export function treeOf(entries: readonly (readonly [string, Json | undefined])[]): JsonObject {
  return entries.reduce<JsonObject>((tree, [key, value]) => planted(tree, key.split("."), value ?? null), {});
}

function planted(tree: JsonObject, [name = "", ...rest]: readonly string[], value: Json): JsonObject {
  const below = Object.hasOwn(tree, name) ? tree[name] : undefined;
  return { ...tree, [name]: rest.length === 0 ? value : planted(isRecord(below) ? (below as JsonObject) : {}, rest, value) };
}
