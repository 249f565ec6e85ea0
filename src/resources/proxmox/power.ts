// Calls on a guest that is there: on, off, larger.
import type { ProxmoxCluster } from "../../model/ports/proxmox.ts";
import type { Api } from "../../model/step.ts";
import { call } from "./cluster.ts";

/** HA does what it is asked in its own rounds of about 10 s, on a node that may be full. */
const haMs = 300_000;

/** A guest as it is switched. */
export interface Switched {
  readonly cluster: ProxmoxCluster;
  /** Its path on its node. */
  readonly at: string;
  /** In the care of HA. */
  readonly managed: boolean;
}

export function turnedOn({ cluster, at, managed }: Switched): readonly Api[] {
  const start = call(cluster, { title: "start", method: "POST", path: `${at}/status/start`, body: {} });
  return managed ? thenWaits(start, at, "running") : [start];
}

/** After so many seconds it is told to be off. */
export function turnedOff({ cluster, at, managed }: Switched, seconds: number): readonly Api[] {
  const shutdown = call(cluster, { title: "shut down", method: "POST", path: `${at}/status/shutdown`, body: { timeout: seconds, forceStop: true } });
  return managed ? thenWaits(shutdown, at, "stopped") : [shutdown];
}

// HA answers before it has done what it was asked: what is asked of a guest in its care is waited for.
function thenWaits(step: Api, at: string, wanted: "running" | "stopped"): readonly Api[] {
  const { to, via } = step;
  return [
    step,
    { do: "api", via, to, title: `wait until it is ${wanted}`, method: "GET", path: `${at}/status/current`, until: { status: wanted }, deadlineMs: haMs },
  ];
}

/** An absolute size in GiB: asked twice, it is the same. */
export function grow(
  cluster: ProxmoxCluster,
  at: string,
  { slot, size, title = slot }: { readonly slot: string; readonly size: number; readonly title?: string },
): Api {
  return call(cluster, { title: `grow ${title} to ${size}G`, method: "PUT", path: `${at}/resize`, body: { disk: slot, size: `${size}G` } });
}
