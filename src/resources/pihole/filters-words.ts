// An entry of a Pi-hole in a few words, for plans.
import { same } from "../../lib/json.ts";
import { type PiholeEntry, piholeKey } from "../../model/ports/pihole.ts";
import { isMark, type Table } from "./filters-desired.ts";

type Member = keyof PiholeEntry;

const members: Readonly<Record<Table, readonly Member[]>> = {
  groups: ["enabled", "comment"],
  lists: ["enabled", "groups", "comment"],
  clients: ["groups", "comment"],
  domains: ["enabled", "groups", "comment"],
};

/** "on, for kids": what differs from the other one, or all that matters. */
export function inWords(key: string, entry: PiholeEntry, other?: PiholeEntry): string {
  const matters = (name: Member): boolean => (other === undefined ? name !== "comment" || !isMark(entry.comment) : !same(entry[name], other[name]));
  return members[piholeKey(key)?.table ?? "lists"]
    .filter(matters)
    .map((name) => word[name](entry))
    .join(", ");
}

const word: Readonly<Record<Member, (entry: PiholeEntry) => string>> = {
  enabled: ({ enabled }) => (enabled ? "on" : "off"),
  groups: ({ groups }) => (groups.length === 0 ? "for nobody" : `for ${groups.join(", ")}`),
  comment: ({ comment }) => JSON.stringify(comment ?? ""),
};
