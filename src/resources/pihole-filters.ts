// What a Pi-hole filters by: groups, lists, clients and domains, and gravity after lists.
import { same } from "../lib/json.ts";
import { type Change, change, type Found, type Irreversible, type Kind, type Known } from "../model/kind.ts";
import type { PiholeEntry } from "../model/ports/pihole.ts";
import type { Resource, ResourceOptions } from "../model/resource.ts";
import { given, resourceOf } from "./make.ts";
import { type DoorOptions, doorOf } from "./pihole/door.ts";
import { type Entry, entryAsMade, isGone, isList, isSurplus, type PiholeFilters, schema, type Table, withMark } from "./pihole/filters-desired.ts";
import { type PiholeFiltersActual, probe } from "./pihole/filters-probe.ts";
import { steps } from "./pihole/filters-steps.ts";
import { inWords } from "./pihole/filters-words.ts";

export const piholeFiltersKind: Kind<PiholeFilters, PiholeFiltersActual, "pihole"> = {
  kind: "pihole.filters",
  summary: "Groups, lists, clients and domains of a Pi-hole 6. What hlx made and is no longer named goes; what others made stays.",
  schema,
  via: ["pihole"],
  identity: () => "gravity.db",
  probe,
  diff,
  steps,
  absent: ({ door }) => ({ door, entries: {} }),
  restore,
};

export interface PiholeFiltersOptions extends ResourceOptions, DoorOptions {
  /** By `group:NAME`, `list:block:ADDRESS`, `list:allow:ADDRESS`, `client:ADDRESS`, `domain:deny:exact:NAME`, `domain:allow:regex:REGEX` and so on. */
  readonly entries: Readonly<Record<string, Entry>>;
  /** Tables of which everything goes that is not named, whoever made it. */
  readonly only?: readonly Table[];
}

/** Entries of the host's Pi-hole. What hlx makes it marks in the comment: "hlx", or "… (hlx)". */
export function piholeFilters(options: PiholeFiltersOptions): Resource<PiholeFilters> {
  const { entries, only, port, password, ...brings } = options;
  const marked = Object.fromEntries(Object.entries(entries).map(([key, entry]) => [key, withMark(entry)]));
  return resourceOf(piholeFiltersKind, given({ door: doorOf(given({ port, password })), entries: marked, only }) as PiholeFilters, brings);
}

/** One property an entry, by its key, and "gravity" where lists are to be fetched. */
function diff(desired: PiholeFilters, found: Known<PiholeFiltersActual>): readonly Change[] {
  const actual = found.found === "present" ? found.actual : { entries: {}, waiting: [] };
  const there = (key: string) => (Object.hasOwn(actual.entries, key) ? actual.entries[key] : undefined);
  const words = (key: string): string | null => ((entry) => (entry === undefined ? null : inWords(key, entry)))(there(key));
  const wanted = Object.entries(desired.entries).flatMap(([key, entry]) => entryChange(key, entry, there(key)));
  const surplus = Object.entries(actual.entries).flatMap(([key, entry]) => (isSurplus(key, entry, desired) ? [key] : []));
  const changes = [...wanted, ...surplus.map((key) => change(key, { before: words(key), after: null }))];
  const fetches = wanted.some(({ property, after }) => isList(property) && !("value" in after && after.value === null));
  if (!fetches && actual.waiting.length === 0) return changes;
  return [...changes, change("gravity", { before: actual.waiting.length === 0 ? null : actual.waiting, after: "all lists fetched" })];
}

function entryChange(key: string, entry: Entry, there: PiholeEntry | undefined): readonly Change[] {
  if (isGone(entry)) return there === undefined ? [] : [change(key, { before: inWords(key, there), after: null })];
  const made = entryAsMade(key, entry, there);
  if (there === undefined) return [change(key, { before: null, after: inWords(key, made) })];
  return same(made, there) ? [] : [change(key, { before: inWords(key, there, made), after: inWords(key, made, there) })];
}

function restore(desired: PiholeFilters, before: Found<PiholeFiltersActual>): PiholeFilters | Irreversible {
  if (before.found !== "present") return { irreversible: "what the Pi-hole filtered by was not known before" };
  const { entries } = before.actual;
  const added = Object.keys(desired.entries).filter((key) => !Object.hasOwn(entries, key));
  return { ...desired, entries: { ...Object.fromEntries(added.map((key) => [key, { absent: true as const }])), ...entries } };
}
