// What may be asked of a Pi-hole, version 6: its settings, and what it filters by.
import type { Json } from "../../lib/json.ts";

/** Where a host's Pi-hole answers on the host itself, and the secret that opens it. Holds a secret's name, never its value. */
export interface PiholeDoor {
  /** The web server's HTTP port on the host's loopback. Default 80. */
  readonly port?: number;
  /** Name of the secret with the administrator's password, or with an app password where `webserver.api.app_sudo` is on. */
  readonly password?: string;
}

/** One setting, named as in pihole.toml: "dns.upstreams". */
export interface PiholeSetting {
  readonly value: Json;
  readonly type: string;
  /** The values that it takes, where they are counted. */
  readonly allowed?: readonly Json[];
  /** Changing it restarts FTL. */
  readonly restarts: boolean;
  /** Held by an FTLCONF_* variable: the API cannot change it. */
  readonly locked: boolean;
}

export interface PiholeSettings {
  /** False when anybody may log in. */
  readonly hasPassword: boolean;
  readonly settings: Readonly<Record<string, PiholeSetting>>;
}

/** A group, list, client or domain. A group has no groups, a client is always enabled. */
export interface PiholeEntry {
  readonly enabled: boolean;
  readonly comment: string | null;
  /** Names, sorted. */
  readonly groups: readonly string[];
}

export interface PiholeFilters {
  /** By `group:NAME`, `list:block:ADDRESS`, `client:NAME`, `domain:deny:exact:NAME` (and so on). */
  readonly entries: Readonly<Record<string, PiholeEntry>>;
  /** Enabled lists that count only after the next run of gravity: never fetched, unreachable, or changed since. */
  readonly waiting: readonly string[];
}

/** "nothing": nobody answers there, or not yet. */
export type PiholeAnswer<What> = { readonly answer: "given"; readonly is: What } | { readonly answer: "nothing"; readonly because: string };

/** Reading a Pi-hole. Throws ProblemError (privilege, missing, unknown) when it answers but does not tell. */
export interface PiholeReader {
  settings(door: PiholeDoor): Promise<PiholeAnswer<PiholeSettings>>;
  filters(door: PiholeDoor): Promise<PiholeAnswer<PiholeFilters>>;
}

/** What the steps of kinds send in `Api.body`: `method` and `path` are FTL's own, `send` its body, but with groups by name. */
export interface PiholeCall {
  readonly door: PiholeDoor;
  readonly send?: Json;
  /** Give it the door's password, too: only where it has none. */
  readonly setPassword?: true;
}

/** What an entry's key says, apart. */
export type PiholeKey =
  | { readonly table: "groups" | "clients"; readonly item: string }
  | { readonly table: "lists"; readonly type: string; readonly item: string }
  | { readonly table: "domains"; readonly type: string; readonly kind: string; readonly item: string };

const patterns = [
  ["groups", /^group:(?<item>.+)$/s],
  ["clients", /^client:(?<item>.+)$/s],
  ["lists", /^list:(?<type>allow|block):(?<item>.+)$/s],
  ["domains", /^domain:(?<type>allow|deny):(?<kind>exact|regex):(?<item>.+)$/s],
] as const;

/** Takes an entry's key apart; undefined when it is none. */
export function piholeKey(key: string): PiholeKey | undefined {
  for (const [table, pattern] of patterns) {
    const parts = pattern.exec(key)?.groups;
    if (parts !== undefined) return { table, ...parts } as PiholeKey;
  }
  return undefined;
}

/** Spaces as FTL keeps them: single ones between words, none around. Its arrays of strings come back so. */
export function piholeNormal(value: Json): Json {
  if (typeof value === "string") return value.trim().replace(/\s+/g, " ");
  return Array.isArray(value) ? value.map(piholeNormal) : value;
}
