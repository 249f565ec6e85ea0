// A whole simulated world: hosts in memory, roles given as functions, a state in memory. The specification of the engine is written against it.

import { makeSessions } from "../engine/sessions.ts";
import type { Work, World } from "../engine/world.ts";
import type { Event } from "../model/event.ts";
import type { Facts, PromisedFacts } from "../model/facts.ts";
import { bareHost, type Inventory } from "../model/host.ts";
import type { AnyKind } from "../model/kind.ts";
import type { ConnectOptions } from "../model/ports/connection.ts";
import type { EndpointDriver } from "../model/ports/endpoint.ts";
import type { Secrets } from "../model/ports/secrets.ts";
import { ProblemError } from "../model/problem.ts";
import type { Resource } from "../model/resource.ts";
import type { Assignment, Role } from "../model/role.ts";
import { type MemoryHost, memoryConnection, memoryHost } from "./memory-host.ts";
import { type MemoryState, memoryState } from "./memory-state.ts";
import { noteKind } from "./note.ts";

export interface MemoryWorld {
  readonly hosts: ReadonlyMap<string, MemoryHost>;
  readonly events: readonly Event[];
  readonly state: MemoryState;
  readonly stop: AbortController;
  readonly secrets: Map<string, string>;
  /** Resources that a role declares; change it to change one's mind. */
  readonly roles: Map<string, (host: string) => readonly Resource[]>;
  /** The kind "note"; add others to try them. */
  readonly kinds: Map<string, AnyKind>;
  /** Drivers of ports beside the shell; none at first. */
  readonly endpoints: Map<string, EndpointDriver>;
  /** A fresh run: new sessions, the same hosts and state. */
  world(): World;
  /** Work over `host/role` keys in playbook order; `requires` adds requirements by key: `{ "b/two": ["one@a"] }` is role one on host a. */
  work(keys: readonly string[], options?: WorkOptions): Work;
}

export interface WorkOptions {
  readonly requires?: Readonly<Record<string, readonly string[]>>;
  readonly hosts?: readonly string[];
  readonly serial?: number;
  readonly independent?: readonly string[];
  /** Keys of role calls that make their host from outside, with the facts that they promise. */
  readonly outside?: Readonly<Record<string, PromisedFacts>>;
  readonly withRequired?: boolean;
  readonly replace?: readonly string[];
  readonly target?: readonly string[];
  /** The `host/role` keys that tags leave. */
  readonly only?: readonly string[];
  /** The `host/role` keys that tell others of a host. */
  readonly tellers?: Readonly<Record<string, readonly string[]>>;
  /** The playbook for which to prune; nothing is pruned without one. */
  readonly prunes?: string;
}

export function memoryWorld(names: readonly string[]): MemoryWorld {
  const hosts = new Map(names.map((name) => [name, memoryHost()]));
  const events: Event[] = [];
  const state = memoryState();
  const stop = new AbortController();
  const secrets = new Map<string, string>();
  const roles = new Map<string, (host: string) => readonly Resource[]>();
  const kinds = new Map([["note", noteKind as AnyKind]]);
  const endpoints = new Map<string, EndpointDriver>();
  const world = (): World => ({
    kinds,
    connections: new Map([["memory", memoryConnection(hosts)]]),
    connect: noOptions,
    sessions: makeSessions({ connections: new Map([["memory", memoryConnection(hosts)]]), endpoints, connect: noOptions, secrets: secretsIn(secrets) }),
    facts: async () => someFacts,
    secrets: secretsIn(secrets),
    state: async () => state,
    knownState: async () => state,
    now: () => new Date("2026-11-21T12:00:00Z"),
    monotonicMs: () => 0,
    pause: () => new Promise((resolve) => void setImmediate(resolve)),
    randomHex: (bytes) => "ab".repeat(bytes),
    emit: (event) => void events.push({ ms: 0, ...event } as Event),
    stop: stop.signal,
  });
  return { hosts, events, state, stop, secrets, roles, kinds, endpoints, world, work: (keys, options = {}) => workOf(keys, { options, names, roles }) };
}

function workOf(keys: readonly string[], { options, names, roles }: { options: WorkOptions; names: readonly string[]; roles: MemoryWorld["roles"] }): Work {
  return {
    inventory: memoryInventory(names),
    inventoryFile: "/lab/inventory.yaml",
    roles: new Map([...roles].map(([name, declare]) => [name, { ...roleOf(name, declare), ...promisesOf(name, options) }])),
    assignments: keys.map((key, order) => assignmentOf(key, { order, options })),
    hosts: options.hosts ?? names,
    ...(options.only === undefined ? {} : { only: ({ host, as }) => options.only?.includes(`${host}/${as}`) === true }),
    withRequired: options.withRequired ?? false,
    targets: { target: options.target ?? [], exclude: [], replace: options.replace ?? [] },
    ...(options.prunes === undefined ? {} : { prunes: { playbook: options.prunes } }),
    ...(options.tellers === undefined ? {} : { tellersOf: (host) => options.tellers?.[host] ?? [] }),
    inputsOf: async () => ({}),
    forks: 50,
  };
}

function roleOf(name: string, declare: (host: string) => readonly Resource[]): Role {
  return { name, summary: name, params: { type: "object" }, declare: ({ host }) => declare(host.name) };
}

function promisesOf(role: string, { outside = {} }: WorkOptions): Pick<Role, "outside"> {
  const promises = Object.entries(outside).filter(([key]) => key.endsWith(`/${role}`));
  return promises.length === 0 ? {} : { outside: { facts: ({ host }) => outside[`${host.name}/${role}`] ?? {} } };
}

function assignmentOf(key: string, { order, options }: { order: number; options: WorkOptions }): Assignment {
  const [host = "", role = ""] = key.split("/");
  const requires = (options.requires?.[key] ?? []).map((one) => ({
    role: one.split("@")[0] ?? "",
    ...(one.includes("@") ? { hosts: one.split("@")[1] ?? "" } : {}),
  }));
  const serial = options.serial === undefined ? {} : { serial: { play: 0, slots: options.serial } };
  return {
    host,
    role,
    as: role,
    params: {},
    play: 0,
    order,
    tags: [],
    independent: options.independent?.includes(key) ?? false,
    requires,
    ...serial,
    ...(options.outside?.[key] === undefined ? {} : { outside: true as const }),
  };
}

function memoryInventory(names: readonly string[]): Inventory {
  const login = { connection: "memory", address: "memory", become: false };
  const hosts = new Map(names.map((name) => [name, bareHost(name, login)]));
  return {
    format: 1,
    folder: "/lab",
    hosts,
    groups: new Map(),
    devices: new Map(),
    networks: new Map(),
    warnings: [],
    select: (pattern) => pattern.split(","),
  };
}

function secretsIn(secrets: ReadonlyMap<string, string>): Secrets {
  return { resolve: async (wanted) => new Map(wanted.map((name) => [name, secretOf(secrets, name)])), key: async () => new Uint8Array(32).fill(7) };
}

function secretOf(secrets: ReadonlyMap<string, string>, name: string): string {
  const value = secrets.get(name);
  if (value === undefined) throw new ProblemError({ code: "input", message: `no secret ${name}` });
  return value;
}

const noOptions: ConnectOptions = {
  credentials: { password: async () => undefined, passphrase: async () => undefined },
  knownHosts: [],
  acceptNew: false,
  home: "/root",
  connectTimeoutMs: 1000,
  log: () => undefined,
};

const someFacts: Facts = {
  hostname: "memory",
  machineId: "0".repeat(32),
  boot: "boot",
  os: { id: "debian", versionId: "12", codename: "bookworm", name: "Debian", like: [] },
  kernel: "6.1",
  machine: "x86_64",
  cpus: 1,
  memoryMiB: 1024,
  init: "systemd",
  packageManager: "apt",
  virtualization: "none",
  gpus: [],
  user: "root",
  root: true,
};
