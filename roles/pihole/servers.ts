// Names of the inventory as addresses, for settings in which a Pi-hole takes addresses only.
import { addressNear, type Host, type InventoryView } from "hlx";

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

/** As this host reaches it. */
export function addressOf(name: string, { host, inventory }: Around): string | undefined {
  return addressNear(name, inventory, { near: Object.keys(host.addresses) });
}
