// Groups, lists, clients and domains: upserts, errors that come with a 2xx status, and a database that is read-only for a while.
import { domainToASCII } from "node:url";
import { type Answer, type Asked, json, notFound, record, refused } from "./answer.ts";
import { type FtlWorld, type Row, seconds, type Table } from "./world.ts";

const column: Readonly<Record<Table, string>> = { groups: "name", lists: "address", clients: "client", domains: "domain" };

export function isTable(name: string | undefined): name is Table {
  return name !== undefined && name in column;
}

/** Where in which table a request points. */
interface At {
  readonly table: Table;
  /** What tells apart beside the name: type and kind of a domain, type of a list. */
  readonly sort: Readonly<Record<string, string>>;
  readonly item: string | undefined;
}

export function tables(asked: Asked, world: FtlWorld): Answer {
  const batch = /^(\w+):batchDelete$/.exec(asked.path[0] ?? "")?.[1];
  if (isTable(batch)) return asked.method === "POST" ? removeAll(batch, { asked, world }) : notFound;
  const at = place(asked);
  if (at === undefined) return notFound;
  if (asked.method === "GET") return read(at, world);
  if (at.table === "lists" && at.sort["type"] === undefined) return refused(400, ["bad_request", "Invalid request: Specify list type"]);
  if (asked.method === "DELETE") return at.item === undefined ? notFound : remove(at, world);
  if (asked.method !== "POST" && asked.method !== "PUT") return notFound;
  if ((asked.method === "PUT") === (at.item === undefined)) return refused(400, ["uri_error", "Invalid request: Specify item in URI"]);
  return write(at, { asked, world });
}

function place({ path, query }: Asked): At | undefined {
  const [table, ...rest] = path;
  if (!isTable(table)) return undefined;
  if (table !== "domains") {
    const type = query.get("type");
    return { table, sort: table === "lists" && (type === "allow" || type === "block") ? { type } : {}, item: rest[0] };
  }
  const [type, kind, item] = rest;
  return { table, sort: { ...(type === undefined ? {} : { type }), ...(kind === undefined ? {} : { kind }) }, item };
}

function read(at: At, world: FtlWorld): Answer {
  if (Date.now() < world.noDatabaseUntil) return refused(400, ["database_error", "Could not read from gravity database"], "Database not available");
  return json(200, shown(at, rowsOf(at, world)));
}

function shown({ table }: At, rows: readonly Row[]): object {
  const view = ({ own, groups, enabled, ...row }: Row): object => ({
    ...own,
    comment: row.comment,
    ...(table === "groups" ? {} : { groups }),
    ...(table === "clients" ? {} : { enabled }),
    id: row.id,
    date_added: row.date_added,
    date_modified: row.date_modified,
  });
  return { [table]: rows.map(view) };
}

function rowsOf({ table, sort, item }: At, world: FtlWorld): readonly Row[] {
  return world.tables[table].filter(
    ({ own }) => (item === undefined || own[column[table]] === item) && Object.entries(sort).every(([name, value]) => own[name] === value),
  );
}

function write(at: At, { asked, world }: { readonly asked: Asked; readonly world: FtlWorld }): Answer {
  const body = record(asked.body);
  const given = at.item ?? body[column[at.table]];
  const items = (Array.isArray(given) ? given : [given]).map((item) => itemOf(at, item));
  if (items.some((item) => item === "")) return refused(400, ["uri_error", `Invalid request: No item "${column[at.table]}" in payload`]);
  const bad = at.sort["kind"] === "regex" ? items.find((item) => !compiles(item)) : undefined;
  if (bad !== undefined) return refused(400, ["regex_error", "Regex validation failed"], `Unmatched ( or \\( in ${bad}`);
  const results = items.map((item) => ({ item, error: upsert({ ...at, item }, { body, create: asked.method === "POST", world }) }));
  const processed = {
    success: results.filter(({ error }) => error === undefined).map(({ item }) => ({ item })),
    errors: results.filter(({ error }) => error !== undefined),
  };
  const rows = items.flatMap((item) => rowsOf({ ...at, item }, world));
  return json(asked.method === "POST" ? 201 : 200, { ...shown(at, rows), processed });
}

// Exact domains are lower case and in ASCII.
function itemOf({ table, sort }: At, item: unknown): string {
  if (typeof item !== "string") return "";
  return table === "domains" && sort["kind"] === "exact" ? domainToASCII(item) : item;
}

function compiles(regex: string): boolean {
  try {
    return new RegExp(regex).source !== "";
  } catch {
    return false;
  }
}

interface Upsert {
  readonly body: Readonly<Record<string, unknown>>;
  readonly create: boolean;
  readonly world: FtlWorld;
}

// Answers SQLite's text when the row could not be written: the status stays 2xx.
function upsert(at: At & { readonly item: string }, { body, create, world }: Upsert): string | undefined {
  if (Date.now() < world.readOnlyUntil) return "attempt to write a readonly database";
  const [old] = rowsOf(at, world);
  const name =
    at.table === "lists" ? "adlist.address, adlist.type" : at.table === "domains" ? "domainlist.domain, domainlist.type" : `${at.table}.${column[at.table]}`;
  if (create && old !== undefined) return `UNIQUE constraint failed: ${name}`;
  const groups = Array.isArray(body["groups"]) ? (body["groups"] as readonly number[]) : (old?.groups ?? [0]);
  const row: Row = {
    id: old?.id ?? world.nextId++,
    comment: typeof body["comment"] === "string" && body["comment"] !== "" ? body["comment"] : null,
    enabled: typeof body["enabled"] === "boolean" ? body["enabled"] : true,
    groups: groups.filter((id) => world.tables.groups.some((group) => group.id === id)),
    date_added: old?.date_added ?? seconds(),
    date_modified: seconds(),
    own: old?.own ?? { [column[at.table]]: at.item, ...at.sort, ...(at.table === "lists" ? neverFetched : {}), ...renamed(at, body) },
  };
  replace(at, { row, world });
  return row.groups.length < groups.length ? "FOREIGN KEY constraint failed" : undefined;
}

const neverFetched = { date_updated: 0, number: 0, invalid_domains: 0, abp_entries: 0, status: 0 };

function renamed({ table }: At, body: Readonly<Record<string, unknown>>): object {
  return table === "clients" ? { name: typeof body["name"] === "string" ? body["name"] : "" } : {};
}

function replace(at: At, { row, world }: { readonly row: Row; readonly world: FtlWorld }): void {
  const rows = world.tables[at.table];
  const index = rows.findIndex(({ id }) => id === row.id);
  if (index < 0) rows.push(row);
  else rows[index] = row;
}

function remove(at: At, world: FtlWorld): Answer {
  const [old] = rowsOf(at, world);
  if (old === undefined) return notFound;
  if (Date.now() < world.readOnlyUntil)
    return refused(400, ["database_error", "Could not delete from gravity database"], "attempt to write a readonly database");
  const rows = world.tables[at.table];
  rows.splice(rows.indexOf(old), 1);
  if (at.table === "groups") forgetGroup(old.id, world);
  return { status: 204 };
}

function forgetGroup(gone: number, world: FtlWorld): void {
  for (const table of ["lists", "clients", "domains"] as const) {
    const rows = world.tables[table];
    for (const [index, row] of rows.entries()) rows[index] = { ...row, groups: row.groups.filter((id) => id !== gone) };
  }
}

function removeAll(table: Table, { asked, world }: { readonly asked: Asked; readonly world: FtlWorld }): Answer {
  const items = Array.isArray(asked.body) ? asked.body.map(record) : [];
  for (const { item, type, kind } of items) {
    const sort = { ...(typeof type === "string" ? { type } : {}), ...(typeof kind === "string" ? { kind } : {}) };
    remove({ table, item: String(item), sort }, world);
  }
  return { status: 204 };
}
