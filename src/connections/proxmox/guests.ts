// Looking at guests through the typed paths of proxmox-api, over hlx's own requests.
import type { ApiRequestable, Proxmox } from "proxmox-api";
import { isRecord } from "../../lib/json.ts";
import type { GuestSeen } from "../../model/ports/proxmox.ts";
import { type Client, dataOf, type Method } from "./client.ts";

/** proxmox-api's paths; its own transport checks no certificate and sends a lost POST again, so requests go through ours. Boxed: a path is thenable, and must never be awaited. */
export async function typedPaths(client: Client): Promise<{ readonly api: Proxmox.Api }> {
  const { proxmoxApi } = await import("proxmox-api");
  const doRequest = async (...[method, path, , params]: Parameters<ApiRequestable["doRequest"]>) => {
    const bare = path.replace(/^\/api2\/json/, "");
    return dataOf(await client.ask(method.toUpperCase() as Method, bare, params), `${method} ${bare}`);
  };
  return { api: proxmoxApi({ doRequest }) };
}

/** A guest by its number. A list shows only what the token may see, so absence is asserted by asking for the number itself. */
export async function lookAtGuest(client: Client, api: Proxmox.Api, id: number): Promise<GuestSeen> {
  const listed: unknown = await api.cluster.resources.$get({ type: "vm" });
  const found = (Array.isArray(listed) ? listed : []).find((one) => isRecord(one) && Number(one["vmid"]) === id);
  if (!isRecord(found)) return (await isFree(client, id)) ? { guest: "absent" } : { guest: "hidden" };
  const [node, type] = [String(found["node"]), found["type"] === "lxc" ? ("lxc" as const) : ("qemu" as const)];
  const path = `/nodes/${encodeURIComponent(node)}/${type}/${id}`;
  const [config, status, pending] = await Promise.all(
    ["config", "status/current", "pending"].map(async (part) => dataOf(await client.ask("GET", `${path}/${part}`), `looking at guest ${id} on ${node}`)),
  );
  // Moved or removed between the two rounds.
  if (!isRecord(config) || !isRecord(status)) return lookAtGuest(client, api, id);
  const lock = config["lock"] ?? status["lock"];
  return {
    guest: "here",
    node,
    type,
    config: Object.fromEntries(Object.entries(config).map(([name, value]) => [name, String(value)])),
    running: status["status"] === "running",
    ...(lock === undefined ? {} : { lock: String(lock) }),
    pending: pendingOf(pending),
  };
}

async function isFree(client: Client, id: number): Promise<boolean> {
  const answer = await client.ask("GET", "/cluster/nextid", { vmid: id });
  if ("failure" in answer && (answer.failure.kind === "taken" || "vmid" in answer.failure.fields)) return false;
  dataOf(answer, `asking whether the guest number ${id} is free`);
  return true;
}

function pendingOf(pending: unknown): readonly string[] {
  const waiting = (Array.isArray(pending) ? pending : []).filter((one) => isRecord(one) && ("pending" in one || "delete" in one));
  return waiting.map((one) => String((one as Record<string, unknown>)["key"])).toSorted();
}
