// The inventory as people read it.
import type { Json } from "../../lib/json.ts";
import { looksSecret } from "../../model/documents/document.ts";
import type { Host, Inventory, Sourced } from "../../model/host.ts";
import { jsonText, visible } from "./escape.ts";
import { columns, counted } from "./layout.ts";
import { place } from "./problem.ts";

/** A row a host: address, groups. */
export function inventoryLines({ hosts, groups, devices }: Inventory): readonly string[] {
  const rows = [...hosts.values()].map(({ name, login, groups: own }) => [visible(name), visible(login.address), own.map(visible).join(", ")]);
  return [
    ...columns([["HOST", "ADDRESS", "GROUPS"], ...rows]),
    `${counted(hosts.size, "host")}, ${counted(groups.size, "group")}, ${counted(devices.size, "device")}.`,
  ];
}

/** One host: every value with the place it came from, and what it overruled. */
export function hostLines(host: Pick<Host, "login" | "groups" | "addresses" | "sources"> & { readonly host: string }, cwd: string): readonly string[] {
  const { login, groups, addresses, sources } = host;
  const { user, address, port, connection, jump } = login;
  return [
    `${visible(host.host)}: ${connection} ${visible(`${user === undefined ? "" : `${user}@`}${address}${port === undefined ? "" : `:${port}`}`)}${jump === undefined ? "" : ` through ${visible(jump)}`}`,
    `  groups: ${groups.length === 0 ? "none" : groups.map(visible).join(", ")}`,
    ...Object.entries(addresses).map(([network, one]) => `  ${visible(network)}: ${visible(one)}`),
    ...columns(Object.entries(sources).flatMap(([name, sourced]) => sourceRows(name, sourced, cwd))),
  ];
}

/** What is odd in it: the place and what it is, the other places, the next move. */
export function warningLines(warnings: Inventory["warnings"], cwd: string): readonly string[] {
  return warnings.flatMap((warning) => [
    shortWarning(warning, cwd),
    ...(warning.also ?? []).map(({ at, note }) => `  ${place(at, cwd)}: ${visible(note)}`),
    ...(warning.hint === undefined ? [] : [`  ${visible(warning.hint)}`]),
  ]);
}

const shownShort = 3;

/** The same before other work: a line each, at most three, and where the rest is. What sources said is not among what `hlx validate` shows. */
export function shortWarnings({ warnings, sources }: Pick<Inventory, "warnings" | "sources">, cwd: string): readonly string[] {
  const more = warnings.length - shownShort;
  const shown = warnings.slice(0, shownShort).map((warning) => shortWarning(warning, cwd));
  const rest = sources === undefined ? "hlx validate" : "hlx inventory, hlx validate";
  return more > 0 ? [...shown, `and ${counted(more, "warning")} more: ${rest}`] : shown;
}

function shortWarning({ message, at }: Inventory["warnings"][number], cwd: string): string {
  return `warning: ${at === undefined ? "" : `${place(at, cwd)}: `}${visible(message)}`;
}

function sourceRows(name: string, sourced: Sourced, cwd: string): readonly (readonly string[])[] {
  const shown = (value: Json): string => (sourced.secret === true || looksSecret(name) ? "(sensitive)" : jsonText(value));
  const lost = sourced.lost.map((one) => ["", `  instead of ${shown(one.value)}`, origin(one, cwd)]);
  return [[`  ${visible(name)}`, shown(sourced.value), origin(sourced, cwd)], ...lost];
}

function origin({ layer, at }: Pick<Sourced, "layer" | "at">, cwd: string): string {
  return at === undefined ? visible(layer) : `${visible(layer)}, ${place(at, cwd)}`;
}
