// How a Pi-hole gets to filter by what it should: groups first, removals last, and gravity after all where lists changed.
import type { Json } from "../../lib/json.ts";
import type { Change, Known } from "../../model/kind.ts";
import { type PiholeEntry, type PiholeKey, piholeKey } from "../../model/ports/pihole.ts";
import type { Api } from "../../model/step.ts";
import { type Entry, entryAsMade, isGone, type PiholeFilters, type Table } from "./filters-desired.ts";
import type { PiholeFiltersActual } from "./filters-probe.ts";

const order: readonly Table[] = ["groups", "lists", "clients", "domains"];

export function steps(
  { door, entries }: PiholeFilters,
  found: Known<PiholeFiltersActual>,
  { changes }: { readonly changes: readonly Change[] },
): readonly Api[] {
  const there = found.found === "present" ? found.actual.entries : {};
  const named = changes.flatMap(({ property }) => {
    const at = piholeKey(property);
    const entry: Entry = Object.hasOwn(entries, property) ? (entries[property] ?? gone) : gone;
    return at === undefined ? [] : [{ key: property, at, entry, old: Object.hasOwn(there, property) ? there[property] : undefined }];
  });
  const rank = ({ at }: Named): number => order.indexOf(at.table);
  const kept = named.filter(({ entry }) => !isGone(entry)).sort((one, other) => rank(one) - rank(other));
  const removed = named.filter(({ entry }) => isGone(entry)).sort((one, other) => rank(other) - rank(one));
  const gravity = changes.some(({ property }) => property === "gravity")
    ? [{ title: "fetch all lists (gravity)", method: "POST", path: "/action/gravity" }]
    : [];
  const calls: readonly Call[] = [...kept.map(written), ...removed.map(dropped), ...gravity];
  return calls.map(({ title, method, path, send }) => ({
    do: "api",
    title,
    via: "pihole",
    method,
    path,
    body: send === undefined ? { door } : { door, send },
  }));
}

const gone = { absent: true } as const;

interface Named {
  readonly key: string;
  readonly at: PiholeKey;
  readonly entry: Entry;
  readonly old: PiholeEntry | undefined;
}

interface Call extends Pick<Api, "title" | "method" | "path"> {
  readonly send?: Json;
}

// All members are sent: what is left out FTL sets to its default, but for groups.
function written({ key, at, entry, old }: Named): Call {
  const { enabled, comment, groups } = entryAsMade(key, isGone(entry) ? {} : entry, old);
  const members = { comment, ...(at.table === "clients" ? {} : { enabled }), ...(at.table === "groups" ? {} : { groups }) };
  if (old === undefined) return { title: `add ${key}`, method: "POST", path: placeOf(at), send: { [nameIn[at.table]]: at.item, ...members } };
  return { title: `change ${key}`, method: "PUT", path: placeOf(at, at.item), send: { ...(at.table === "groups" ? { name: at.item } : {}), ...members } };
}

function dropped({ key, at }: Named): Call {
  return { title: `remove ${key}`, method: "DELETE", path: placeOf(at, at.item) };
}

const nameIn: Readonly<Record<Table, string>> = { groups: "name", lists: "address", clients: "client", domains: "domain" };

function placeOf(at: PiholeKey, item?: string): string {
  const sort = at.table === "domains" ? `/${at.type}/${at.kind}` : "";
  const query = at.table === "lists" ? `?type=${at.type}` : "";
  return `/${at.table}${sort}${item === undefined ? "" : `/${encodeURIComponent(item)}`}${query}`;
}
