// What every kind's constructor shares: the resource around a desired state, and patterns of names.
import type { Capability, Resource, ResourceOptions } from "../model/resource.ts";
import type { JsonSchema } from "../model/schema.ts";

/** Names of accounts and groups as Debian's useradd takes them with the looser rule of systemd (userdbctl(8)): never digits only, never an option. */
export const accountPattern = "^[A-Za-z_][A-Za-z0-9_.-]{0,30}\\$?$";
/** An account's name, or its number. */
export const ownerPattern = "^([A-Za-z_][A-Za-z0-9_.-]{0,30}\\$?|[0-9]{1,10})$";
/** An absolute path in its shortest spelling: no NUL, no empty part, no `.` or `..`, no slash at the end. */
export const pathPattern = "^(/|(/(?!\\.{1,2}(/|$))[^/\\u0000]+)+)$";
/** Four octal digits. */
export const modePattern = "^[0-7]{4}$";
/** One word of an argument vector. */
export const wordPattern = "^[^\\u0000]*$";

/** A command as words; the first is the program. */
export const argvSchema = { type: "array", minItems: 1, items: { type: "string", pattern: wordPattern } } as const satisfies JsonSchema;

/** Text as model/text.ts has it: pieces that are strings, secrets or values known later. */
export const textSchema = {
  type: "array",
  items: {
    anyOf: [
      { type: "string" },
      { type: "object", additionalProperties: false, required: ["secret"], properties: { secret: { type: "string", minLength: 1 } } },
      {
        type: "object",
        additionalProperties: false,
        required: ["ref", "pointer"],
        properties: { ref: { type: "string", minLength: 1 }, pointer: { type: "string" } },
      },
    ],
  },
} as const satisfies JsonSchema;

interface Named<Desired> {
  readonly kind: string;
  identity(desired: Desired): string;
}

/** What a resource brings beside its desired state. */
export interface Brings extends ResourceOptions {
  readonly traces?: readonly string[];
}

/** The resource of one desired state. */
export function resourceOf<Desired>(kind: Named<Desired>, desired: Desired, brings: Brings): Resource<Desired> {
  const resource = { kind: kind.kind, desired, id: `${kind.kind}:${kind.identity(desired)}`, provides: brings.provides ?? [], traces: brings.traces ?? [] };
  return brings.exclusive === undefined ? resource : { ...resource, exclusive: brings.exclusive };
}

/** The members that are not undefined, as exact optional properties want it. */
export function given<Members extends object>(members: Members): { [Key in keyof Members]: Exclude<Members[Key], undefined> } {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as { [Key in keyof Members]: Exclude<Members[Key], undefined> };
}

/** The path's folder and all above it, nearest first, without the root. */
export function parentsOf(path: string): readonly string[] {
  const parent = parentOf(path);
  return parent === "/" ? [] : [parent, ...parentsOf(parent)];
}

/** The folder a path is in; of the root, the root. */
export function parentOf(path: string): string {
  return path.slice(0, Math.max(1, path.lastIndexOf("/")));
}

/** The directories that exist once a path inside them is made. */
export function directoriesOf(paths: readonly string[]): readonly Capability[] {
  return paths.map((path): Capability => `directory:${path}`);
}
