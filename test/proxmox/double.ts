// A Proxmox VE API that stands in for a cluster in tests: a double of what was observed on PVE 9.2.11, wrong successes included.
// It does not cover: real storages and their speed, HA, SDN, the console, and in-guest effects.
import { mkdtempSync, rmSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Access, accessReply, newAccess, refusal, serveNodes } from "./double-access.ts";
import { callOf, uuid } from "./double-config.ts";
import { createContainer } from "./double-container.ts";
import { create, onGuest } from "./double-guest.ts";
import { onHa } from "./double-ha.ts";
import { newRoom, roomRows } from "./double-room.ts";
import { type At, type Call, type Double, type DoubleGuest, type On, type Reply, refuse, refuseParameter, type State, type Task } from "./double-state.ts";
import { newHeld, onHeld, onMappings, onPools } from "./double-storage.ts";

export type { Double, DoubleGuest } from "./double-state.ts";

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
  if (node !== "")
    return on.nodes.includes(node)
      ? onNode(call, { on, node, rest })
      : refuse(`hostname lookup '${node}' failed - failed to get address info for: ${node}: Name or service not known`);
  if (call.path.startsWith("/cluster/ha/resources")) return onHa(call, on);
  if (call.path.startsWith("/cluster/mapping/pci")) return onMappings(call, on);
  if (call.path === "/pools") return onPools(call, on);
  switch (`${call.method} ${call.path}`) {
    case "GET /cluster/resources":
      if (call.params["type"] === undefined) return { data: on.double.blind ? [] : roomRows(on) };
      return {
        data: on.double.blind
          ? []
          : [...on.double.guests].map(([vmid, guest]) => ({
              id: `${guest.type ?? "qemu"}/${vmid}`,
              type: guest.type ?? "qemu",
              vmid,
              node: guest.node,
              status: "unknown",
              ...(guest.pool === undefined ? {} : { pool: guest.pool }),
            })),
      };
    case "GET /cluster/nextid":
      return nextId(call, on);
    default:
      return accessReply(call, on.double) ?? { status: 501, message: `Method '${call.method} ${call.path}' not implemented` };
  }
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
  const held = onHeld(call, at);
  if (held !== undefined) return held;
  if (at.rest === "/qemu" && call.method === "POST") return create(call, at);
  if (at.rest === "/lxc" && call.method === "POST") return createContainer(call, at);
  const guest = /^\/(qemu|lxc)\/(\d+)(\/.*)?$/.exec(at.rest);
  return guest === null
    ? { status: 501, message: `Method '${call.method} ${call.path}' not implemented` }
    : onGuest(call, { ...at, type: guest[1] === "lxc" ? "lxc" : "qemu", id: Number(guest[2]), part: guest[3] ?? "" });
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
