// Whether what a guest asks for fits on its node: more than there is of anything is refused, what it would take beside the others is told.
import { sizeText } from "../../lib/size.ts";
import { didYouMean } from "../../lib/suggest.ts";
import type { Found, Notice } from "../../model/kind.ts";
import type { Readers } from "../../model/ports/index.ts";
import type { ProxmoxCluster, RoomSeen } from "../../model/ports/proxmox.ts";
import type { Taking } from "../../model/taking.ts";
import { whose } from "./uses.ts";

/** A guest and what it asks for that it does not have yet. */
export interface Growth {
  readonly guest: { readonly cluster: ProxmoxCluster; readonly id: number; readonly name: string };
  readonly node: string;
  /** Its cores and its memory grow, or are used from now on. */
  readonly computes: boolean;
  readonly runs: boolean;
  readonly cores: number;
  /** MiB. */
  readonly memory: number;
  /** A container's sizes are limits: only a virtual machine needs all of its memory and cores to be there. */
  readonly needs: "all" | "a part";
  /** GiB that are added, one for each disk. */
  readonly disks: readonly Added[];
}

interface Added {
  readonly storage: string;
  readonly more: number;
}

/** A disk that is asked for: its size in GiB, the storage that a new one is made in, and what is there of it. */
export interface Asked {
  readonly size: number;
  readonly storage: string;
  readonly has?: { readonly size: number | undefined; readonly volume: string | undefined };
}

/** What is added where these disks are asked for: all of a new one, and of one that is there what it grows by, wherever it is by now. */
export function addedBy(asked: readonly Asked[]): readonly Added[] {
  return asked
    .map(({ size, storage, has }) =>
      has === undefined ? { storage, more: size } : { storage: storageOf(has.volume) ?? storage, more: size - (has.size ?? size) },
    )
    .filter(({ more }) => more > 0);
}

// `thin:vm-514-disk-0`.
function storageOf(volume: string | undefined): string | undefined {
  return /(?:^|,)(?:file|volume)=([A-Za-z][A-Za-z0-9_.-]*):/.exec(volume ?? "")?.[1];
}

/** The same finding with what the guest would take, or why it does not fit. Asked only about what is made, grows or starts. */
export async function fitting<Actual>(found: Found<Actual>, growth: Growth | undefined, { proxmox }: Pick<Readers, "proxmox">): Promise<Found<Actual>> {
  if (growth === undefined || (!growth.computes && growth.disks.length === 0)) return found;
  const room = await proxmox.room(growth.guest.cluster);
  const wrong = tooSmall(growth, room);
  if (wrong !== undefined) return wrong;
  const [takes, unseen] = [takingsOf(growth, room), unseenOf(growth, room)];
  const evidence = "evidence" in found ? found.evidence : undefined;
  const notices = [...(evidence?.notices ?? []), ...unseen];
  const more = { ...(takes.length === 0 ? {} : { takes }), ...(notices.length === 0 ? {} : { notices }) };
  return Object.keys(more).length === 0 ? found : ({ ...found, evidence: { ...evidence, ...more } } as Found<Actual>);
}

// A list shows only what the login may audit, so a storage that is not in it may be there all the same: told, not refused.
function unseenOf({ guest: { id }, node, disks }: Growth, { storages }: RoomSeen): readonly Notice[] {
  const here = storages.filter((one) => one.node === node).map(({ storage }) => storage);
  const unseen = [...new Set(disks.map(({ storage }) => storage))].filter((storage) => here.length > 0 && !here.includes(storage));
  return unseen.map((storage) => ({
    because: `guest ${id} asks for the storage ${storage}, which this login does not see on ${node}`,
    hint: didYouMean(storage, here) ?? `it sees ${here.join(", ")}`,
  }));
}

/** MiB by storage. */
function stored({ disks }: Growth): ReadonlyMap<string, number> {
  const sums = Map.groupBy(
    disks.filter(({ more }) => more > 0),
    ({ storage }) => storage,
  );
  return new Map([...sums].map(([name, all]) => [name, all.reduce((sum, { more }) => sum + more, 0) * 1024]));
}

type Refused = Extract<Found<never>, { found: "unknown" }>;

function tooSmall(growth: Growth, { nodes, storages }: RoomSeen): Refused | undefined {
  const { node: name, cores, memory } = growth;
  const disks = stored(growth);
  const node = nodes.find((one) => one.node === name);
  if (node !== undefined && growth.computes && growth.needs === "all") {
    if (memory > node.memory) return refused(growth, "memory", `${sizeText(memory)} of memory, and ${name} has ${sizeText(node.memory)}`);
    // "MAX n vcpus allowed per VM on this node" at its start.
    if (cores > node.cores) return refused(growth, "cores", `${cores} cores, and ${name} has ${node.cores}`);
  }
  const crowded = storages.find((one) => one.node === name && (disks.get(one.storage) ?? 0) > (isThick(one) ? one.size - one.used : one.size));
  if (crowded === undefined) return undefined;
  const { storage, size, used } = crowded;
  const left = isThick(crowded) ? `${sizeText(size - used)} free` : `${sizeText(size)} altogether`;
  return refused(growth, "disk", `${sizeText(disks.get(storage) ?? 0)} of the storage ${storage}, and it has ${left} on ${name}`);
}

// Of a thin one is taken only what is written; of LVM all at once.
function isThick({ type }: RoomSeen["storages"][number]): boolean {
  return type === "lvm";
}

function refused({ guest: { id, name } }: Growth, about: string, what: string): Refused {
  const hint = `make ${name} smaller, or give it another node or storage`;
  return { found: "unknown", about, because: { code: "failed", message: `guest ${id} asks for ${what}`, hint } };
}

function takingsOf(growth: Growth, { nodes, guests, storages }: RoomSeen): readonly Taking[] {
  const { guest, node: name, computes, runs } = growth;
  const [by, disks] = [`guest ${guest.id}`, stored(growth)];
  const running = guests.filter((one) => one.node === name && one.running);
  const node = nodes.find((one) => one.node === name);
  const taking = (what: string, of: string): Pick<Taking, "of" | "what" | "by"> => ({ of: `${whose(guest.cluster)} ${of}`, what, by });
  const computed = (["memory", "cores"] as const).flatMap((what): readonly Taking[] => {
    if (node === undefined || !computes || !runs) return [];
    const now = Object.fromEntries(running.map((one) => [`guest ${one.id}`, one[what]]));
    return [
      { ...taking(`${what} of node ${name}`, `${what} of ${name}`), unit: what === "memory" ? "MiB" : "cores", has: node[what], takes: growth[what], now },
    ];
  });
  const space = storages
    .filter((one) => one.node === name && disks.has(one.storage))
    .map(({ storage, shared, size, used }): Taking => {
      const where = shared ? storage : `${storage} of ${name}`;
      return { ...taking(`the free space of storage ${where}`, where), unit: "MiB", has: size - used, takes: disks.get(storage) ?? 0, now: {} };
    });
  return [...computed, ...space];
}
