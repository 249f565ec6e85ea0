// A host that a kind makes through an API, for tests of the engine: a cluster in memory, and the host that comes up a moment later.
import type { World } from "../../src/engine/world.ts";
import { type AnyKind, absent, change, type HostKeys, present } from "../../src/model/kind.ts";
import type { Endpoint } from "../../src/model/ports/endpoint.ts";
import { ProblemError } from "../../src/model/problem.ts";
import type { Resource } from "../../src/model/resource.ts";
import type { Api } from "../../src/model/step.ts";
import type { MemoryHost } from "../../src/testing/memory-host.ts";
import type { MemoryWorld } from "../../src/testing/memory-world.ts";
import { note } from "../../src/testing/note.ts";
import { lab } from "./lab.ts";

interface Vm {
  readonly name: string;
  readonly cores: number;
}

export interface Cluster {
  readonly vms: Map<string, number>;
  readonly calls: string[];
  /** Creates that fail. */
  broken: boolean;
  /** Nobody can ask it. */
  silent: boolean;
  /** What it says of whether its machines run. */
  away: "off" | "starting" | undefined;
  /** What the maker says of the machine's keys. */
  told: HostKeys;
  /** The machine-id of the next machine that is made, and the key that it shows. */
  next: { readonly machineId: string; readonly shows?: string };
  machineId: string;
}

const vmKind = {
  kind: "vm",
  summary: "a machine made through an API",
  schema: { type: "object" },
  via: ["cluster"],
  identity: ({ name }: Vm) => name,
  outside: "machine",
  probe: async ({ name }: Vm, on: { readonly cluster: { cores(name: string): Promise<number | undefined>; away(): Cluster["away"] } }) => {
    const [cores, away] = [await on.cluster.cores(name), on.cluster.away()];
    return cores === undefined ? absent : present({ cores, running: away !== "off" }, away === undefined ? {} : { away });
  },
  diff: ({ cores }: Vm, found: { readonly actual?: Pick<Vm, "cores"> & { readonly running: boolean } }) =>
    (found.actual?.cores ?? (cores === 0 ? 0 : undefined)) === cores
      ? found.actual?.running === false
        ? [change("running", { before: false, after: true })]
        : []
      : [change("cores", { before: found.actual?.cores, after: cores, risk: found.actual === undefined ? "none" : cores === 0 ? "data-loss" : "reboot" })],
  steps: ({ name, cores }: Vm): readonly Api[] => [{ do: "api", title: `make ${name}`, via: "cluster", method: "POST", path: name, body: cores }],
  absent: ({ name }: Vm) => ({ name, cores: 0, absent: true }),
  restore: ({ name }: Vm, before: { readonly actual?: Pick<Vm, "cores"> }) =>
    before.actual === undefined ? { name, cores: 0, absent: true } : { name, cores: before.actual.cores },
  hostKeys: async (_: Vm, on: { readonly cluster: { keys(): HostKeys } }) => on.cluster.keys(),
} as unknown as AnyKind;

export function vm(name: string, cores: number): Resource {
  return { kind: "vm", desired: { name, cores }, id: `vm:${name}`, provides: [`host:${name}`], traces: [] };
}

export const work = { outside: { "a/guest": { hostname: "memory" } } };
export const keys = ["a/one", "a/guest"];

/** Host "a" comes up a moment after its machine was made. */
export function world(vms: Readonly<Record<string, number>> = {}, hosts: readonly string[] = ["a"]) {
  const cluster: Cluster = {
    vms: new Map(Object.entries(vms)),
    calls: [],
    broken: false,
    silent: false,
    away: undefined,
    told: { known: "never", because: "nobody knows" },
    next: { machineId: "1".repeat(32) },
    machineId: "0".repeat(32),
  };
  const inside = lab({ one: [note("x", "1"), note("y", "2")], guest: [vm("a", 2)] }, hosts);
  const host = inside.hosts.get("a");
  if (host === undefined) throw new Error("no host a");
  host.down = !cluster.vms.has("a");
  const endpoint = {
    reader: { cores: async (name: string) => (cluster.silent ? noAnswer() : cluster.vms.get(name)), keys: () => cluster.told, away: () => cluster.away },
    call: async ({ path, body, title }: Api) => {
      cluster.calls.push(title);
      if (cluster.broken) return { result: "failed", output: "", exitStatus: 1, because: "no space on the storage" };
      if (Number(body) === 0) return gone(path, { cluster, host });
      if (!cluster.vms.has(path)) come(host, cluster);
      cluster.vms.set(path, Number(body));
      cluster.away = undefined;
      setTimeout(() => {
        host.down = false;
      }, 100);
      return { result: "done", output: "" };
    },
    requests: () => 0,
  } as unknown as Endpoint;
  inside.kinds.set("vm", vmKind);
  inside.endpoints.set("cluster", { port: "cluster" as never, start: () => ({ of: () => endpoint, close: async () => undefined }) });
  return { inside, cluster, host };
}

function noAnswer(): never {
  throw new ProblemError({ code: "unreachable", message: "the cluster does not answer" });
}

function come(host: MemoryHost, cluster: Cluster): void {
  cluster.machineId = cluster.next.machineId;
  if (cluster.next.shows !== undefined) host.shows = cluster.next.shows;
}

function gone(name: string, { cluster, host }: { readonly cluster: Cluster; readonly host: MemoryHost }) {
  cluster.vms.delete(name);
  host.down = true;
  host.notes.clear();
  return { result: "done", output: "" };
}

/** The same world, whose host is the machine that was made last. */
export function asMade(inside: MemoryWorld, cluster: Cluster): World {
  const made = inside.world();
  return { ...made, facts: async (shell) => ({ ...(await made.facts(shell)), machineId: cluster.machineId }) };
}
