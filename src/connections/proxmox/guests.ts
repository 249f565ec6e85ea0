// Looking at guests, and through the typed paths of proxmox-api, over hlx's own requests.
import { setTimeout as sleep } from "node:timers/promises";
import type { ApiRequestable, Proxmox } from "proxmox-api";
import { isRecord } from "../../lib/json.ts";
import type { GuestSeen, HaSeen } from "../../model/ports/proxmox.ts";
import { ProblemError } from "../../model/problem.ts";
import { type Client, dataOf, type Method } from "./client.ts";
import { type Row, rowsOf } from "./rows.ts";

interface Place {
  readonly node: string;
  readonly type: "qemu" | "lxc";
  readonly pool?: string;
}

/** proxmox-api's paths; its own transport checks no certificate and sends a lost POST again, so requests go through ours. Boxed: a path is thenable, and must never be awaited. */
export async function typedPaths(client: Client): Promise<{ readonly api: Proxmox.Api }> {
  const { proxmoxApi } = await import("proxmox-api");
  const doRequest = async (...[method, path, , params]: Parameters<ApiRequestable["doRequest"]>) => {
    const bare = path.replace(/^\/api2\/json/, "");
    return dataOf(await client.ask(method.toUpperCase() as Method, bare, params), `${method} ${bare}`);
  };
  return { api: proxmoxApi({ doRequest }) };
}

/** Where a guest is now, from the cluster's list, which shows only what the token may see. */
export async function whereIs(client: Client, id: number, list = () => listed(client)): Promise<Place | undefined> {
  const found = (await list()).find(({ vmid }) => Number(vmid) === id);
  if (found === undefined) return undefined;
  const pool = typeof found["pool"] === "string" ? { pool: found["pool"] } : {};
  return { node: String(found["node"]), type: found["type"] === "lxc" ? "lxc" : "qemu", ...pool };
}

/** The same; who asks while somebody else does gets the same list. */
export function whereIsTogether(client: Client, id: number): Promise<Place | undefined> {
  return whereIs(client, id, () => client.together.once("guests", () => listed(client)));
}

async function listed(client: Client): Promise<readonly Row[]> {
  const { api } = await typedPaths(client);
  return rowsOf(await api.cluster.resources.$get({ type: "vm" }));
}

/** How often a guest may have moved between being found and being looked at. */
const movesAtMost = 5;

/** A guest by its number. A list shows only what the token may see, so absence is asserted by asking for the number itself. */
export async function lookAtGuest(client: Client, id: number, left = movesAtMost): Promise<GuestSeen> {
  const isFirst = left === movesAtMost;
  const place = isFirst ? await whereIsTogether(client, id) : await whereIs(client, id);
  if (place !== undefined) return lookThere(client, { id, place }, left);
  if (await isFree(client, id)) return { guest: "absent" };
  // A list that was asked for by somebody else may be from before it was made.
  return isFirst ? lookAtGuest(client, id, left - 1) : { guest: "hidden" };
}

async function lookThere(client: Client, { id, place }: { readonly id: number; readonly place: Place }, left: number): Promise<GuestSeen> {
  const { node, type } = place;
  const path = `/nodes/${encodeURIComponent(node)}/${type}/${id}`;
  const [config, status, pending] = await Promise.all(
    ["config", "status/current", "pending"].map(async (part) => dataOf(await client.ask("GET", `${path}/${part}`), `looking at guest ${id} on ${node}`)),
  );
  // Moved or removed between the two rounds.
  if (!isRecord(config) || !isRecord(status)) return lookAgain(client, { id, node }, left);
  const lock = config["lock"] ?? status["lock"];
  const ha = isManaged(status["ha"]) ? await haOf(client, type, id) : undefined;
  return {
    guest: "here",
    ...place,
    config: Object.fromEntries(Object.entries(config).map(([name, value]) => [name, String(value)])),
    running: status["status"] === "running",
    ...(typeof status["uptime"] === "number" ? { uptime: status["uptime"] } : {}),
    ...(lock === undefined ? {} : { lock: String(lock) }),
    ...(ha === undefined ? {} : { ha }),
    pending: pendingOf(pending),
  };
}

function lookAgain(client: Client, { id, node }: { readonly id: number; readonly node: string }, left: number): Promise<GuestSeen> {
  if (left > 0) return lookAtGuest(client, id, left - 1);
  throw new ProblemError({ code: "unknown", message: `guest ${id} is listed on ${node}, and is not there`, hint: "it may be moving: plan again in a moment" });
}

/** The same, but a guest that is being made is waited for as long as its node works on one; what is locked all the same was left behind. */
export async function whenMade(client: Client, id: number, until: number): Promise<GuestSeen> {
  for (;;) {
    const seen = await lookAtGuest(client, id);
    if (seen.guest !== "here" || seen.lock === undefined || performance.now() >= until) return seen;
    if (!(await isMaking(client, seen.node))) return lookAtGuest(client, id);
    await sleep(1000);
  }
}

// A clone's task bears the number of what is cloned, so any that makes a guest on this node counts.
async function isMaking(client: Client, node: string): Promise<boolean> {
  const tasks = dataOf(await client.ask("GET", `/nodes/${encodeURIComponent(node)}/tasks`, { source: "active" }), `looking at the tasks of ${node}`);
  return rowsOf(tasks).some(({ type }) => /^(qmclone|qmcreate|vzcreate|vzclone)$/.test(String(type)));
}

function isManaged(ha: unknown): boolean {
  return isRecord(ha) && Number(ha["managed"]) === 1;
}

async function haOf(client: Client, type: "qemu" | "lxc", id: number): Promise<HaSeen | undefined> {
  const sid = `${type === "qemu" ? "vm" : "ct"}:${id}`;
  const found = dataOf(await client.ask("GET", `/cluster/ha/resources/${encodeURIComponent(sid)}`), `looking at ${sid} in HA`);
  if (!isRecord(found)) return undefined;
  // As the server has them where nobody said: one try each.
  return { state: String(found["state"] ?? "started"), restarts: Number(found["max_restart"] ?? 1), relocates: Number(found["max_relocate"] ?? 1) };
}

/** Is there no guest of this number, also none that the login may not see? */
export async function isFree(client: Client, id: number): Promise<boolean> {
  const answer = await client.ask("GET", "/cluster/nextid", { vmid: id });
  if ("failure" in answer && (answer.failure.kind === "taken" || "vmid" in answer.failure.fields)) return false;
  dataOf(answer, `asking whether the guest number ${id} is free`);
  return true;
}

function pendingOf(pending: unknown): readonly string[] {
  return rowsOf(pending)
    .filter((one) => "pending" in one || "delete" in one)
    .map(({ key }) => String(key))
    .toSorted();
}
