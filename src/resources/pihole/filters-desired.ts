// What a Pi-hole should filter by, as data and as a schema; and which entries are hlx's own.
import { type PiholeDoor, type PiholeEntry, type PiholeKey, piholeKey } from "../../model/ports/pihole.ts";
import type { JsonSchema } from "../../model/schema.ts";
import { doorSchema } from "./door.ts";

export type Table = PiholeKey["table"];

/** An entry that should be there: enabled and in the group Default when not said otherwise. Without a comment it keeps the one that it has. */
export type Entry = Partial<PiholeEntry> | { readonly absent: true };

export interface PiholeFilters {
  readonly door: PiholeDoor;
  readonly entries: Readonly<Record<string, Entry>>;
  readonly only?: readonly Table[];
}

const keyPattern = "^(group:|client:|list:(block|allow):|domain:(allow|deny):(exact|regex):)[^\\u0000-\\u001f]+$";

export const schema: JsonSchema = {
  type: "object",
  additionalProperties: false,
  required: ["door", "entries"],
  properties: {
    door: doorSchema,
    entries: {
      type: "object",
      propertyNames: { pattern: keyPattern, not: { enum: ["group:Default"] } },
      additionalProperties: {
        type: "object",
        additionalProperties: false,
        properties: {
          enabled: { type: "boolean", description: "Default true. A client is always enabled." },
          comment: { type: ["string", "null"], description: "Default: the one that it has, or `hlx` for a new one." },
          groups: { type: "array", items: { type: "string", minLength: 1 }, uniqueItems: true, description: "Names of groups. Default the group Default." },
          absent: { type: "boolean", const: true, description: "It must not be there, whoever made it." },
        },
      },
      description:
        "By `group:NAME`, `list:block:ADDRESS`, `list:allow:ADDRESS`, `client:ADDRESS`, `domain:deny:exact:NAME`, `domain:allow:regex:REGEX` and so on.",
    },
    only: {
      type: "array",
      uniqueItems: true,
      items: { type: "string", enum: ["groups", "lists", "clients", "domains"] },
      description: "Tables of which everything goes that is not named, whoever made it.",
    },
  },
};

const mark = "hlx";

/** The comment as it will be at the Pi-hole: with the mark of what hlx made. */
export function withMark(entry: Entry): Entry {
  return isGone(entry) || typeof entry.comment !== "string" ? entry : { ...entry, comment: `${entry.comment} (${mark})` };
}

/** A comment that says no more than that hlx made it, or nothing at all. */
export function isMark(comment: string | null): boolean {
  return comment === null || comment === mark;
}

/** Did hlx make it? */
function isOwn({ comment }: Pick<PiholeEntry, "comment">): boolean {
  return comment === mark || comment?.endsWith(` (${mark})`) === true;
}

/** Should it go, because nobody names it? */
export function isSurplus(key: string, entry: PiholeEntry, { entries, only = [] }: PiholeFilters): boolean {
  const table = piholeKey(key)?.table;
  return !Object.hasOwn(entries, key) && (isOwn(entry) || (table !== undefined && only.includes(table)));
}

export function isGone(entry: Entry): entry is { readonly absent: true } {
  return "absent" in entry;
}

export function isList(key: string): boolean {
  return key.startsWith("list:");
}

/** The entry with every member, over what is there. */
export function entryAsMade(key: string, entry: Partial<PiholeEntry>, there: Entry | undefined): PiholeEntry {
  const table = piholeKey(key)?.table;
  const kept = there === undefined || isGone(there) ? mark : (there.comment ?? null);
  return {
    enabled: table === "clients" ? true : (entry.enabled ?? true),
    comment: entry.comment === undefined ? kept : entry.comment,
    groups: table === "groups" ? [] : [...(entry.groups ?? ["Default"])].sort(),
  };
}
