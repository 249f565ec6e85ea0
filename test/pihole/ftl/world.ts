// What the double of FTL holds: settings, sessions, the gravity database, when it was started, and what was written to it.
import { createHash } from "node:crypto";
import { keys, type Value } from "./keys.ts";

export interface FtlOptions {
  /** The administrator's password; none when left out. */
  readonly password?: string;
  readonly appPassword?: string;
  /** The one that FTL makes for its own command line at each start. */
  readonly cliPassword?: string;
  /** A 2FA code that is good once. */
  readonly totp?: number;
  readonly settings?: Readonly<Record<string, Value>>;
  /** Keys that FTLCONF_* variables hold. */
  readonly locked?: readonly string[];
  /** After a PATCH that restarts: how long the old process still answers, and how long nobody does. Default 250 and 300. */
  readonly restartMs?: { readonly answers: number; readonly gone: number };
  /** After gravity: how long reads are old and writes meet a database that is read-only. Default 750. */
  readonly swapMs?: number;
  /** List addresses that gravity cannot fetch. */
  readonly dead?: readonly string[];
  /** How long gravity takes. Default 20. */
  readonly gravityMs?: number;
}

export interface Row {
  readonly id: number;
  readonly comment: string | null;
  readonly enabled: boolean;
  readonly groups: readonly number[];
  readonly date_added: number;
  readonly date_modified: number;
  /** name, client, address or domain, and what else the table has. */
  readonly own: Readonly<Record<string, unknown>>;
}

export type Table = "groups" | "lists" | "clients" | "domains";

/** One request that could have changed something, with what came back. */
export interface Written {
  readonly method: string;
  readonly path: string;
  readonly body: unknown;
  readonly status: number;
}

/** Things that go wrong once, on demand. */
export type Fault =
  /** The next request of this sort is carried out, its answer is never sent. */
  | { readonly fault: "lose-reply"; readonly to: string }
  /** The next request of this sort is cut before it is carried out. */
  | { readonly fault: "cut"; readonly to: string }
  /** Answers with this status and text. */
  | { readonly fault: "answer"; readonly to: string; readonly status: number; readonly text: string };

/** What a session may do: everything, no settings unless app_sudo is on, never settings. */
export type Rank = "admin" | "app" | "cli";

export interface FtlWorld {
  readonly options: FtlOptions;
  readonly settings: Map<string, Value>;
  readonly locked: ReadonlySet<string>;
  /** By sid: may it write settings? */
  readonly sessions: Map<string, Rank>;
  readonly failures: number[];
  readonly usedCodes: Set<number>;
  codeTried: number;
  readonly tables: Record<Table, Row[]>;
  gravityAt: number;
  /** Writes to the database fail until then. */
  readOnlyUntil: number;
  /** Reads of the database answer 400 until then. */
  noDatabaseUntil: number;
  startedAt: number;
  phase: "up" | "gone";
  readonly written: Written[];
  readonly requests: string[];
  readonly faults: Fault[];
  nextId: number;
}

export function makeWorld(options: FtlOptions): FtlWorld {
  const settings = new Map(Object.entries(keys).map(([key, { value }]) => [key, options.settings?.[key] ?? value]));
  if (options.password !== undefined) settings.set("webserver.api.pwhash", hashOf(options.password));
  if (options.appPassword !== undefined) settings.set("webserver.api.app_pwhash", hashOf(options.appPassword));
  const first = { id: 0, comment: "The default group", enabled: true, groups: [], date_added: seconds(), date_modified: seconds(), own: { name: "Default" } };
  return {
    options,
    settings,
    locked: new Set(options.locked),
    sessions: new Map(),
    failures: [],
    usedCodes: new Set(),
    codeTried: 0,
    tables: { groups: [first], lists: [], clients: [], domains: [] },
    gravityAt: 0,
    readOnlyUntil: 0,
    noDatabaseUntil: 0,
    startedAt: Date.now() - 3_600_000,
    phase: "up",
    written: [],
    requests: [],
    faults: [],
    nextId: 1,
  };
}

export function hashOf(password: string): string {
  return createHash("sha256").update(password).digest("hex");
}

/** A clock in Unix seconds. */
export function seconds(): number {
  return Math.floor(Date.now() / 1000);
}
