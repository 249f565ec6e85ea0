// Looking things up in the inventory, with words for what is not there.
import { addressNear, type InventoryView, type Network, subnetOf } from "hlx";

/** The network of this name. Throws an Error when there is none, or when it is no IPv4. */
export function networkOf(name: string, { networks }: InventoryView): Network {
  const network = networks.get(name);
  if (network === undefined) throw new Error(`there is no network "${name}": the inventory has ${[...networks.keys()].join(", ") || "none"}`);
  if (subnetOf(network.cidr)?.version !== 4) throw new Error(`network "${name}" is ${network.cidr}: this role serves IPv4`);
  return network;
}

/** An address as it is, or that of a host or device: in the near network where it has one there. Throws an Error for a name that nobody has. */
export function addressOf(written: string, { inventory, near }: { readonly inventory: InventoryView; readonly near: string }): string {
  const address = addressNear(written, inventory, { near: [near], version: 4 });
  if (address === undefined) throw new Error(`"${written}" is no address, and no host or device that has one`);
  return address;
}
