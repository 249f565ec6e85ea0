// Whether what a guest asks for fits on its node: more than there is of anything is refused, what it would take beside the others is told.
import { canonical } from "../../lib/json.ts";
import { sizeText } from "../../lib/size.ts";
import type { Found, Known } from "../../model/kind.ts";
import type { Readers } from "../../model/ports/index.ts";
import type { RoomSeen } from "../../model/ports/proxmox.ts";
import type { Problem } from "../../model/problem.ts";
import type { Taking } from "../../model/taking.ts";
import type { ProxmoxVm } from "./desired.ts";
import type { VmActual } from "./probe.ts";

/** The same finding with what the guest would take, or why it does not fit. Asked only about what is made, grows or starts. */
export async function fitting(desired: ProxmoxVm, found: Found<VmActual>, { proxmox }: Pick<Readers, "proxmox">): Promise<Found<VmActual>> {
  const growth = found.found === "present" || found.found === "absent" ? growthOf(desired, found) : undefined;
  if (growth === undefined) return found;
  const room = await proxmox.room(desired.cluster);
  const because = tooSmall(desired, growth, room);
  if (because !== undefined) return { found: "unknown", because };
  const takes = takingsOf(desired, growth, room);
  return takes.length === 0 ? found : ({ ...found, evidence: { ...("evidence" in found ? found.evidence : {}), takes } } as Found<VmActual>);
}

/** What it asks for that it does not have yet. */
interface Growth {
  readonly node: string;
  /** Its cores and its memory grow, or are used from now on. */
  readonly computes: boolean;
  readonly runs: boolean;
  /** MiB by storage. */
  readonly disks: ReadonlyMap<string, number>;
}

function growthOf(desired: ProxmoxVm, found: Known<VmActual>): Growth | undefined {
  if (desired.absent === true || desired.back !== undefined) return undefined;
  if (found.found === "absent") return { node: desired.node, computes: true, runs: desired.running === true, disks: disksOf(desired) };
  const { actual, evidence = {} } = found;
  const disks = disksOf(desired, actual);
  const computes = grows(desired, actual) || (desired.running === true && !actual.running);
  const node = typeof evidence["node"] === "string" ? evidence["node"] : desired.node;
  return computes || disks.size > 0 ? { node, computes, runs: desired.running ?? actual.running, disks } : undefined;
}

function grows(desired: ProxmoxVm, { settings }: VmActual): boolean {
  return (["memory", "cores", "sockets"] as const).some((name) => (desired[name] ?? 0) > Number(settings[name] ?? 1));
}

function disksOf({ storage = "", disk = 0, disks = {} }: ProxmoxVm, actual?: VmActual): ReadonlyMap<string, number> {
  const first = { storage, more: disk - (actual === undefined ? 0 : (actual.disk ?? disk)) };
  const further = Object.entries(disks).flatMap(([slot, one]) =>
    typeof one === "string" || actual?.drives?.[slot] !== undefined ? [] : [{ storage: one.storage ?? storage, more: one.size }],
  );
  const sums = Map.groupBy(
    [first, ...further].filter(({ more }) => more > 0),
    (one) => one.storage,
  );
  return new Map([...sums].map(([name, all]) => [name, all.reduce((sum, { more }) => sum + more, 0) * 1024]));
}

function tooSmall(desired: ProxmoxVm, { node: name, computes, disks }: Growth, { nodes, storages }: RoomSeen): Problem | undefined {
  const node = nodes.find((one) => one.node === name);
  if (node !== undefined && computes) {
    const { memory = 0 } = desired;
    if (memory > node.memory) return refused(desired, `${sizeText(memory)} of memory, and ${name} has ${sizeText(node.memory)}`);
    // "MAX n vcpus allowed per VM on this node" at its start.
    if (coresOf(desired) > node.cores) return refused(desired, `${coresOf(desired)} cores, and ${name} has ${node.cores}`);
  }
  const crowded = storages.find((one) => one.node === name && (disks.get(one.storage) ?? 0) > (isThick(one) ? one.size - one.used : one.size));
  if (crowded === undefined) return undefined;
  const { storage, size, used } = crowded;
  const left = isThick(crowded) ? `${sizeText(size - used)} free` : `${sizeText(size)} altogether`;
  return refused(desired, `${sizeText(disks.get(storage) ?? 0)} of the storage ${storage}, and it has ${left} on ${name}`);
}

// Of a thin one is taken only what is written; of LVM all at once.
function isThick({ type }: RoomSeen["storages"][number]): boolean {
  return type === "lvm";
}

function refused({ id, name }: ProxmoxVm, what: string): Problem {
  return { code: "failed", message: `guest ${id} asks for ${what}`, hint: `make ${name} smaller, or give it another vm.node or vm.storage` };
}

function coresOf({ cores = 1, sockets = 1 }: ProxmoxVm): number {
  return cores * sockets;
}

function takingsOf(desired: ProxmoxVm, { node: name, computes, runs, disks }: Growth, { nodes, guests, storages }: RoomSeen): readonly Taking[] {
  const by = `guest ${desired.id}`;
  const running = guests.filter((guest) => guest.node === name && guest.running);
  const node = nodes.find((one) => one.node === name);
  const taking = (what: string, of: string): Pick<Taking, "of" | "what" | "by"> => ({ of: `${whose(desired)} ${of}`, what, by });
  const computed = (["memory", "cores"] as const).flatMap((what): readonly Taking[] => {
    if (node === undefined || !computes || !runs) return [];
    const now = Object.fromEntries(running.map((guest) => [`guest ${guest.id}`, guest[what]]));
    const takes = what === "memory" ? (desired.memory ?? 0) : coresOf(desired);
    return [{ ...taking(`${what} of node ${name}`, `${what} of ${name}`), unit: what === "memory" ? "MiB" : "cores", has: node[what], takes, now }];
  });
  const stored = storages
    .filter((one) => one.node === name && disks.has(one.storage))
    .map(({ storage, shared, size, used }): Taking => {
      const where = shared ? storage : `${storage} of ${name}`;
      return { ...taking(`the free space of storage ${where}`, where), unit: "MiB", has: size - used, takes: disks.get(storage) ?? 0, now: {} };
    });
  return [...computed, ...stored];
}

// One login, one cluster, whichever of its nodes is asked.
function whose({ cluster }: ProxmoxVm): string {
  return canonical("token" in cluster ? cluster.token : { user: cluster.user, password: cluster.password });
}
