// The way to Proxmox clusters: one client a cluster and run, shared by all guests.
import { kept } from "../lib/kept.ts";
import type { Endpoint, EndpointDriver, EndpointRun, Endpoints } from "../model/ports/endpoint.ts";
import type { ProxmoxCluster, ProxmoxReader } from "../model/ports/proxmox.ts";
import { hostKeysOf } from "./proxmox/agent.ts";
import type { Client } from "./proxmox/client.ts";
import { doStep } from "./proxmox/do.ts";
import { lookAtGuest, whenMade } from "./proxmox/guests.ts";
import { type Limits, makeLimits } from "./proxmox/limits.ts";
import { lookAtBridge, lookAtMapped } from "./proxmox/named.ts";
import { type Clock, clusterKey, clusterOf, limitsKey, openCluster } from "./proxmox/open.ts";
import { lookAtCeph, lookAtDevices, lookAtMapping, lookAtPool, lookAtStorage } from "./proxmox/reads.ts";
import { lookAtRoom } from "./proxmox/room.ts";
import { lookAtSnapshots } from "./proxmox/snapshots.ts";
import { ofTwin } from "./proxmox/twin.ts";

/** A full copy of a large disk takes long. */
const makingMs = 1_800_000;
/** A node starts so many tasks without being slow for its guests; a storage takes its lock for each allocation. */
const operationsAtOnce = { perNode: 4, perStorage: 2 };

export const proxmox: EndpointDriver<"proxmox"> = proxmoxBy({ monotonicMs: () => performance.now() });

/** The driver, by this clock. */
export function proxmoxBy(clock: Clock): EndpointDriver<"proxmox"> {
  return { port: "proxmox", start: (run) => start(run, clock) };
}

function start(run: EndpointRun, clock: Clock): Endpoints<"proxmox"> {
  const clusters = new Map<string, Promise<Client>>();
  const opened: Client[] = [];
  const limits = new Map<string, Limits>();

  async function open(cluster: ProxmoxCluster): Promise<Client> {
    const client = await openCluster(cluster, run, clock);
    opened.push(client);
    return client;
  }
  function clientOf(cluster: ProxmoxCluster): Promise<Client> {
    return kept(clusters, clusterKey(cluster), () => open(cluster));
  }
  function limitsOf(cluster: ProxmoxCluster): Limits {
    return kept(limits, limitsKey(cluster), () => makeLimits(operationsAtOnce));
  }

  const reader = readerOver(clientOf);
  const endpoint: Endpoint<"proxmox"> = {
    reader,
    call: async (step, options) => {
      const cluster = clusterOf(step);
      const client = await clientOf(cluster);
      return limitsOf(cluster).within(step, () => doStep(client, step, options).finally(client.together.forget));
    },
    requests: () => opened.reduce((sum, client) => sum + client.requests(), 0),
  };
  return {
    of: ({ name, login }) => (login?.twin === undefined ? endpoint : ofTwin(name, login.double, endpoint)),
    close: async () => {
      await Promise.allSettled(clusters.values());
      for (const client of opened) client.close();
    },
  };
}

function readerOver(client: (cluster: ProxmoxCluster) => Promise<Client>): ProxmoxReader {
  const together = async <Answer>(cluster: ProxmoxCluster, name: string, look: (client: Client) => Promise<Answer>): Promise<Answer> => {
    const one = await client(cluster);
    return one.together.once(name, () => look(one));
  };
  return {
    guest: (cluster, id) => together(cluster, `guest ${id}`, (one) => lookAtGuest(one, id)),
    snapshots: async (cluster, id) => lookAtSnapshots(await client(cluster), id),
    hostKeys: async (cluster, id) => hostKeysOf(await client(cluster), id),
    made: async (cluster, id) => whenMade(await client(cluster), id, performance.now() + makingMs),
    storage: async (cluster, at) => lookAtStorage(await client(cluster), at),
    pool: async (cluster, name) => lookAtPool(await client(cluster), name),
    mapping: async (cluster, name) => lookAtMapping(await client(cluster), name),
    bridge: async (cluster, at) => lookAtBridge(await client(cluster), at),
    mapped: async (cluster, at) => lookAtMapped(await client(cluster), at),
    devices: async (cluster, node) => lookAtDevices(await client(cluster), node),
    room: (cluster) => together(cluster, "room", lookAtRoom),
    ceph: async (cluster, node) => lookAtCeph(await client(cluster), node),
  };
}
