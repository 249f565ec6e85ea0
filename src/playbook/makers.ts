// Hosts that need no play to be made: what the inventory says of them names the role that makes them, and that role says whether it does so unasked.
import { isRecord } from "../lib/json.ts";
import type { Host, Inventory } from "../model/host.ts";
import type { Position, Problem } from "../model/problem.ts";
import { type Assignment, type Role, viewOf } from "../model/role.ts";
import { type Assigned, requiredBy, type Use, whereOf } from "./assign.ts";
import { findRole, type RoleFolder, type WantedRole } from "./roles/find.ts";
import type { LoadedRole } from "./roles/load.ts";

/** By the variable that a host has, the role that makes such hosts from outside. */
const makers: Readonly<Record<string, string>> = { vm: "guest" };

/** The roles that may make hosts of this inventory; a project need not have them. */
export function wantedMakers(inventory: Inventory, folders: readonly RoleFolder[]): readonly WantedRole[] {
  const wanted = Object.entries(makers).filter(([variable]) => hostsWith(variable, inventory).length > 0);
  return wanted.map(([, role]) => ({ name: role })).filter((role) => typeof findRole(role, folders) === "string");
}

/** The same with the makers of hosts that no play makes, in front. */
export function withMakers(
  assigned: Assigned,
  { inventory, roles }: { readonly inventory: Inventory; readonly roles: ReadonlyMap<string, LoadedRole> },
): Assigned {
  const made = new Set(assigned.assignments.flatMap(({ outside, host }) => (outside === true ? [host] : [])));
  const calls = Object.entries(makers).flatMap(([variable, name]) => {
    const role = roles.get(name)?.role;
    const hosts = hostsWith(variable, inventory).filter((host) => !made.has(host.name) && makesUnasked(role, host, inventory));
    return role === undefined || hosts.length === 0 ? [] : [{ role, hosts }];
  });
  const problems: Problem[] = [];
  const assignments = calls.flatMap(({ role, hosts }) => hosts.map((host) => assignmentOf(role, host, { inventory, problems })));
  return {
    assignments: [...assignments, ...assigned.assignments],
    problems: [...problems, ...assigned.problems],
    uses: [...calls.map(({ role, hosts }) => useOf(role, hosts)), ...assigned.uses],
  };
}

function hostsWith(variable: string, { hosts }: Inventory): readonly Host[] {
  return [...hosts.values()].filter(({ vars }) => isRecord(vars[variable]));
}

function makesUnasked(role: Role | undefined, host: Host, inventory: Inventory): boolean {
  return role?.outside?.unasked?.({ host, inventory: viewOf(inventory) }) === true;
}

// Before the first play: it has no role before it, and none of a play's settings.
const place = { play: -1, order: -1, tags: [], independent: false } as const;

function assignmentOf(role: Role, made: Host, asking: { readonly inventory: Inventory; readonly problems: Problem[] }): Assignment {
  const call = { host: made.name, as: role.name, params: {} };
  const requires = requiredBy(role, { ...call, at: placeOf(made) }, asking);
  return { ...call, role: role.name, ...whereOf(role), ...place, requires, ...(made.at === undefined ? {} : { at: made.at }) };
}

function placeOf(host: Host | undefined): Position {
  return host?.at ?? { file: "inventory.yaml", line: 1, column: 1 };
}

function useOf({ name }: Role, hosts: readonly Host[]): Use {
  const at = placeOf(hosts[0]);
  return {
    role: name,
    as: name,
    params: {},
    tags: [],
    independent: false,
    checks: [],
    at,
    paramAt: () => at,
    hosts: hosts.map((host) => host.name),
    order: -1,
  };
}
