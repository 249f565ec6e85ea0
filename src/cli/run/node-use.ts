// How much of a Proxmox node is in use, by its own account: of its cores, its memory and its storages.
import { readersOf } from "../../engine/sessions.ts";
import type { World } from "../../engine/world.ts";
import type { Host } from "../../model/host.ts";
import type { RoomSeen } from "../../model/ports/proxmox.ts";
import { problemOf } from "../../model/problem.ts";
import { isProxmoxNode, proxmoxClusterOf } from "../../model/proxmox-cluster.ts";
import type { NodeUse } from "../views/node-use.ts";

/** The nodes among the hosts that have an API to ask; twins have none. Never throws. */
export async function nodeUses(
  hosts: ReadonlyMap<string, Host>,
  chosen: readonly string[],
  { sessions }: Pick<World, "sessions">,
): Promise<readonly NodeUse[]> {
  const nodes = chosen.flatMap((name) => hosts.get(name) ?? []).filter((host) => isProxmoxNode(host) && host.login.twin === undefined);
  return Promise.all(
    nodes.map(async (host): Promise<NodeUse> => {
      try {
        const { proxmox } = readersOf(sessions.outside(host), ["proxmox"]);
        return useOf(host.name, await proxmox.room(proxmoxClusterOf(host.name, { hosts })));
      } catch (thrown) {
        return { host: host.name, untold: problemOf(thrown) };
      }
    }),
  );
}

function useOf(host: string, { nodes, guests, storages }: RoomSeen): NodeUse {
  const node = nodes.find((one) => one.node === host);
  if (node === undefined) return { host, untold: { code: "privilege", message: `nobody tells what ${host} has`, hint: `hlx doctor ${host}` } };
  const running = guests.filter((guest) => guest.node === host && guest.running);
  const sum = (what: "cores" | "memory"): number => running.reduce((all, guest) => all + guest[what], 0);
  return {
    host,
    cores: { has: node.cores, busy: node.busy, guests: sum("cores") },
    memory: { has: node.memory, used: node.used, guests: sum("memory") },
    storages: storages.filter((one) => one.node === host).map(({ storage, size: has, used }) => ({ storage, has, used })),
  };
}
