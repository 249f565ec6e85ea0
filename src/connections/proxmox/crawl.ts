// Everything that a login may see of a cluster: its nodes, their mapped devices, and every guest as it is. Changes nothing.
import type { EndpointRun } from "../../model/ports/endpoint.ts";
import type { ProxmoxCluster } from "../../model/ports/proxmox.ts";
import type { ClusterSeen, GuestThere, NodeSeen } from "../../model/proxmox-seen.ts";
import { type Client, dataOf } from "./client.ts";
import { lookAtGuest } from "./guests.ts";
import { addressInside } from "./inside-address.ts";
import { type Clock, openCluster } from "./open.ts";
import { type Row, rowsOf } from "./rows.ts";

/** Throws ProblemError: trust, unreachable, privilege, failed. */
export async function crawlProxmox(cluster: ProxmoxCluster, run: EndpointRun, clock: Clock): Promise<ClusterSeen> {
  const client = await openCluster(cluster, run, clock);
  try {
    return { nodes: await nodesOf(client), guests: await guestsOf(client) };
  } finally {
    client.close();
  }
}

async function nodesOf(client: Client): Promise<readonly NodeSeen[]> {
  const doing = "asking for the cluster's nodes";
  const [status, nodes, mappings] = await Promise.all(["/cluster/status", "/nodes", "/cluster/mapping/pci"].map((path) => client.ask("GET", path)));
  const prints = new Map(rowsOf(nodes && dataOf(nodes, doing)).map((node) => [String(node["node"]), node["ssl_fingerprint"]]));
  // Mappings are of PVE 8 and later, and may be hidden from this login.
  const mapped = mappings !== undefined && "data" in mappings ? rowsOf(mappings.data) : [];
  return rowsOf(status && dataOf(status, doing))
    .filter(({ type }) => type === "node")
    .map((row) => nodeOf(row, { print: prints.get(String(row["name"])), mapped }));
}

function nodeOf(row: Row, { print, mapped }: { readonly print: unknown; readonly mapped: readonly Row[] }): NodeSeen {
  const name = String(row["name"]);
  return {
    name,
    here: Number(row["local"]) === 1,
    ...(typeof row["ip"] === "string" && { address: row["ip"] }),
    ...(typeof print === "string" && { fingerprint: print }),
    pci: Object.fromEntries(mapped.flatMap((mapping) => devicesOf(mapping, name))),
  };
}

// `id=10de:2684,node=pve1,path=0000:01:00.0;0000:01:00.1`: functions of one card have several paths.
function devicesOf({ id, map }: Row, node: string): readonly (readonly [string, string])[] {
  const entries = (Array.isArray(map) ? map : []).map(
    (entry) =>
      new Map(
        String(entry)
          .split(",")
          .map((part) => part.split("=", 2) as [string, string]),
      ),
  );
  const path = entries
    .find((entry) => entry.get("node") === node)
    ?.get("path")
    ?.split(";")[0];
  return path === undefined ? [] : [[String(id), path]];
}

async function guestsOf(client: Client): Promise<readonly GuestThere[]> {
  const listed = rowsOf(dataOf(await client.ask("GET", "/cluster/resources", { type: "vm" }), "asking for the cluster's guests"));
  const ids = listed.map(({ vmid }) => Number(vmid)).filter(Number.isSafeInteger);
  const seen = await Promise.all(ids.toSorted((one, other) => one - other).map(async (id) => ({ id, ...(await lookAtGuest(client, id)) })));
  return Promise.all(seen.flatMap((one) => (one.guest === "here" ? [withAddress(one, client)] : [])));
}

// Where cloud-init gave it one, nobody need ask inside.
async function withAddress(guest: GuestThere, client: Client): Promise<GuestThere> {
  const { id, node, type, running, config } = guest;
  const mac = /(?:[0-9A-Fa-f]{2}:){5}[0-9A-Fa-f]{2}/.exec(config["net0"] ?? "")?.[0];
  const has = /^(enabled=)?1\b/.test(config["agent"] ?? "") && !/(^|,)ip=\d/.test(config["ipconfig0"] ?? "");
  if (type !== "qemu" || !running || !has || mac === undefined) return guest;
  const address = await addressInside(client, { node, id, mac });
  return address === undefined ? guest : { ...guest, address };
}
