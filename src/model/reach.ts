// By which address a host is reached from somewhere.
import { parseIp } from "../lib/ip.ts";
import type { InventoryView } from "./role.ts";

export interface Reaching {
  /** Networks of whoever asks, the best one first. */
  readonly near: readonly string[];
  /** Only an address of this version of IP. */
  readonly version?: 4 | 6;
}

/** An address as it is; that of a host or device in the first network of `near` in which it has one, else its first. Undefined for a name that the inventory has no address of. */
export function addressNear(written: string, { hosts, devices }: Pick<InventoryView, "hosts" | "devices">, { near, version }: Reaching): string | undefined {
  if (parseIp(written) !== undefined) return written;
  const addresses = (hosts.get(written) ?? devices.get(written))?.addresses ?? {};
  const all = [...near.flatMap((network) => addresses[network] ?? []), ...Object.values(addresses)];
  return all.find((address) => version === undefined || parseIp(address)?.version === version);
}
