// A Proxmox VE API that stands in for a cluster in tests and rehearsals: a double of what was observed on PVE 9.2.11, wrong successes included.
// It does not cover: real storages and their speed, HA, SDN, the console, and in-guest effects.
import type { IncomingMessage, ServerResponse } from "node:http";
import { type Access, accessReply, newAccess, refusal, serveNodes } from "./access.ts";
import { type Certify, callOf, certificate, uuid } from "./config.ts";
import { createContainer } from "./container.ts";
import { create, onGuest } from "./guest.ts";
import { onHa } from "./ha.ts";
import { refusedCall } from "./parameters.ts";
import { newRoom, roomRows } from "./room.ts";
import { type At, type Call, type Double, type DoubleGuest, type On, type Reply, refuse, refuseParameter, type State, type Task } from "./state.ts";
import { newHeld, onHeld, onMappings, onPools } from "./storage.ts";

export type { Double, DoubleGuest } from "./state.ts";

export interface DoubleOptions {
  /** What an earlier double held: see `kept`. */
  readonly kept?: Kept;
  /** What makes the nodes' certificates; default is this machine's openssl. */
  readonly certify?: Certify;
}

export async function proxmoxDouble(nodes: readonly string[] = ["pve1", "pve2"], { kept, certify = certificate }: DoubleOptions = {}): Promise<Double> {
  const tasks = new Map<string, Task>();
  const double = Object.assign(makeState(newAccess(`hlx@pve!test=${uuid()}`)), kept);
  const listener = (request: IncomingMessage, response: ServerResponse): void => void answer(request, response, { double, nodes, tasks });
  const { closeAll, ...served } = await serveNodes(listener, { access: double, certify, first: nodes[0] ?? "pve1" });
  return Object.assign(double, served, { stop: closeAll });
}

/** What of a double outlives its process. */
export type Kept = Pick<Double, "token" | "guests" | "pools" | "held" | "ha" | "bridges" | "linked" | "linkedTo" | "room">;

export function kept({ token, guests, pools, held, ha, bridges, linked, linkedTo, room }: Double): Kept {
  return { token, guests, pools, held, ha, bridges, linked, linkedTo, room };
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
    later: (end: () => void, ms: number) => void setTimeout(end, ms),
    mostTasks: 0,
    lockedTasks: 0,
    dropAnswers: false,
    blind: false,
    onPower: () => undefined,
    onGone: () => undefined,
    onWrite: () => undefined,
    onRollback: () => undefined,
  };
  return Object.assign(access, { guests, writes: [], reads: 0, linked, bridges, ...nothing });
}

async function answer(request: IncomingMessage, response: ServerResponse, on: On): Promise<void> {
  const [{ double }, call] = [on, await callOf(request)];
  const refused = refusal(request, double);
  if (refused !== undefined) return void send(response, { status: 401, reason: refused });
  if (call.path === "/access/ticket") return void send(response, refusedCall(call) ?? accessReply(call, double) ?? {});
  const { reply, lost } = call.method === "GET" ? read(call, on) : write(call, on);
  if (lost) request.socket.destroy();
  else send(response, reply);
}

interface Answered {
  readonly reply: Reply;
  /** The connection breaks before the answer. */
  readonly lost: boolean;
}

function read(call: Call, on: On): Answered {
  on.double.reads += 1;
  return { reply: route(call, on), lost: on.double.dropReads-- > 0 };
}

function write(call: Call, on: On): Answered {
  const { method, path, params } = call;
  on.double.writes.push(`${method} ${path}${Object.keys(params).length === 0 ? "" : ` ${JSON.stringify(params)}`}`);
  const reply = route(call, on);
  on.double.onWrite(call);
  return { reply, lost: on.double.dropAnswers };
}

function send(response: ServerResponse, { status = 200, reason = "OK", data = null, message, errors }: Reply): void {
  // An authentication that fails has no body: only the reason phrase speaks.
  const body =
    status === 401 ? "" : JSON.stringify({ data, ...(message === undefined ? {} : { message: `${message}\n` }), ...(errors === undefined ? {} : { errors }) });
  response.writeHead(status, message ?? reason, { "Content-Type": "application/json;charset=UTF-8" }).end(body);
}

function route(call: Call, on: On): Reply {
  const refused = refusedCall(call);
  if (refused !== undefined) return refused;
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
  return [...double.guests].map(([vmid, { type = "qemu", node, pool, config }]) => ({
    ...{ id: `${type}/${vmid}`, type, vmid, node, status: "unknown", template: Number(config["template"] ?? 0) },
    ...{ name: config["name"] ?? config["hostname"], tags: config["tags"] },
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
