// Looking at what the nodes of a cluster have, and at who takes it: one question for all of them.
import type { RoomSeen } from "../../model/ports/proxmox.ts";
import { type Client, dataOf } from "./client.ts";
import { type Row, rowsOf } from "./rows.ts";

/** From the cluster's list, whose figures are up to 10 s old; what a node has not told, or the login may not see (Sys.Audit on nodes), is left out. */
export async function lookAtRoom(client: Client): Promise<RoomSeen> {
  const rows = rowsOf(dataOf(await client.ask("GET", "/cluster/resources"), "looking at what the nodes have"));
  return { nodes: rows.flatMap(nodeIn), guests: rows.flatMap(guestIn), storages: rows.flatMap(storageIn) };
}

function nodeIn(row: Row): RoomSeen["nodes"] {
  const [cores, memory] = [amount(row["maxcpu"]), mebibytes(row["maxmem"])];
  if (row["type"] !== "node" || cores === 0 || memory === 0) return [];
  return [{ node: String(row["node"]), cores, memory, busy: amount(row["cpu"]), used: mebibytes(row["mem"]) }];
}

function guestIn(row: Row): RoomSeen["guests"] {
  if ((row["type"] !== "qemu" && row["type"] !== "lxc") || amount(row["template"]) === 1) return [];
  const { vmid: id, node, status } = row;
  return [{ id: amount(id), node: String(node), running: status === "running", cores: amount(row["maxcpu"]), memory: mebibytes(row["maxmem"]) }];
}

function storageIn(row: Row): RoomSeen["storages"] {
  const [size, used] = [mebibytes(row["maxdisk"]), mebibytes(row["disk"])];
  if (row["type"] !== "storage" || row["status"] !== "available" || size === 0) return [];
  const { node, storage, plugintype } = row;
  return [{ node: String(node), storage: String(storage), type: String(plugintype ?? ""), shared: amount(row["shared"]) === 1, size, used }];
}

function mebibytes(bytes: unknown): number {
  return Math.floor(amount(bytes) / 1024 ** 2);
}

// What a cluster says is data: no number is nothing.
function amount(value: unknown): number {
  const number = Number(value ?? 0);
  return Number.isFinite(number) && number > 0 ? number : 0;
}
