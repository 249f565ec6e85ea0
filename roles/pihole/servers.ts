// Names of the inventory as addresses, for settings in which a Pi-hole takes addresses only.
import { type Host, type InventoryView, parseIp } from "hlx";

/** What names are looked up in, and by whom. */
export interface Around {
  readonly host: Host;
  readonly inventory: InventoryView;
}

/** The address of "dns01", "10.0.0.1" or either with "#5353"; undefined when the inventory knows no such host or device. */
export function serverOf(text: string, around: Around): string | undefined {
  const [name = "", port] = text.split("#");
  const address = addressOf(name, around);
  return address === undefined ? undefined : [address, ...(port === undefined ? [] : [port])].join("#");
}

/** The address in a network that this host is in, too; else the first one. */
export function addressOf(name: string, { host, inventory }: Around): string | undefined {
  if (parseIp(name) !== undefined) return name;
  const addresses = (inventory.hosts.get(name) ?? inventory.devices.get(name))?.addresses ?? {};
  const shared = Object.keys(addresses).find((network) => Object.hasOwn(host.addresses, network));
  return shared === undefined ? Object.values(addresses)[0] : addresses[shared];
}
