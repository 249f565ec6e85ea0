// Looking at what a Proxmox cluster holds beside guests: storages, pools, mappings, devices, Ceph.
import { setTimeout as sleep } from "node:timers/promises";
import { isRecord } from "../../lib/json.ts";
import type { CephPoolSeen, CephSeen, DeviceSeen, MappingSeen, PoolSeen, StorageSeen } from "../../model/ports/proxmox.ts";
import { type Client, dataOf } from "./client.ts";
import { type Row, rowsOf } from "./rows.ts";
import { mustSee } from "./visible.ts";

export interface StorageAsked {
  readonly node: string;
  readonly storage: string;
  readonly filename?: string;
}

/** How long somebody else's download is waited for. */
const downloadingMs = 1_800_000;

/** A storage with its content; a download of this name that is still going on is waited for, so that nobody starts it twice. */
export async function lookAtStorage(client: Client, { node, storage, filename }: StorageAsked): Promise<StorageSeen | null> {
  if (filename !== undefined) await untilDownloaded(client, node, filename);
  const doing = `looking at the storage ${storage} of ${node}`;
  const found = rowsOf(dataOf(await client.ask("GET", `/nodes/${encodeURIComponent(node)}/storage`), doing)).find((one) => one["storage"] === storage);
  if (found === undefined) {
    await mustSee(client, { what: `the storage ${storage}`, path: `/storage/${storage}`, privileges: ["Datastore.Audit", "Datastore.AllocateSpace"] });
    return null;
  }
  const volumes = rowsOf(dataOf(await client.ask("GET", `/nodes/${encodeURIComponent(node)}/storage/${encodeURIComponent(storage)}/content`), doing));
  return {
    content: wordsOf(found["content"]),
    shared: Number(found["shared"] ?? 0) === 1,
    volumes: volumes.map((volume) => ({ id: String(volume["volid"]), bytes: Number(volume["size"] ?? 0) })),
  };
}

async function untilDownloaded(client: Client, node: string, filename: string): Promise<void> {
  const until = performance.now() + downloadingMs;
  while (performance.now() < until) {
    const tasks = rowsOf(dataOf(await client.ask("GET", `/nodes/${encodeURIComponent(node)}/tasks`, { source: "active" }), `looking at the tasks of ${node}`));
    if (!tasks.some(({ type, id }) => type === "download" && id === filename)) return;
    await sleep(1000);
  }
}

/** Throws ProblemError (privilege) where the list would not show it to the login. */
export async function lookAtPool(client: Client, name: string): Promise<PoolSeen | null> {
  const doing = `looking at the pool ${name}`;
  const listed = rowsOf(dataOf(await client.ask("GET", "/pools"), doing));
  if (!listed.some(({ poolid }) => poolid === name)) {
    await mustSee(client, { what: `the pool ${name}`, path: `/pool/${name}`, privileges: ["Pool.Audit"] });
    return null;
  }
  const [pool] = rowsOf(dataOf(await client.ask("GET", "/pools", { poolid: name }), doing));
  const members = rowsOf(pool?.["members"]);
  return {
    comment: String(pool?.["comment"] ?? ""),
    guests: members
      .flatMap(({ vmid }) => (vmid === undefined ? [] : [Number(vmid)]))
      .filter(Number.isSafeInteger)
      .toSorted((one, other) => one - other),
    storages: members.flatMap(({ type, storage }) => (type === "storage" ? [String(storage)] : [])).toSorted(),
  };
}

/** The list shows only mappings that the login may use, change or audit; throws ProblemError (privilege) for any other. */
export async function lookAtMapping(client: Client, name: string): Promise<MappingSeen | null> {
  const found = rowsOf(dataOf(await client.ask("GET", "/cluster/mapping/pci"), "looking at the PCI mappings")).find(({ id }) => id === name);
  if (found === undefined) {
    await mustSee(client, { what: `the PCI mapping ${name}`, path: `/mapping/pci/${name}`, privileges: ["Mapping.Audit", "Mapping.Use", "Mapping.Modify"] });
    return null;
  }
  return {
    description: String(found["description"] ?? ""),
    map: Array.isArray(found["map"]) ? found["map"].map(String) : [],
    mdev: Number(found["mdev"] ?? 0) === 1,
  };
}

/** The node's devices but for memory, bridges and processors, which it leaves out by itself. */
export async function lookAtDevices(client: Client, node: string): Promise<readonly DeviceSeen[]> {
  const rows = rowsOf(dataOf(await client.ask("GET", `/nodes/${encodeURIComponent(node)}/hardware/pci`), `looking at the PCI devices of ${node}`));
  return rows.map((row) => {
    const [vendor, device, owner, sub] = ["vendor", "device", "subsystem_vendor", "subsystem_device"].map((key) => hexOf(row[key]));
    const subsystem = owner === undefined || sub === undefined ? {} : { subsystem: `${owner}:${sub}` };
    return { path: String(row["id"]), id: `${vendor}:${device}`, ...subsystem, iommuGroup: Number(row["iommugroup"] ?? -1) };
  });
}

/** Ceph's health and pools, as a node with Ceph tells them. */
export async function lookAtCeph(client: Client, node: string): Promise<CephSeen | null> {
  const [status, pools] = await Promise.all(
    ["ceph/status", "ceph/pool"].map(async (part) => {
      const answer = await client.ask("GET", `/nodes/${encodeURIComponent(node)}/${part}`);
      return "failure" in answer && answer.failure.kind === "uninstalled" ? undefined : dataOf(answer, `looking at Ceph on ${node}`);
    }),
  );
  const health = isRecord(status) && isRecord(status["health"]) ? status["health"] : undefined;
  if (health === undefined) return null;
  const checks = isRecord(health["checks"]) ? Object.entries(health["checks"]) : [];
  return {
    health: String(health["status"]),
    because: checks.map(([code, check]) => `${code}: ${summaryOf(check)}`).toSorted(),
    pools: rowsOf(pools).map(poolOf),
  };
}

function poolOf(row: Row): CephPoolSeen {
  return {
    name: String(row["pool_name"]),
    size: Number(row["size"]),
    minSize: Number(row["min_size"]),
    placementGroups: Number(row["pg_num"]),
    autoscale: String(row["pg_autoscale_mode"] ?? "warn"),
    rule: String(row["crush_rule_name"] ?? row["crush_rule"] ?? ""),
    applications: isRecord(row["application_metadata"]) ? Object.keys(row["application_metadata"]).toSorted() : [],
  };
}

function summaryOf(check: unknown): string {
  return isRecord(check) && isRecord(check["summary"]) ? String(check["summary"]["message"]) : "";
}

// `0x10de` as Proxmox's mappings have it: `10de`.
function hexOf(value: unknown): string | undefined {
  return typeof value === "string" ? value.replace(/^0x/, "").toLowerCase() : undefined;
}

function wordsOf(value: unknown): readonly string[] {
  return typeof value === "string" ? value.split(",").filter((word) => word !== "") : [];
}
