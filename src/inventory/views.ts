// What `hlx inventory` shows, as data: the shapes of ansible-inventory.
import type { Json } from "../lib/json.ts";
import { didYouMean } from "../lib/suggest.ts";
import type { Host, Inventory } from "../model/host.ts";
import { ProblemError } from "../model/problem.ts";
import { ungroupedOf } from "./patterns.ts";

/** As `ansible-inventory --list`: `_meta.hostvars`, `all`, `ungrouped`, and each group with its own hosts and children. */
export function listJson(inventory: Inventory): Readonly<Record<string, unknown>> {
  const groups = [...inventory.groups.values()].map(({ name, children }) => [name, { hosts: ownHosts(name, inventory), children }] as const);
  return {
    _meta: { hostvars: Object.fromEntries([...inventory.hosts].map(([name, host]) => [name, host.vars])) },
    all: { children: ["ungrouped", ...topGroups(inventory)] },
    ungrouped: { hosts: ungroupedOf(selectable(inventory)) },
    ...Object.fromEntries(
      groups.map(([name, { hosts, children }]) => [name, { ...(hosts.length > 0 && { hosts }), ...(children.length > 0 && { children }) }]),
    ),
  };
}

/** One host: login, addresses, groups, variables, and where each variable came from. Throws ProblemError on an unknown name. */
export function hostJson(
  inventory: Inventory,
  name: string,
): { readonly host: string; readonly vars: Readonly<Record<string, Json>> } & Pick<Host, "login" | "groups" | "addresses" | "sources"> {
  const host = inventory.hosts.get(name);
  if (host === undefined) {
    const hint = didYouMean(name, inventory.hosts.keys()) ?? "look with: hlx inventory --graph";
    throw new ProblemError({ code: "usage", message: `no host "${name}" in the inventory`, hint });
  }
  const { vars, login, groups, addresses, sources } = host;
  return { host: name, vars, login, groups, addresses, sources };
}

/** As `ansible-inventory --graph`: a tree of `@group:` and hosts. */
export function graphText(inventory: Inventory): string {
  const lines = ["@all:", ...groupLines("ungrouped", 1, inventory), ...topGroups(inventory).flatMap((name) => groupLines(name, 1, inventory))];
  return `${lines.join("\n")}\n`;
}

function groupLines(name: string, depth: number, inventory: Inventory): readonly string[] {
  const indent = (level: number) => `${"  |".repeat(level)}--`;
  const children = inventory.groups.get(name)?.children ?? [];
  const hosts = name === "ungrouped" ? ungroupedOf(selectable(inventory)) : ownHosts(name, inventory);
  return [
    `${indent(depth)}@${name}:`,
    ...children.flatMap((child) => groupLines(child, depth + 1, inventory)),
    ...hosts.map((host) => `${indent(depth + 1)}${host}`),
  ];
}

function ownHosts(name: string, { groups }: Inventory): readonly string[] {
  const group = groups.get(name);
  if (group?.own !== undefined) return group.own;
  const below = new Set((group?.children ?? []).flatMap((child) => groups.get(child)?.hosts ?? []));
  return (group?.hosts ?? []).filter((host) => !below.has(host));
}

function topGroups({ groups, top }: Inventory): readonly string[] {
  if (top !== undefined) return top;
  const children = new Set([...groups.values()].flatMap((group) => group.children));
  return [...groups.keys()].filter((name) => !children.has(name));
}

function selectable({ hosts, groups }: Inventory) {
  return { hosts: [...hosts.keys()], groups };
}
