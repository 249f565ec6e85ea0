// A guest while its node makes it: what it will be, and whose, is seen when it is whole.
import type { Readers } from "../../model/ports/index.ts";
import type { GuestSeen, ProxmoxCluster } from "../../model/ports/proxmox.ts";

/** A clone or a guest that is created has a lock, and next to nothing of its settings. */
export function isBeingMade(seen: GuestSeen): boolean {
  return seen.guest === "here" && (seen.lock === "clone" || seen.lock === "create");
}

/** The guest once its node works on it no more; one that is locked all the same was left behind. */
export async function wholeGuest({ proxmox }: Pick<Readers, "proxmox">, cluster: ProxmoxCluster, id: number): Promise<GuestSeen> {
  const seen = await proxmox.guest(cluster, id);
  return isBeingMade(seen) ? proxmox.made(cluster, id) : seen;
}
