// Calls on a guest that is there: off, on, larger.
import type { Api } from "../../model/step.ts";
import { call } from "../proxmox/cluster.ts";
import type { ProxmoxVm } from "./desired.ts";

/** How long a guest may take to shut down before it is told to be off, in seconds. */
const shutdownSeconds = 180;
/** HA does what it is asked in its own rounds of about 10 s, on a node that may be full. */
const haMs = 300_000;

export function start({ cluster }: ProxmoxVm, at: string): Api {
  return call(cluster, { title: "start", method: "POST", path: `${at}/status/start`, body: {} });
}

export function shutdown({ cluster }: ProxmoxVm, at: string): Api {
  return call(cluster, { title: "shut down", method: "POST", path: `${at}/status/shutdown`, body: { timeout: shutdownSeconds, forceStop: true } });
}

/** HA answers before it has done what it was asked: what is asked of a guest in its care is waited for. */
export function thenWaits(step: Api, at: string, wanted: "running" | "stopped"): readonly Api[] {
  const { to, via } = step;
  return [
    step,
    { do: "api", via, to, title: `wait until it is ${wanted}`, method: "GET", path: `${at}/status/current`, until: { status: wanted }, deadlineMs: haMs },
  ];
}

/** An absolute size: asked twice, it is the same. */
export function grow(
  { cluster }: ProxmoxVm,
  at: string,
  { slot, size, title = slot }: { readonly slot: string; readonly size: number; readonly title?: string },
): Api {
  return call(cluster, { title: `grow ${title} to ${size}G`, method: "PUT", path: `${at}/resize`, body: { disk: slot, size: `${size}G` } });
}
