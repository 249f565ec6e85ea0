// Files of scrape targets for Prometheus: which hosts of the inventory are asked on which port.
import type { InventoryView } from "hlx";
import type { TargetParams } from "./params.ts";

/** The file as Prometheus' file_sd_configs read it: one entry a host, its name as the label `host`. */
export function targetsFile({ hosts, port, labels }: TargetParams, inventory: InventoryView): string {
  const named = inventory.select(hosts).map(({ name, login }) => ({ targets: [`${bracketed(login.address)}:${port}`], labels: { ...labels, host: name } }));
  return `${JSON.stringify(named, null, 2)}\n`;
}

function bracketed(address: string): string {
  return address.includes(":") ? `[${address}]` : address;
}
