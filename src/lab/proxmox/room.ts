// What the double's nodes have, as the cluster's list tells it: figures of guests, nodes and storages in bytes.
import type { On } from "./state.ts";

export interface Room {
  readonly cores: number;
  /** MiB; 0: no node has told. */
  readonly memory: number;
  readonly storages: Readonly<Record<string, { readonly type: string; readonly gib: number; readonly free: number; readonly shared?: true }>>;
}

export function newRoom(): Room {
  return { cores: 64, memory: 262_144, storages: { thin: { type: "lvmthin", gib: 1000, free: 900 } } };
}

const mebibyte = 1024 ** 2;

export function roomRows({ double: { guests, room }, nodes }: On): readonly Readonly<Record<string, unknown>>[] {
  const told = room.memory > 0 ? { maxcpu: room.cores, maxmem: room.memory * mebibyte, cpu: 0.25, mem: (room.memory / 2) * mebibyte } : {};
  return [
    ...nodes.map((node) => ({ type: "node", id: `node/${node}`, node, status: "online", ...told })),
    ...[...guests].map(([vmid, { node, config, running, type = "qemu" }]) => ({
      ...{ type, id: `${type}/${vmid}`, vmid, node, status: running ? "running" : "stopped", template: Number(config["template"] ?? 0) },
      ...{ maxmem: Number(config["memory"] ?? 512) * mebibyte, maxcpu: Number(config["cores"] ?? 1) * Number(config["sockets"] ?? 1) },
    })),
    ...nodes.flatMap((node) =>
      Object.entries(room.storages).map(([storage, { type, gib, free, shared }]) => ({
        ...{ type: "storage", id: `storage/${node}/${storage}`, node, storage, status: "available", plugintype: type, shared: Number(shared === true) },
        ...{ maxdisk: gib * 1024 * mebibyte, disk: (gib - free) * 1024 * mebibyte },
      })),
    ),
  ];
}
