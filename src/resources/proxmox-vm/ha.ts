// A guest in the cluster's HA: how it is compared, and the calls that put it there.
import type { HaSeen } from "../../model/ports/proxmox.ts";
import type { Api } from "../../model/step.ts";
import { call } from "../proxmox/cluster.ts";
import type { ProxmoxVm } from "./desired.ts";

/** How it is, or should be, in one line. */
export function haText(seen: HaSeen | undefined): string {
  return seen === undefined ? "none" : `${seen.state}, restarts ${seen.restarts}, relocates ${seen.relocates}`;
}

/** How it should be; undefined where nobody says. */
export function haWanted({ ha, running }: ProxmoxVm): string | undefined {
  if (ha === undefined) return undefined;
  if (ha === false) return haText(undefined);
  return haText({ state: ha.state ?? (running === false ? "stopped" : "started"), restarts: ha.restarts ?? 1, relocates: ha.relocates ?? 1 });
}

/** From how it is to how it should be. */
export function haStep({ cluster, id, ha, running }: ProxmoxVm, found: string): Api {
  const sid = `vm:${id}`;
  const path = `/cluster/ha/resources/${encodeURIComponent(sid)}`;
  if (ha === undefined || ha === false) return call(cluster, { title: "take it out of HA", method: "DELETE", path, body: {} });
  const { state = running === false ? "stopped" : "started", restarts = 1, relocates = 1 } = ha;
  const body = { state, max_restart: restarts, max_relocate: relocates };
  if (found === haText(undefined)) return call(cluster, { title: "put it into HA", method: "POST", path: "/cluster/ha/resources", body: { sid, ...body } });
  return call(cluster, { title: "set its HA", method: "PUT", path, body });
}
