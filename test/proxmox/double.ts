// A Proxmox VE API that stands in for a cluster in tests: a double of what was observed on PVE 9.2.11, wrong successes included.
// It does not cover: real storages and their speed, HA, SDN, the console, and in-guest effects.
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Access, accessReply, newAccess, refusal, serveNodes } from "./double-access.ts";
import { added, uuid, written } from "./double-config.ts";

export interface DoubleGuest {
  node: string;
  config: Record<string, string>;
  running: boolean;
  pending: Record<string, string>;
}

export interface Double extends Access {
  readonly port: number;
  readonly fingerprint: string;
  readonly ca: string;
  readonly guests: Map<number, DoubleGuest>;
  /** "POST /nodes/pve1/qemu" with its parameters, in order; reads are left out. */
  readonly writes: string[];
  reads: number;
  /** Storages whose disks can be cloned linked and snapshotted. */
  readonly linked: Set<string>;
  readonly bridges: Set<string>;
  /** The next so many clones fail with a lock's timeout. */
  busy: number;
  /** Answers to writes are dropped after they were done: the connection breaks. */
  dropAnswers: boolean;
  /** The token sees nothing: a token with privilege separation and no ACL. */
  blind: boolean;
  /** Called when a guest starts and when it stops. */
  onPower: (id: number, running: boolean) => void;
  /** Serves one more node, at this address of the machine. */
  join(name: string, ip: string): Promise<void>;
  /** The first node falls silent: its connections break, and none is taken any more. */
  silence(): void;
  /** The first node shows another certificate from now on. */
  show(certificate: { readonly key: string; readonly cert: string }): void;
  stop(): void;
}

type Reply = {
  readonly status?: number;
  readonly reason?: string;
  readonly data?: unknown;
  readonly message?: string;
  readonly errors?: Record<string, string>;
};

interface Call {
  readonly method: string;
  readonly path: string;
  readonly params: Record<string, string>;
}

export async function proxmoxDouble(nodes: readonly string[] = ["pve1", "pve2"]): Promise<Double> {
  const folder = mkdtempSync(join(tmpdir(), "hlx-pve-"));
  const tasks = new Map<string, { readonly exit: string; readonly log: readonly string[] }>();
  const double = makeState(newAccess(`hlx@pve!test=${uuid()}`));
  const listener = (request: IncomingMessage, response: ServerResponse): void => void answer(request, response, { double, nodes, tasks });
  const { closeAll, ...served } = await serveNodes(listener, { access: double, folder, first: nodes[0] ?? "pve1" });
  const stop = (): void => {
    closeAll();
    rmSync(folder, { recursive: true, force: true });
  };
  return Object.assign(double, served, { stop });
}

type State = Omit<Double, "port" | "fingerprint" | "ca" | "stop" | "join" | "silence" | "show">;

function makeState(access: Access): State {
  const [guests, linked, bridges] = [new Map<number, DoubleGuest>(), new Set(["thin"]), new Set(["vmbr0"])];
  const nothing = { busy: 0, dropAnswers: false, blind: false, onPower: () => undefined };
  return Object.assign(access, { guests, writes: [], reads: 0, linked, bridges, ...nothing });
}

interface On {
  readonly double: State;
  readonly nodes: readonly string[];
  readonly tasks: Map<string, { readonly exit: string; readonly log: readonly string[] }>;
}

async function answer(request: IncomingMessage, response: ServerResponse, on: On): Promise<void> {
  const [{ double }, call] = [on, await read(request)];
  const refused = refusal(request, double);
  if (refused !== undefined) return void send(response, { status: 401, reason: refused });
  if (call.path === "/access/ticket") return void send(response, accessReply(call, double) ?? {});
  if (call.method === "GET") double.reads += 1;
  else double.writes.push(`${call.method} ${call.path}${Object.keys(call.params).length === 0 ? "" : ` ${JSON.stringify(call.params)}`}`);
  const reply = route(call, on);
  if (call.method === "GET" ? double.dropReads-- > 0 : double.dropAnswers) return void request.socket.destroy();
  send(response, reply);
}

async function read(request: IncomingMessage): Promise<Call> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const url = new URL(request.url ?? "/", "https://pve");
  const form = new URLSearchParams(Buffer.concat(chunks).toString("utf8"));
  return { method: request.method ?? "GET", path: url.pathname.replace("/api2/json", ""), params: Object.fromEntries([...url.searchParams, ...form]) };
}

function send(response: ServerResponse, { status = 200, reason = "OK", data = null, message, errors }: Reply): void {
  // An authentication that fails has no body: only the reason phrase speaks.
  const body =
    status === 401 ? "" : JSON.stringify({ data, ...(message === undefined ? {} : { message: `${message}\n` }), ...(errors === undefined ? {} : { errors }) });
  response.writeHead(status, message ?? reason, { "Content-Type": "application/json;charset=UTF-8" }).end(body);
}

function refuse(message: string): Reply {
  return { status: 500, message };
}

function route(call: Call, on: On): Reply {
  const [, node = "", rest = ""] = /^\/nodes\/([^/]+)(\/.*)$/.exec(call.path) ?? [];
  if (node !== "")
    return on.nodes.includes(node)
      ? onNode(call, { on, node, rest })
      : refuse(`hostname lookup '${node}' failed - failed to get address info for: ${node}: Name or service not known`);
  switch (`${call.method} ${call.path}`) {
    case "GET /cluster/resources":
      return {
        data: on.double.blind
          ? []
          : [...on.double.guests].map(([vmid, guest]) => ({ id: `qemu/${vmid}`, type: "qemu", vmid, node: guest.node, status: "unknown" })),
      };
    case "GET /cluster/nextid":
      return nextId(call, on);
    default:
      return accessReply(call, on.double) ?? { status: 501, message: `Method '${call.method} ${call.path}' not implemented` };
  }
}

function nextId({ params }: Call, { double }: On): Reply {
  const asserted = params["vmid"];
  if (asserted !== undefined && double.guests.has(Number(asserted)))
    return { status: 400, message: "Parameter verification failed.", errors: { vmid: `VM ${asserted} already exists\n` } };
  let free = 100;
  while (double.guests.has(free)) free += 1;
  return { data: asserted ?? String(free) };
}

interface At {
  readonly on: On;
  readonly node: string;
  readonly rest: string;
}

function onNode(call: Call, at: At): Reply {
  const task = /^\/tasks\/([^/]+)\/(status|log)$/.exec(at.rest);
  if (task !== null) return taskAnswer(decodeURIComponent(task[1] ?? ""), task[2] ?? "", at.on);
  if (at.rest === "/qemu" && call.method === "POST") return create(call, at);
  const guest = /^\/qemu\/(\d+)(\/.*)?$/.exec(at.rest);
  return guest === null
    ? { status: 501, message: `Method '${call.method} ${call.path}' not implemented` }
    : onGuest(call, { ...at, id: Number(guest[1]), part: guest[2] ?? "" });
}

function taskAnswer(upid: string, what: string, { tasks }: On): Reply {
  const task = tasks.get(upid);
  if (task === undefined) return { status: 400, message: "Parameter verification failed.", errors: { upid: "no such task\n" } };
  return { data: what === "status" ? { status: "stopped", exitstatus: task.exit, upid } : task.log.map((t, index) => ({ n: index + 1, t })) };
}

/** A call that changes something answers at once; how it ended is in the task. */
function task(type: string, { on, node, id }: { readonly on: On; readonly node: string; readonly id: number }, exit = "OK"): Reply {
  const upid = `UPID:${node}:${randomBytes(4).toString("hex").toUpperCase()}:00A1B2C3:6740A1B2:${type}:${id}:hlx@pve!test:`;
  on.tasks.set(upid, { exit, log: [`${type} ${id}`, exit === "OK" ? "TASK OK" : `TASK ERROR: ${exit}`] });
  return { data: upid };
}

function create({ params }: Call, { on, node }: At): Reply {
  const { vmid = "", start, ...config } = params;
  const id = Number(vmid);
  const taken = on.double.guests.get(id);
  if (taken !== undefined) return refuse(`unable to create VM ${id} - VM ${id} already exists on node '${taken.node}'`);
  if (config["name"]?.includes("_"))
    return { status: 400, message: "Parameter verification failed.", errors: { name: "invalid format - value does not look like a valid DNS name\n" } };
  on.double.guests.set(id, { node, config: added(config, id), running: false, pending: {} });
  return start === "1" ? power({ on, node, id, rest: "", part: "/status/start" }) : task("qmcreate", { on, node, id });
}

interface AtGuest extends At {
  readonly id: number;
  readonly part: string;
}

function onGuest(call: Call, at: AtGuest): Reply {
  const guest = at.on.double.guests.get(at.id);
  if (at.on.double.blind) return { status: 403, message: `Permission check failed (/vms/${at.id}, VM.Audit)` };
  // Whoever names the wrong node is told that there is no such file: never a 404.
  if (guest === undefined || guest.node !== at.node) return refuse(`Configuration file 'nodes/${at.node}/qemu-server/${at.id}.conf' does not exist`);
  if (call.method === "GET") return look(guest, at);
  if (guest.config["lock"] !== undefined) return refuse(`VM is locked (${guest.config["lock"]})`);
  switch (`${call.method} ${at.part}`) {
    case "POST /clone":
      return clone(call, at, guest);
    case "PUT /config":
    case "POST /config":
      return configure(call, at, guest);
    case "PUT /resize":
      return resize(call, at, guest);
    case "DELETE ":
      return destroy(at, guest);
    default:
      return power(at);
  }
}

function look(guest: DoubleGuest, { part }: AtGuest): Reply {
  switch (part) {
    case "/config":
      return { data: { digest: "0".repeat(40), ...guest.config, ...guest.pending } };
    case "/pending":
      return {
        data: [...new Set([...Object.keys(guest.config), ...Object.keys(guest.pending)])].map((key) => ({
          key,
          value: guest.config[key],
          ...(key in guest.pending ? { pending: guest.pending[key] } : {}),
        })),
      };
    case "/status/current":
      return { data: { status: guest.running ? "running" : "stopped", ...(guest.config["lock"] === undefined ? {} : { lock: guest.config["lock"] }) } };
    default:
      return { status: 501, message: `Method 'GET ${part}' not implemented` };
  }
}

function clone({ params }: Call, { on, node, id }: AtGuest, source: DoubleGuest): Reply {
  const target = Number(params["newid"]);
  if (on.double.busy > 0) {
    on.double.busy -= 1;
    return refuse(`can't lock file '/var/lock/qemu-server/lock-${id}.conf' - got timeout`);
  }
  if (on.double.guests.has(target)) return refuse(`unable to create VM ${target}: config file already exists`);
  const full = params["full"] === "1" || (params["full"] === undefined && source.config["template"] !== "1");
  if (!full && params["storage"] !== undefined) return { status: 500, message: "parameter 'storage' not allowed for linked clones" };
  const storage = /^([\w-]+):/.exec(source.config["scsi0"] ?? "")?.[1] ?? "";
  if (!full && !on.double.linked.has(storage)) return refuse("Linked clone feature is not supported for drive 'scsi0'");
  if (params["target"] !== undefined && params["target"] !== node) return refuse(`can't clone VM to node '${params["target"]}' (VM uses local storage)`);
  const { template: _, ...copied } = source.config;
  const disk = { scsi0: (copied["scsi0"] ?? "").replace(/^[\w-]+:[^,]*/, `${params["storage"] ?? storage}:vm-${target}-disk-0`) };
  const given = Object.fromEntries(["name", "description"].flatMap((key) => (params[key] === undefined ? [] : [[key, params[key] ?? ""]])));
  on.double.guests.set(target, { node, config: { ...copied, ...disk, ...given, vmgenid: uuid(), smbios1: `uuid=${uuid()}` }, running: false, pending: {} });
  return task("qmclone", { on, node, id });
}

const liveKeys =
  /^(name|tags|description|onboot|startup|balloon|protection|net\d+|scsi\d+|ipconfig\d+|ci\w+|nameserver|searchdomain|sshkeys|delete|revert|digest|background_delay)$/;

function configure({ params, method }: Call, { on, node, id }: AtGuest, guest: DoubleGuest): Reply {
  const { delete: gone = "", digest: _, background_delay: __, ...values } = params;
  if (Object.keys(values).length === 0 && gone === "") return refuse("no options specified");
  if (Object.keys(values).some((key) => key.startsWith("hostpci") && !values[key]?.includes("mapping=")))
    return refuse("only root can set 'hostpci0' config for non-mapped devices");
  for (const key of ["sshkeys"])
    if (values[key] !== undefined && /[ \n]/.test(values[key] ?? ""))
      return { status: 400, message: "Parameter verification failed.", errors: { sshkeys: "invalid format - invalid urlencoded string\n" } };
  for (const [key, value] of Object.entries(values)) {
    const into = guest.running && !liveKeys.test(key) ? guest.pending : guest.config;
    into[key] = written(key, value, id);
  }
  for (const key of gone.split(",").filter((one) => one !== "")) delete guest.config[key];
  return method === "POST" ? task("qmconfig", { on, node, id }) : { data: null };
}

function resize({ params }: Call, { on, node, id }: AtGuest, guest: DoubleGuest): Reply {
  const { disk = "", size = "" } = params;
  const [had, want] = [Number(/size=(\d+)G/.exec(guest.config[disk] ?? "")?.[1]), Number(/^(\d+)G$/.exec(size)?.[1])];
  if (want < had) return task("resize", { on, node, id }, "shrinking disks is not supported");
  guest.config[disk] = (guest.config[disk] ?? "").replace(/size=\d+G/, `size=${want}G`);
  return task("resize", { on, node, id });
}

function destroy({ on, node, id }: AtGuest, guest: DoubleGuest): Reply {
  if (guest.running) return refuse(`VM ${id} is running - destroy failed`);
  if (guest.config["protection"] === "1") return refuse(`can't remove VM ${id} - protection mode enabled`);
  on.double.guests.delete(id);
  return task("qmdestroy", { on, node, id });
}

function power({ on, node, id, part }: AtGuest): Reply {
  const guest = on.double.guests.get(id);
  const verb = part.replace("/status/", "");
  if (guest === undefined || !["start", "stop", "shutdown", "reboot"].includes(verb)) return { status: 501, message: `Method 'POST ${part}' not implemented` };
  if (verb === "start" && guest.running) return task("qmstart", { on, node, id }, `VM ${id} already running`);
  if (verb === "start" || verb === "reboot") {
    const bridge = /bridge=([^,]+)/.exec(guest.config["net0"] ?? "")?.[1];
    if (bridge !== undefined && !on.double.bridges.has(bridge)) return task("qmstart", { on, node, id }, `bridge '${bridge}' does not exist`);
    Object.assign(guest.config, guest.pending);
    guest.pending = {};
  }
  guest.running = verb === "start" || verb === "reboot";
  on.double.onPower(id, guest.running);
  return task(`qm${verb}`, { on, node, id });
}
