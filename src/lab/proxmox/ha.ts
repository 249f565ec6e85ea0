// HA and pools of the double: HA answers at once and acts in its own rounds (seen on PVE 9.2.11: hastart and hastop end before the guest changes).

import { modified, sha1 } from "./config.ts";
import { switchTo } from "./guest.ts";
import { type AtGuest, type Call, type On, type Reply, refuse, refuseParameter, task } from "./state.ts";

const roundMs = 300;

/** What is asked of a guest in HA's care is written down as the state it should have. */
export function byHa({ on, node, id }: Pick<AtGuest, "on" | "node" | "id">, verb: string): Reply {
  const running = verb === "start";
  on.double.ha.set(id, { ...on.double.ha.get(id), state: running ? "started" : "stopped" });
  setTimeout(() => switchTo(running, { on, id }), roundMs);
  return task(running ? "hastart" : "hastop", { on, node, id });
}

export function onHa({ method, path, params }: Call, on: On): Reply {
  const [, type = "vm", named] = /^\/cluster\/ha\/resources\/(vm|ct):(\d+)$/.exec(decodeURIComponent(path)) ?? [];
  if (method === "POST" && named === undefined) return add(params, on);
  const id = Number(named);
  const found = typeOf(id, on) === type ? on.double.ha.get(id) : undefined;
  if (found === undefined) return refuse(`no such resource '${type}:${named}'`);
  const digest = sha1([...on.double.ha]);
  if (method === "GET") return { data: { sid: `${type}:${id}`, type, digest, ...found } };
  if (params["digest"] !== undefined && params["digest"] !== digest) return refuse(modified);
  if (method === "DELETE") on.double.ha.delete(id);
  else {
    const { digest: _, ...settings } = params;
    on.double.ha.set(id, { ...found, ...settings });
  }
  return { data: null };
}

function add({ sid = "", ...resource }: Readonly<Record<string, string>>, on: On): Reply {
  const [, type, digits] = /^(vm|ct):(\d+)$/.exec(sid) ?? [];
  const id = Number(digits);
  if (!on.double.guests.has(id) || typeOf(id, on) !== type) return refuseParameter("sid", `unable to add resource '${sid}': no such guest`);
  if (on.double.ha.has(id)) return refuse(`resource ID '${sid}' already defined`);
  on.double.ha.set(id, { state: "started", ...resource });
  return { data: null };
}

function typeOf(id: number, { double }: On): string {
  return double.guests.get(id)?.type === "lxc" ? "ct" : "vm";
}

export function joinPool({ params }: Call, { double }: On): Reply {
  const { poolid = "", vms = "" } = params;
  if (!double.pools.has(poolid)) return refuse(`no such pool '${poolid}'`);
  const guest = double.guests.get(Number(vms));
  if (guest === undefined) return refuse(`VM ${vms} does not exist`);
  if (guest.pool !== undefined && params["allow-move"] !== "1") return refuse(`VM ${vms} belongs already to pool '${guest.pool}' and 'allow-move' is not set`);
  guest.pool = poolid;
  return { data: null };
}
