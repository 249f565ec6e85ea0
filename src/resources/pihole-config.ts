// A Pi-hole's settings: what pihole.toml holds, changed in one request.

import { type Json, same } from "../lib/json.ts";
import { type Change, change, type Found, type Irreversible, type Kind, type Known } from "../model/kind.ts";
import type { Resource, ResourceOptions } from "../model/resource.ts";
import type { Step } from "../model/step.ts";
import { given, resourceOf } from "./make.ts";
import { normalised, type PiholeConfig, schema, treeOf, type Values } from "./pihole/config-desired.ts";
import { type PiholeConfigActual, probe } from "./pihole/config-probe.ts";
import { type DoorOptions, doorOf } from "./pihole/door.ts";

export const piholeConfigKind: Kind<PiholeConfig, PiholeConfigActual, "pihole"> = {
  kind: "pihole.config",
  summary: "Settings of a Pi-hole 6, by their names in pihole.toml; those that are not named stay as they are.",
  schema,
  via: ["pihole"],
  identity: () => "pihole.toml",
  probe,
  diff,
  steps,
  restore,
};

export interface PiholeConfigOptions extends ResourceOptions, DoorOptions {
  /** By name: `{ "dns.upstreams": ["192.168.1.2"] }`. */
  readonly settings: Values;
}

/** Settings of the host's Pi-hole. A password is set only where the Pi-hole has none. */
export function piholeConfig(options: PiholeConfigOptions): Resource<PiholeConfig> {
  const { settings, port, password, ...brings } = options;
  return resourceOf(piholeConfigKind, { door: doorOf(given({ port, password })), settings: normalised(settings) }, brings);
}

// Said once, however many of them there are: it starts anew once.
const anew = { risk: "restart" } as const;
const note = "FTL starts anew: no names for a second";

function diff({ door, settings }: PiholeConfig, found: Known<PiholeConfigActual>): readonly Change[] {
  const actual = found.found === "present" ? found.actual : undefined;
  const restarts = found.found === "present" ? found.evidence?.["restarts"] : undefined;
  const differing = Object.entries(settings).filter(([key, value]) => !same(inOrder(key, actual?.settings[key] ?? null), inOrder(key, value)));
  const first = differing.find(([key]) => isAmong(key, restarts))?.[0];
  const changes = differing.map(([key, value]) =>
    change(key, { before: actual?.settings[key] ?? null, after: value, ...(isAmong(key, restarts) ? anew : {}), ...(key === first ? { note } : {}) }),
  );
  const open = door.password !== undefined && actual?.hasPassword !== true;
  return open ? [...changes, { property: "password", before: { value: null }, after: { hidden: "sensitive" }, risk: "none", view: "value" }] : changes;
}

// In which order names stand says nothing.
function inOrder(key: string, value: Json): Json {
  return Array.isArray(value) && names.includes(key) ? value.map(String).sort() : value;
}

const names: readonly string[] = ["dns.hosts", "dns.cnameRecords"];

// Of a Pi-hole that is not there yet nobody knows: then every setting may.
function isAmong(key: string, restarts: unknown): boolean {
  return !Array.isArray(restarts) || restarts.includes(key);
}

function steps({ door, settings }: PiholeConfig, _found: Known<PiholeConfigActual>, { changes }: { readonly changes: readonly Change[] }): readonly Step[] {
  if (changes.length === 0) return [];
  const keys = changes.map(({ property }) => property).filter((key) => Object.hasOwn(settings, key));
  const password = changes.some(({ property }) => property === "password") ? { setPassword: true as const } : {};
  const send = { config: treeOf(keys.map((key) => [key, settings[key]])) };
  return [{ do: "api", title: titleOf(changes), via: "pihole", method: "PATCH", path: "/config", body: { door, send, ...password } }];
}

function titleOf(changes: readonly Change[]): string {
  const [first, second, ...more] = changes.map(({ property }) => property);
  return more.length > 1
    ? `set ${first}, ${second} and ${more.length} more`
    : `set ${[first, second, ...more].filter((name) => name !== undefined).join(", ")}`;
}

function restore({ door }: PiholeConfig, before: Found<PiholeConfigActual>): PiholeConfig | Irreversible {
  if (before.found !== "present") return { irreversible: "the Pi-hole's settings were not known before" };
  if (before.actual.hasPassword === false) return { irreversible: "the Pi-hole had no password before, and keeps the one it has" };
  return { door, settings: before.actual.settings };
}
