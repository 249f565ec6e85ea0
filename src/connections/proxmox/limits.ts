// How many operations may run at once on one node, and in one storage: an operation is a call that changes something, to the end of its task.
import { kept } from "../../lib/kept.ts";
import { type Semaphore, semaphore } from "../../lib/semaphore.ts";

export interface LimitOptions {
  readonly perNode: number;
  readonly perStorage: number;
}

export interface Operation {
  readonly path: string;
  readonly body?: unknown;
}

export interface Limits {
  /** Does the work when every node and storage that it touches has a slot for it. */
  within<Result>(operation: Operation, work: () => Promise<Result>): Promise<Result>;
}

export function makeLimits({ perNode, perStorage }: LimitOptions): Limits {
  const slots = new Map<string, Semaphore>();
  const slotsOf = (key: string): Semaphore => kept(slots, key, () => semaphore(key.startsWith("node ") ? perNode : perStorage));
  // One order for all: two operations never wait for each other.
  const holding = <Result>([key, ...more]: readonly string[], work: () => Promise<Result>): Promise<Result> =>
    key === undefined ? work() : slotsOf(key).with(() => holding(more, work));
  return { within: (operation, work) => holding(touched(operation), work) };
}

const disks = /^(scsi|virtio|sata|ide|efidisk|tpmstate|mp|rootfs)\d*$/;

/** What an operation works on: its node, and the storages that it names. Sorted. */
export function touched({ path, body }: Operation): readonly string[] {
  const [, node, storage] = /^\/nodes\/([^/]+)(?:\/storage\/([^/]+))?/.exec(path) ?? [];
  const named = Object.entries(body ?? {}).flatMap(([key, value]) => (key === "storage" ? [String(value)] : disks.test(key) ? storagesIn(String(value)) : []));
  const storages = [...new Set([...(storage === undefined ? [] : [storage]), ...named])].toSorted();
  return [...(node === undefined ? [] : [`node ${node}`]), ...storages.map((name) => `storage ${name}`)];
}

// `local-lvm:32`, `local:0,import-from=local:import/x.qcow2`.
function storagesIn(disk: string): readonly string[] {
  return [...disk.matchAll(/(?:^|,import-from=)([A-Za-z][A-Za-z0-9_.-]*):/g)].map(([, name = ""]) => name);
}
