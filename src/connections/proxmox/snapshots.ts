// Looking at a guest's snapshots.
import { isRecord } from "../../lib/json.ts";
import type { SnapshotsSeen } from "../../model/ports/proxmox.ts";
import { ProblemError } from "../../model/problem.ts";
import { type Client, dataOf } from "./client.ts";
import { isFree, whereIsTogether } from "./guests.ts";
import { rowsOf } from "./rows.ts";

/** Two rounds: where it is, then what it has. Throws ProblemError (unreachable, trust, privilege, failed). */
export async function lookAtSnapshots(client: Client, id: number): Promise<SnapshotsSeen | null> {
  const place = await whereIsTogether(client, id);
  if (place === undefined) return (await isFree(client, id)) ? null : hidden(id);
  const path = `/nodes/${encodeURIComponent(place.node)}/qemu/${id}`;
  const [list, feature, status] = await Promise.all([
    client.ask("GET", `${path}/snapshot`).then((answer) => dataOf(answer, `listing the snapshots of guest ${id}`)),
    client.ask("GET", `${path}/feature`, { feature: "snapshot" }).then((answer) => dataOf(answer, `asking whether guest ${id} can have snapshots`)),
    client.ask("GET", `${path}/status/current`).then((answer) => dataOf(answer, `looking at guest ${id}`)),
  ]);
  if (!Array.isArray(list)) return null;
  const named = rowsOf(list).filter(({ name }) => name !== "current");
  const all = named.map(({ name, snaptime, description }) => ({
    name: String(name),
    at: Number(snaptime ?? 0),
    description: String(description ?? "").trim(),
  }));
  return {
    node: place.node,
    running: isRecord(status) && status["status"] === "running",
    can: isRecord(feature) && Number(feature["hasFeature"]) === 1,
    list: all.toSorted((one, other) => one.at - other.at || (one.name < other.name ? -1 : 1)),
  };
}

function hidden(id: number): never {
  throw new ProblemError({
    code: "privilege",
    message: `number ${id} is taken by a guest that the token may not see`,
    hint: "give the token rights on it: pveum acl modify /vms --tokens 'USER@REALM!NAME' --roles ROLE",
  });
}
