// Groups, lists, domains and clients of the params, as entries of the Pi-hole's database.
import { type PiholeFiltersOptions, piholeFilters, type Resource } from "hlx";
import type { Params } from "./params.ts";
import { type Around, addressOf } from "./servers.ts";

type Entries = PiholeFiltersOptions["entries"];
type Filtering = Pick<Params, "groups" | "lists" | "deny" | "allow" | "clients" | "only">;

const names = ["groups", "lists", "deny", "allow", "clients", "only"] as const;

/** The params that are about filtering and were given. */
export function filtersGiven(params: Filtering): readonly (typeof names)[number][] {
  return names.filter((name) => params[name] !== undefined);
}

/** Nothing when no param is about filtering. */
export function filtersOf(params: Params, around: Around): readonly Resource[] {
  if (filtersGiven(params).length === 0) return [];
  const { port, password, only } = params;
  const entries = { ...groups(params), ...lists(params), ...domains("deny", params.deny), ...domains("allow", params.allow), ...clients(params, around) };
  const door = { port, ...(password === undefined ? {} : { password }) };
  return [piholeFilters({ ...door, entries, ...(only === undefined ? {} : { only }), exclusive: "pihole" })];
}

function groups({ groups: given = [] }: Params): Entries {
  return Object.fromEntries(given.map((group) => (typeof group === "string" ? [`group:${group}`, {}] : [`group:${group.name}`, without(group, "name")])));
}

function lists({ lists: given = [] }: Params): Entries {
  return Object.fromEntries(
    given.map((list) =>
      typeof list === "string" ? [`list:block:${list}`, {}] : [`list:${list.type ?? "block"}:${list.address}`, without(list, "address", "type")],
    ),
  );
}

function domains(type: "deny" | "allow", given: Params["deny"] = []): Entries {
  return Object.fromEntries(given.map((domain) => [domainKey(type, domain), typeof domain === "string" ? {} : without(domain, "domain", "regex")]));
}

// Exact names are kept in small letters by the Pi-hole.
function domainKey(type: string, domain: NonNullable<Params["deny"]>[number]): string {
  if (typeof domain === "string") return `domain:${type}:exact:${domain.toLowerCase()}`;
  return domain.regex === undefined ? `domain:${type}:exact:${domain.domain?.toLowerCase() ?? ""}` : `domain:${type}:regex:${domain.regex}`;
}

function clients({ clients: given = {} }: Params, around: Around): Entries {
  return Object.fromEntries(Object.entries(given).map(([client, groups]) => [`client:${addressOf(client, around) ?? client}`, { groups }]));
}

function without(from: object, ...left: readonly string[]): object {
  return Object.fromEntries(Object.entries(from).filter(([name, value]) => value !== undefined && !left.includes(name)));
}
