// The guests of a cluster as hosts: what they are called, where they are, and how they are reached. Changes nothing.
import { isRecord } from "../../lib/json.ts";
import type { GuestListed } from "../../model/live.ts";
import type { EndpointRun } from "../../model/ports/endpoint.ts";
import type { ProxmoxCluster } from "../../model/ports/proxmox.ts";
import { type Client, dataOf } from "./client.ts";
import { addressInside } from "./inside-address.ts";
import { type Clock, openCluster } from "./open.ts";
import { type Row, rowsOf } from "./rows.ts";

/** Every guest that the login sees and that is no template: one list, then each guest's settings, so many at once. Throws ProblemError: trust, unreachable, privilege, failed. */
export async function listGuests(cluster: ProxmoxCluster, run: EndpointRun, clock: Clock): Promise<readonly GuestListed[]> {
  const client = await openCluster(cluster, run, clock);
  try {
    const listed = rowsOf(dataOf(await client.ask("GET", "/cluster/resources", { type: "vm" }), "asking for the cluster's guests"));
    const machines = listed.filter((row) => Number(row["template"]) !== 1 && Number.isSafeInteger(Number(row["vmid"])));
    const guests = await Promise.all(machines.map((row) => guestOf(row, client)));
    return guests.flatMap((guest) => guest ?? []).toSorted((one, other) => one.id - other.id);
  } finally {
    client.close();
  }
}

interface Place {
  readonly id: number;
  readonly node: string;
  readonly type: "qemu" | "lxc";
}

// Undefined for one that went, or went elsewhere, since it was listed, and for templates that the list does not tell. A node that is away takes its guests with it.
async function guestOf(row: Row, client: Client): Promise<GuestListed | undefined> {
  const place: Place = { id: Number(row["vmid"]), node: String(row["node"]), type: row["type"] === "lxc" ? "lxc" : "qemu" };
  const [config, running] = await Promise.all([ask(place, "config", client), isRunning(row, place, client)]);
  if (config === away) return listedAs(row, place);
  if (!isRecord(config) || Number(config["template"]) === 1) return undefined;
  const known = staticOf(config);
  const address = known ?? (running ? await askedInside(config, place, client) : undefined);
  const texts = { name: textOf(config["name"] ?? config["hostname"]), pool: textOf(row["pool"]), user: textOf(config["ciuser"]), address };
  return {
    id: place.id,
    node: place.node,
    running,
    tags: tagsOf(config),
    ...given(texts),
    ...(known === undefined && address !== undefined && { told: true as const }),
  };
}

function listedAs(row: Row, { id, node }: Place): GuestListed {
  return { id, node, running: false, tags: tagsOf(row), ...given({ name: textOf(row["name"]), pool: textOf(row["pool"]) }) };
}

function tagsOf({ tags }: Row): readonly string[] {
  return (textOf(tags) ?? "").split(/[;, ]+/).filter((tag) => tag !== "");
}

function given(texts: Readonly<Record<string, string | undefined>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(texts).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])));
}

const away = Symbol("its node does not answer");

async function ask({ id, node, type }: Place, part: string, client: Client): Promise<unknown> {
  const answer = await client.ask("GET", `/nodes/${encodeURIComponent(node)}/${type}/${id}/${part}`);
  return "failure" in answer && answer.failure.kind === "unreachable" ? away : dataOf(answer, `looking at guest ${id} on ${node}`);
}

// For a while after a node's start the list does not know.
async function isRunning({ status }: Row, place: Place, client: Client): Promise<boolean> {
  if (status === "running" || status === "stopped") return status === "running";
  const now = await ask(place, "status/current", client);
  return isRecord(now) && now["status"] === "running";
}

// Cloud-init's of a machine, the card's of a container.
function staticOf(config: Row): string | undefined {
  const text = textOf(config["ipconfig0"]) ?? (config["hostname"] === undefined ? "" : (textOf(config["net0"]) ?? ""));
  return (/(?:^|,)ip=([0-9.]+)(?:\/|,|$)/.exec(text) ?? /(?:^|,)ip6=([0-9A-Fa-f:]+)(?:\/|,|$)/.exec(text))?.[1];
}

async function askedInside(config: Row, { id, node, type }: Place, client: Client): Promise<string | undefined> {
  const mac = /(?:[0-9A-Fa-f]{2}:){5}[0-9A-Fa-f]{2}/.exec(textOf(config["net0"]) ?? "")?.[0];
  const tells = type === "lxc" || /^(enabled=)?1\b/.test(textOf(config["agent"]) ?? "");
  return tells && mac !== undefined ? addressInside(client, { node, id, mac, type }) : undefined;
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" || typeof value === "number" ? String(value) : undefined;
}
