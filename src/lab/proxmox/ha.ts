// HA and pools of the double: HA answers at once and acts in its own rounds (seen on PVE 9.2.11: hastart and hastop end before the guest changes).

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
  const named = /^\/cluster\/ha\/resources\/(?:vm|vm%3A):?(\d+)$/.exec(path)?.[1];
  if (method === "POST" && named === undefined) return add(params, on);
  const id = Number(named);
  const found = on.double.ha.get(id);
  if (found === undefined) return refuse(`no such resource 'vm:${named}'`);
  if (method === "GET") return { data: { sid: `vm:${id}`, type: "vm", digest: "0", ...found } };
  if (method === "DELETE") on.double.ha.delete(id);
  else on.double.ha.set(id, { ...found, ...params });
  return { data: null };
}

function add({ sid = "", ...resource }: Readonly<Record<string, string>>, on: On): Reply {
  const id = Number(/^vm:(\d+)$/.exec(sid)?.[1]);
  if (!on.double.guests.has(id)) return refuseParameter("sid", `unable to add resource '${sid}': no such guest`);
  if (on.double.ha.has(id)) return refuse(`resource ID '${sid}' already defined`);
  on.double.ha.set(id, { state: "started", ...resource });
  return { data: null };
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
