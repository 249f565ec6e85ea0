// What a Pi-hole has: settings with their flags, and the entries of its gravity database.
import { isRecord, type Json } from "../../lib/json.ts";
import type { PiholeAnswer, PiholeEntry, PiholeFilters, PiholeSetting, PiholeSettings } from "../../model/ports/pihole.ts";
import type { PiholeSession } from "./session.ts";
import { inside, listIn } from "./wire.ts";

type Row = Readonly<Record<string, unknown>>;

/** All settings, in one request. */
export async function readSettings(session: PiholeSession): Promise<PiholeAnswer<PiholeSettings>> {
  const entered = await session.login();
  if (entered.login === "nothing") return { answer: "nothing", because: entered.because };
  const json = await session.get("/config?detailed=true");
  const settings = Object.fromEntries(settingsIn(inside(json, "config"), []));
  return { answer: "given", is: { hasPassword: entered.sid !== undefined, settings } };
}

function* settingsIn(value: unknown, path: readonly string[]): Iterable<readonly [string, PiholeSetting]> {
  if (!isRecord(value)) return;
  if (isRecord(value["flags"]) && typeof value["type"] === "string" && Object.hasOwn(value, "value")) yield [path.join("."), settingOf(value)];
  else for (const [name, member] of Object.entries(value)) yield* settingsIn(member, [...path, name]);
}

function settingOf({ value, type, allowed, flags }: Row): PiholeSetting {
  const counted = Array.isArray(allowed) ? { allowed: allowed.filter(isRecord).map(({ item }) => item as Json) } : {};
  const { restart_dnsmasq: restarts, env_var: locked } = isRecord(flags) ? flags : {};
  return { value: value as Json, type: String(type), ...counted, restarts: restarts === true, locked: locked === true };
}

/** Groups, lists, clients, domains and how old gravity is: five requests at once. */
export async function readFilters(session: PiholeSession): Promise<PiholeAnswer<PiholeFilters>> {
  const entered = await session.login();
  if (entered.login === "nothing") return { answer: "nothing", because: entered.because };
  const [groups, lists, clients, domains, updated] = await Promise.all([
    rows(session, "groups"),
    rows(session, "lists"),
    rows(session, "clients"),
    rows(session, "domains"),
    gravityAt(session),
  ]);
  const names = namesOf(groups);
  const entries = [
    ...groups.map((row) => [`group:${row["name"]}`, { ...entryOf(row, names), groups: [] }] as const),
    ...lists.map((row) => [listKey(row), entryOf(row, names)] as const),
    ...clients.map((row) => [`client:${row["client"]}`, entryOf(row, names)] as const),
    ...domains.map((row) => [`domain:${row["type"]}:${row["kind"]}:${row["domain"]}`, entryOf(row, names)] as const),
  ];
  return {
    answer: "given",
    is: {
      entries: Object.fromEntries(entries),
      waiting: lists
        .filter((row) => isWaiting(row, updated))
        .map(listKey)
        .sort(),
    },
  };
}

async function rows(session: PiholeSession, table: string): Promise<readonly Row[]> {
  return listIn(await session.get(`/${table}`), table);
}

/** When gravity was last run, in Unix seconds; 0 when never. */
export async function gravityAt(session: PiholeSession): Promise<number> {
  return Number(inside(await session.get("/stats/summary"), "gravity")["last_update"] ?? 0);
}

/** The groups' names by their ids. */
function namesOf(groups: readonly Row[]): ReadonlyMap<unknown, string> {
  return new Map(groups.map(({ id, name }) => [id, String(name)]));
}

/** The groups' ids by their names. */
export async function groupIds(session: PiholeSession): Promise<ReadonlyMap<string, number>> {
  return new Map((await rows(session, "groups")).map(({ id, name }) => [String(name), Number(id)]));
}

function entryOf({ enabled, comment, groups }: Row, names: ReadonlyMap<unknown, string>): PiholeEntry {
  const ids = Array.isArray(groups) ? groups : [];
  return {
    enabled: enabled !== false,
    comment: typeof comment === "string" && comment !== "" ? comment : null,
    groups: ids.map((id) => names.get(id) ?? `number ${id}`).sort(),
  };
}

function listKey({ type, address }: Row): string {
  return `list:${type}:${address}`;
}

// Status 0 is never fetched, 4 is unreachable and not cached (gravity.sh of Pi-hole 6).
function isWaiting({ enabled, status, date_modified: modified }: Row, updated: number): boolean {
  return enabled !== false && (status === 0 || status === 4 || Number(modified ?? 0) > updated);
}
