// Two groups of equal depth that say different things of one host: the order of their names decides, which nobody means.
import { isRecord, type Json, same } from "../lib/json.ts";
import { looksSecret } from "../model/documents/document.ts";
import type { Host, Inventory, Sourced } from "../model/host.ts";
import { isSecretRef } from "../model/text.ts";

type Warning = Inventory["warnings"][number];

interface Disagreement {
  readonly variable: string;
  readonly winner: Sourced;
  readonly loser: Sourced["lost"][number];
  readonly hosts: string[];
}

/** One warning for each variable and pair of groups, with both places. */
export function disagreements(hosts: Iterable<Host>, depths: ReadonlyMap<string, number>): readonly Warning[] {
  const found = new Map<string, Disagreement>();
  for (const host of hosts) {
    for (const [variable, winner] of Object.entries(host.sources)) {
      const loser = rivalOf(winner, depths);
      if (loser === undefined) continue;
      const key = `${variable}\n${winner.layer}\n${loser.layer}`;
      const known = found.get(key) ?? { variable, winner, loser, hosts: [] };
      found.set(key, known);
      known.hosts.push(host.name);
    }
  }
  return [...found.values()].map(warningOf);
}

function rivalOf({ value, layer, lost }: Sourced, depths: ReadonlyMap<string, number>): Sourced["lost"][number] | undefined {
  const depth = depths.get(groupOf(layer) ?? "");
  if (depth === undefined || isMap(value)) return undefined;
  return lost.find((other) => depths.get(groupOf(other.layer) ?? "") === depth && !same(other.value, value));
}

function warningOf({ variable, winner, loser, hosts: [first = "", ...more] }: Disagreement): Warning {
  const others = more.length > 0 ? ` (and of ${more.length} more)` : "";
  const message =
    `${variable} of host "${first}"${others} is ${shown(variable, winner.value)} from ${quoted(winner)} and ${shown(variable, loser.value)} from ${quoted(loser)}: ` +
    `both are equally deep, so the later name won; say it on the host, or put one group into the other`;
  return { message, ...(winner.at && { at: winner.at }) };
}

function quoted({ layer, at }: Pick<Sourced, "layer" | "at">): string {
  return `group "${groupOf(layer) ?? ""}"${at === undefined ? "" : ` (${at.line}:${at.column})`}`;
}

function shown(variable: string, value: Json): string {
  if (looksSecret(variable)) return "one value";
  const text = JSON.stringify(value);
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}

function groupOf(layer: string): string | undefined {
  return layer.startsWith("group ") ? layer.slice("group ".length) : undefined;
}

function isMap(value: Json): boolean {
  return isRecord(value) && !isSecretRef(value);
}
