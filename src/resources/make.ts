// What every kind's constructor shares: the resource around a desired state, and patterns of names.
import { isRecord } from "../lib/json.ts";
import { didYouMean } from "../lib/suggest.ts";
import { ProblemError } from "../model/problem.ts";
import type { Capability, Places, Resource, ResourceOptions } from "../model/resource.ts";
import type { JsonSchema } from "../model/schema.ts";
import { noteMade } from "./made-at.ts";

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
  readonly schema: JsonSchema;
  identity(desired: Desired): string;
}

/** What a resource brings beside its desired state. */
export interface Brings extends ResourceOptions {
  readonly traces?: readonly string[];
  readonly places?: Places;
}

/** The resource of one desired state. Throws ProblemError on an option that the kind does not have: roles may be written without their types being checked. */
export function resourceOf<Desired>(kind: Named<Desired>, desired: Desired, brings: Brings): Resource<Desired> {
  const { provides = [], traces = [], exclusive, places, ...unknown } = brings;
  const id = `${kind.kind}:${kind.identity(desired)}`;
  refuseUnknown(Object.keys(unknown), { kind: kind.kind, id, schema: kind.schema });
  const resource = { kind: kind.kind, desired, id, provides, traces, ...given({ exclusive, places }) };
  noteMade(resource);
  return resource;
}

function refuseUnknown([unknown]: readonly string[], { kind, id, schema }: { readonly kind: string; readonly id: string; readonly schema: JsonSchema }): void {
  if (unknown === undefined) return;
  const properties = isRecord(schema) && isRecord(schema["properties"]) ? Object.keys(schema["properties"]) : [];
  const known = [...properties, "provides", "exclusive"];
  // A text or a list, spread, has numbers as its keys.
  if (unknown === "0")
    throw new ProblemError({ code: "input", message: `${kind} takes one object of options, not a text`, hint: `options: ${known.join(", ")}` });
  const hint = didYouMean(unknown, known) ?? `options: ${known.join(", ")}`;
  throw new ProblemError({ code: "input", message: `${id} has the unknown option "${unknown}"`, hint });
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
