// The guests of the double: made, cloned, set, resized, started and destroyed as PVE 9.2.11 did it.

import { askInside } from "./agent.ts";
import { added, digestOf, staleIn, uuid, written } from "./config.ts";
import { asWritten, liveInContainer, wrongInContainer } from "./container.ts";
import { byHa } from "./ha.ts";
import { missingAtStart } from "./network.ts";
import { changeSnapshots, lookAtSnapshots } from "./snapshots.ts";
import { type At, type AtGuest, type Call, type DoubleGuest, type On, type Reply, refuse, task } from "./state.ts";

export function create({ params }: Call, { on, node }: At): Reply {
  const { vmid = "", start, pool, ...config } = params;
  const id = Number(vmid);
  const taken = on.double.guests.get(id);
  if (taken !== undefined) return refuse(`unable to create VM ${id} - VM ${id} already exists on node '${taken.node}'`);
  const made: DoubleGuest = { node, config: { lock: "create" }, running: false, pending: {}, ...(pool === undefined ? {} : { pool }) };
  on.double.guests.set(id, made);
  const finish = (): void => {
    made.config = added(config, id);
  };
  if (start !== "1") return task("qmcreate", { on, node, id }, { finish });
  finish();
  return power({ on, node, id, rest: "", part: "/status/start", type: "qemu" });
}

export function onGuest(call: Call, at: AtGuest): Reply {
  const guest = at.on.double.guests.get(at.id);
  if (at.on.double.blind) return { status: 403, message: `Permission check failed (/vms/${at.id}, VM.Audit)` };
  // Whoever names the wrong node is told that there is no such file: never a 404.
  if (guest === undefined || guest.node !== at.node || (guest.type ?? "qemu") !== at.type)
    return refuse(`Configuration file 'nodes/${at.node}/${at.type === "lxc" ? "lxc" : "qemu-server"}/${at.id}.conf' does not exist`);
  if (call.method === "GET") return ask(call, at, guest);
  if (guest.config["lock"] !== undefined) return refuse(`VM is locked (${guest.config["lock"]})`);
  return changeSnapshots(call, at, guest) ?? change(call, at, guest);
}

function ask(call: Call, at: AtGuest, guest: DoubleGuest): Reply {
  if (at.type === "lxc" && at.part === "/interfaces") return { data: at.on.double.agents.get(at.id)?.interfaces ?? [] };
  return /^\/agent\/(file-read|network-get-interfaces)$/.test(at.part) ? askInside(call, at, guest) : (lookAtSnapshots(at, guest) ?? look(guest, at));
}

function change(call: Call, at: AtGuest, guest: DoubleGuest): Reply {
  switch (`${call.method} ${at.part}`) {
    case "POST /clone":
      return clone(call, at, guest);
    case "POST /template":
      return toTemplate(at, guest);
    case "PUT /config":
    case "POST /config":
      return configure(call, at, guest);
    case "PUT /resize":
      return resize(call, at, guest);
    case "DELETE ":
      return destroy(call, at, guest);
    default:
      return power(at);
  }
}

function look(guest: DoubleGuest, { part, on, id }: AtGuest): Reply {
  switch (part) {
    case "/config":
      return { data: { ...guest.config, ...guest.pending, digest: digestOf(guest) } };
    case "/pending":
      return {
        data: [...new Set([...Object.keys(guest.config), ...Object.keys(guest.pending)])].map((key) => ({
          key,
          value: guest.config[key],
          ...(key in guest.pending ? { pending: guest.pending[key] } : {}),
        })),
      };
    case "/status/current":
      return {
        data: {
          status: guest.running ? "running" : "stopped",
          uptime: guest.running ? Math.floor((Date.now() - (guest.since ?? 0)) / 1000) : 0,
          ha: { managed: Number(on.double.ha.has(id)) },
          ...(guest.config["lock"] === undefined ? {} : { lock: guest.config["lock"] }),
        },
      };
    default:
      return { status: 501, message: `Method 'GET ${part}' not implemented` };
  }
}

function clone({ params }: Call, { on, node, id }: AtGuest, source: DoubleGuest): Reply {
  const [target, storage] = [Number(params["newid"]), storageOf(source)];
  if (on.double.busy > 0) {
    on.double.busy -= 1;
    return refuse(`can't lock file '/var/lock/qemu-server/lock-${id}.conf' - got timeout`);
  }
  if (on.double.guests.has(target)) return refuse(`unable to create VM ${target}: config file already exists`);
  const far = wrongElsewhere(params, source, { on, node });
  if (far !== undefined) return far;
  const wrong = wrongInLinked(params, source, on);
  if (wrong !== undefined) return wrong;
  if (on.double.lockedTasks-- > 0)
    return task("qmclone", { on, node, id }, { exit: `clone failed: cfs-lock 'storage-${storage}' error: got lock request timeout` });
  return copy({ params, target, storage }, { on, node, id }, source);
}

function storageOf({ config }: DoubleGuest): string {
  return /^([\w-]+):/.exec(config["scsi0"] ?? "")?.[1] ?? "";
}

// Another node has the clone only where all of its disks are on shared storages, before and after.
function wrongElsewhere({ target, storage }: Call["params"], { config }: DoubleGuest, { on, node }: Pick<AtGuest, "on" | "node">): Reply | undefined {
  if (target === undefined || target === node) return undefined;
  const { storages } = on.double.held;
  const isShared = (name: string): boolean => storages.get(name)?.shared === true;
  if (storage !== undefined && !isShared(storage)) return refuse(`can't clone to non-shared storage '${storage}'`);
  const used = Object.entries(config).flatMap(([key, value]) => (driveKeys.test(key) ? [value.split(":")[0] ?? ""] : []));
  return used.every(isShared) ? undefined : refuse(`can't clone VM to node '${target}' (VM uses local storage)`);
}

// Of a template a clone is linked where nothing else is said.
function wrongInLinked(params: Call["params"], source: DoubleGuest, { double }: On): Reply | undefined {
  if (params["full"] === "1" || (params["full"] === undefined && source.config["template"] !== "1")) return undefined;
  if (params["storage"] !== undefined) return refuse("parameter 'storage' not allowed for linked clones");
  return double.linked.has(storageOf(source)) ? undefined : refuse("Linked clone feature is not supported for drive 'scsi0'");
}

interface Copying {
  readonly params: Call["params"];
  readonly target: number;
  readonly storage: string;
}

function copy({ params, target, storage }: Copying, { on, node, id }: Omit<AtGuest, "rest" | "part" | "type">, source: DoubleGuest): Reply {
  const { template: _, ...copied } = source.config;
  const disk = { scsi0: (copied["scsi0"] ?? "").replace(/^[\w-]+:[^,]*/, `${params["storage"] ?? storage}:vm-${target}-disk-0`) };
  const given = Object.fromEntries(["name", "description"].flatMap((key) => (params[key] === undefined ? [] : [[key, params[key] ?? ""]])));
  const made: DoubleGuest = {
    node: params["target"] ?? node,
    config: { description: " qmclone temporary file", lock: "clone" },
    running: false,
    pending: {},
    ...(params["pool"] === undefined ? {} : { pool: params["pool"] }),
  };
  on.double.guests.set(target, made);
  const finish = (): void => {
    made.config = { ...copied, ...disk, ...given, vmgenid: uuid(), smbios1: `uuid=${uuid()}` };
  };
  return task("qmclone", { on, node, id }, { finish });
}

function toTemplate({ on, node, id }: AtGuest, guest: DoubleGuest): Reply {
  if (guest.running) return refuse(`you can't convert a VM to template if VM is running`);
  if (guest.config["template"] === "1") return refuse(`you can't convert a template to a template`);
  guest.config["template"] = "1";
  guest.config["scsi0"] = (guest.config["scsi0"] ?? "").replace(/vm-(\d+)-disk/, "base-$1-disk");
  return task("qmtemplate", { on, node, id });
}

const liveKeys =
  /^(name|tags|description|onboot|startup|balloon|protection|net\d+|scsi\d+|virtio\d+|ipconfig\d+|ci\w+|nameserver|searchdomain|sshkeys|delete|revert|digest|background_delay)$/;

function configure({ params, method }: Call, { on, node, id }: AtGuest, guest: DoubleGuest): Reply {
  const { delete: gone = "", force, digest, background_delay: _, ...values } = params;
  if (Object.keys(values).length === 0 && gone === "") return refuse("no options specified");
  const wrong = staleIn(guest, digest) ?? (guest.type === "lxc" ? wrongInContainer(values) : wrongIn(values));
  if (wrong !== undefined) return wrong;
  for (const [key, value] of Object.entries(values)) put(guest, { key, value, id });
  for (const key of gone.split(",").filter((one) => one !== "")) take(guest, key, force === "1");
  return method === "POST" ? task("qmconfig", { on, node, id }) : { data: null };
}

function wrongIn(values: Readonly<Record<string, string>>): Reply | undefined {
  if (Object.keys(values).some((key) => key.startsWith("hostpci") && !values[key]?.includes("mapping=")))
    return refuse("only root can set 'hostpci0' config for non-mapped devices");
  return undefined;
}

const driveKeys = /^(scsi|virtio|sata|ide|efidisk|tpmstate|mp)\d+$/;

function put(guest: DoubleGuest, { key, value, id }: { readonly key: string; readonly value: string; readonly id: number }): void {
  const had = guest.config[key];
  const live = (guest.type === "lxc" ? liveInContainer : liveKeys).test(key);
  // The same volume with other options waits for the next start; anything else allocates, and what was there is detached.
  if (driveKeys.test(key) && had !== undefined && value.split(",")[0] === had.split(",")[0]) {
    (guest.running ? guest.pending : guest.config)[key] = withSize(value, had);
    return;
  }
  if (driveKeys.test(key) && had !== undefined && !had.includes("media=cdrom")) take(guest, key, false);
  (guest.running && !live ? guest.pending : guest.config)[key] = guest.type === "lxc" ? asWritten(value, { id, key }) : written(key, value, id);
}

function withSize(value: string, had: string): string {
  return `${value.replace(/,size=[^,]*/, "")},size=${/size=([^,]+)/.exec(had)?.[1] ?? "0G"}`;
}

// A drive that is taken away becomes unusedN, and is stripped from the boot order; an unused one is destroyed.
function take(guest: DoubleGuest, key: string, force: boolean): void {
  const value = guest.config[key];
  delete guest.config[key];
  delete guest.pending[key];
  if (!driveKeys.test(key) || value === undefined) return;
  strip(guest, key);
  if (force) return;
  let free = 0;
  while (guest.config[`unused${free}`] !== undefined) free += 1;
  guest.config[`unused${free}`] = value.split(",")[0] ?? "";
}

function strip({ config }: DoubleGuest, key: string): void {
  const order = /^order=(.*)$/.exec(config["boot"] ?? "")?.[1]?.split(";") ?? [];
  if (!order.includes(key)) return;
  const left = order.filter((one) => one !== key);
  config["boot"] = left.length === 0 ? " " : `order=${left.join(";")}`;
}

function resize({ params }: Call, { on, node, id }: AtGuest, guest: DoubleGuest): Reply {
  const { disk = "", size = "", digest } = params;
  const stale = staleIn(guest, digest);
  if (stale !== undefined) return stale;
  const [had, want] = [Number(/size=(\d+)G/.exec(guest.config[disk] ?? "")?.[1]), Number(/^(\d+)G$/.exec(size)?.[1])];
  if (want < had) return task("resize", { on, node, id }, { exit: "shrinking disks is not supported" });
  guest.config[disk] = (guest.config[disk] ?? "").replace(/size=\d+G/, `size=${want}G`);
  return task("resize", { on, node, id });
}

function destroy({ params }: Call, { on, node, id }: AtGuest, guest: DoubleGuest): Reply {
  if (guest.running) return refuse(`VM ${id} is running - destroy failed`);
  if (on.double.ha.has(id) && params["purge"] !== "1") return refuse(`unable to remove VM ${id} - used in HA resources and purge parameter not set.`);
  on.double.ha.delete(id);
  if (guest.config["protection"] === "1") return refuse(`can't remove VM ${id} - protection mode enabled`);
  if (on.double.linkedTo.has(id)) return task("qmdestroy", { on, node, id }, { exit: `base volume 'thin:base-${id}-disk-0' is still in use by linked cloned` });
  on.double.guests.delete(id);
  on.double.onGone(id);
  return task("qmdestroy", { on, node, id });
}

function power({ on, node, id, part }: AtGuest): Reply {
  const guest = on.double.guests.get(id);
  const verb = part.replace("/status/", "");
  if (guest === undefined || !["start", "stop", "shutdown", "reboot"].includes(verb)) return { status: 501, message: `Method 'POST ${part}' not implemented` };
  if (on.double.ha.has(id)) return byHa({ on, node, id }, verb);
  const starts = verb === "start" || verb === "reboot";
  if (verb === "start" && guest.running) return task("qmstart", { on, node, id }, { exit: `VM ${id} already running` });
  const missing = starts ? missingAtStart(guest, on) : undefined;
  if (missing !== undefined) return task("qmstart", { on, node, id }, { exit: missing });
  switchTo(starts, { on, id });
  return task(`${guest.type === "lxc" ? "vz" : "qm"}${verb}`, { on, node, id });
}

/** What waited for the next start is in force with it. */
export function switchTo(running: boolean, { on, id }: Pick<AtGuest, "on" | "id">): void {
  const guest = on.double.guests.get(id);
  if (guest === undefined) return;
  if (running) {
    Object.assign(guest.config, guest.pending);
    guest.pending = {};
  }
  guest.running = running;
  if (running) guest.since = Date.now();
  on.double.onPower(id, running);
}
