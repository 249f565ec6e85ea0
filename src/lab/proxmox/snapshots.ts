// Snapshots of the double's guests: config and disks as they were; a rollback leaves the guest stopped unless it is told to start.
import { switchTo } from "./guest.ts";
import { type AtGuest, type Call, type DoubleGuest, type Reply, refuse, task } from "./state.ts";

export function lookAtSnapshots({ part, on }: AtGuest, guest: DoubleGuest): Reply | undefined {
  if (part === "/feature") return { data: { hasFeature: Number(canSnapshot(guest, on.double.linked)), nodes: [guest.node] } };
  if (part !== "/snapshot") return undefined;
  const all = [...(guest.snapshots ?? [])].map(([name, { at, description }]) => ({ name, snaptime: at, description: `${description}\n` }));
  return { data: [...all, { name: "current", description: "You are here!", running: Number(guest.running) }] };
}

export function changeSnapshots({ method, params }: Call, { part, on, node, id }: AtGuest, guest: DoubleGuest): Reply | undefined {
  const [, name, verb] = /^\/snapshot(?:\/([^/]+)(\/rollback)?)?$/.exec(part) ?? [];
  if (!part.startsWith("/snapshot")) return undefined;
  const all = guest.snapshots ?? new Map();
  guest.snapshots = all;
  if (name === undefined) return take(params, { on, node, id }, guest);
  const snapshot = all.get(name);
  if (snapshot === undefined) return refuse(`snapshot '${name}' does not exist`);
  if (method === "DELETE") {
    all.delete(name);
    return task("qmdelsnapshot", { on, node, id });
  }
  if (verb === undefined) return refuse(`no such method on '${name}'`);
  if (guest.running) switchTo(false, { on, id });
  guest.config = { ...snapshot.config };
  guest.pending = {};
  on.double.onRollback(id, name);
  if (params["start"] === "1") switchTo(true, { on, id });
  return task("qmrollback", { on, node, id });
}

function take({ snapname = "", description = "" }: Readonly<Record<string, string>>, at: Pick<AtGuest, "on" | "node" | "id">, guest: DoubleGuest): Reply {
  if (!canSnapshot(guest, at.on.double.linked)) return task("qmsnapshot", at, { exit: "snapshot feature is not available" });
  if (guest.snapshots?.has(snapname) === true) return task("qmsnapshot", at, { exit: `snapshot name '${snapname}' already used` });
  guest.snapshots?.set(snapname, { config: { ...guest.config }, at: Math.floor(Date.now() / 1000), description });
  return task("qmsnapshot", at);
}

function canSnapshot({ config }: DoubleGuest, storages: ReadonlySet<string>): boolean {
  const disks = Object.entries(config).filter(([key, value]) => /^(scsi|virtio|sata)\d+$/.test(key) && !value.includes("media=cdrom"));
  return disks.every(([, value]) => storages.has(value.split(":")[0] ?? ""));
}
