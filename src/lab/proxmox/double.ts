// A Proxmox VE API that stands in for a cluster in tests and rehearsals: a double of what was observed on PVE 9.2.11, wrong successes included.
// It does not cover: real storages and their speed, HA, SDN, the console, and in-guest effects.
import { mkdtempSync, rmSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Access, accessReply, newAccess, refusal, serveNodes } from "./access.ts";
import { callOf, uuid } from "./config.ts";
import { createContainer } from "./container.ts";
import { create, onGuest } from "./guest.ts";
import { onHa } from "./ha.ts";
import { newRoom, roomRows } from "./room.ts";
import { type At, type Call, type Double, type DoubleGuest, type On, type Reply, refuse, refuseParameter, type State, type Task } from "./state.ts";
import { newHeld, onHeld, onMappings, onPools } from "./storage.ts";

export type { Double, DoubleGuest } from "./state.ts";

export async function proxmoxDouble(nodes: readonly string[] = ["pve1", "pve2"]): Promise<Double> {
  const folder = mkdtempSync(join(tmpdir(), "hlx-pve-"));
  const tasks = new Map<string, Task>();
  const double = makeState(newAccess(`hlx@pve!test=${uuid()}`));
  const listener = (request: IncomingMessage, response: ServerResponse): void => void answer(request, response, { double, nodes, tasks });
  const { closeAll, ...served } = await serveNodes(listener, { access: double, folder, first: nodes[0] ?? "pve1" });
  const stop = (): void => {
    closeAll();
    rmSync(folder, { recursive: true, force: true });
  };
  return Object.assign(double, served, { stop });
}

function makeState(access: Access): State {
  const [guests, linked, bridges] = [new Map<number, DoubleGuest>(), new Set(["thin"]), new Set(["vmbr0"])];
  const nothing = {
    pools: new Set(["lab"]),
    room: newRoom(),
    held: newHeld(),
    linkedTo: new Set<number>(),
    ha: new Map<number, Record<string, string>>(),
    agents: new Map(),
    busy: 0,
    taskMs: 0,
    mostTasks: 0,
    lockedTasks: 0,
    dropAnswers: false,
    blind: false,
    onPower: () => undefined,
    onRollback: () => undefined,
  };
  return Object.assign(access, { guests, writes: [], reads: 0, linked, bridges, ...nothing });
}

async function answer(request: IncomingMessage, response: ServerResponse, on: On): Promise<void> {
  const [{ double }, call] = [on, await callOf(request)];
  const refused = refusal(request, double);
  if (refused !== undefined) return void send(response, { status: 401, reason: refused });
  if (call.path === "/access/ticket") return void send(response, accessReply(call, double) ?? {});
  if (call.method === "GET") double.reads += 1;
  else double.writes.push(`${call.method} ${call.path}${Object.keys(call.params).length === 0 ? "" : ` ${JSON.stringify(call.params)}`}`);
  const reply = route(call, on);
  if (call.method === "GET" ? double.dropReads-- > 0 : double.dropAnswers) return void request.socket.destroy();
  send(response, reply);
}

function send(response: ServerResponse, { status = 200, reason = "OK", data = null, message, errors }: Reply): void {
  // An authentication that fails has no body: only the reason phrase speaks.
  const body =
    status === 401 ? "" : JSON.stringify({ data, ...(message === undefined ? {} : { message: `${message}\n` }), ...(errors === undefined ? {} : { errors }) });
  response.writeHead(status, message ?? reason, { "Content-Type": "application/json;charset=UTF-8" }).end(body);
}

function route(call: Call, on: On): Reply {
  const [, node = "", rest = ""] = /^\/nodes\/([^/]+)(\/.*)$/.exec(call.path) ?? [];
  if (node !== "") return on.nodes.includes(node) ? onNode(call, { on, node, rest }) : refuse(unknownNode(node));
  if (call.path.startsWith("/cluster/ha/resources")) return onHa(call, on);
  if (call.path.startsWith("/cluster/mapping/pci")) return onMappings(call, on);
  if (call.path === "/pools") return onPools(call, on);
  return onCluster(call, on);
}

function onCluster(call: Call, on: On): Reply {
  switch (`${call.method} ${call.path}`) {
    case "GET /cluster/resources":
      return { data: on.double.blind ? [] : call.params["type"] === undefined ? roomRows(on) : guestRows(on) };
    case "GET /cluster/nextid":
      return nextId(call, on);
    default:
      return accessReply(call, on.double) ?? { status: 501, message: `Method '${call.method} ${call.path}' not implemented` };
  }
}

function unknownNode(node: string): string {
  return `hostname lookup '${node}' failed - failed to get address info for: ${node}: Name or service not known`;
}

// Whether they run is gathered by a daemon: unknown, as it is for a while after each start of the real one.
function guestRows({ double }: On): readonly object[] {
  return [...double.guests].map(([vmid, { type = "qemu", node, pool }]) => ({
    id: `${type}/${vmid}`,
    type,
    vmid,
    node,
    status: "unknown",
    ...(pool === undefined ? {} : { pool }),
  }));
}

function nextId({ params }: Call, { double }: On): Reply {
  const asserted = params["vmid"];
  if (asserted !== undefined && double.guests.has(Number(asserted))) return refuseParameter("vmid", `VM ${asserted} already exists`);
  let free = 100;
  while (double.guests.has(free)) free += 1;
  return { data: asserted ?? String(free) };
}

function onNode(call: Call, at: At): Reply {
  const task = /^\/tasks\/([^/]+)\/(status|log)$/.exec(at.rest);
  if (task !== null) return taskAnswer(decodeURIComponent(task[1] ?? ""), task[2] ?? "", at.on);
  if (at.rest === "/tasks") return { data: activeTasks(at) };
  return onHeld(call, at) ?? onGuests(call, at);
}

function onGuests(call: Call, at: At): Reply {
  const [, type, id, part = ""] = /^\/(qemu|lxc)(?:\/(\d+)(\/.*)?)?$/.exec(at.rest) ?? [];
  if (id !== undefined) return onGuest(call, { ...at, type: type === "lxc" ? "lxc" : "qemu", id: Number(id), part });
  if (type === undefined || call.method !== "POST") return { status: 501, message: `Method '${call.method} ${call.path}' not implemented` };
  return type === "lxc" ? createContainer(call, at) : create(call, at);
}

function taskAnswer(upid: string, what: string, { tasks }: On): Reply {
  const task = tasks.get(upid);
  if (task === undefined) return refuseParameter("upid", "no such task");
  const ended = task.exit === undefined ? { status: "running" } : { status: "stopped", exitstatus: task.exit };
  return { data: what === "status" ? { ...ended, upid } : task.log.map((t, index) => ({ n: index + 1, t })) };
}

function activeTasks({ on, node }: At): readonly unknown[] {
  return [...on.tasks].filter(([, task]) => task.exit === undefined && task.node === node).map(([upid, { type }]) => ({ upid, type, id: upid.split(":")[6] }));
}
