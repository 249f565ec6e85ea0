// Which control plane the others join: the one that is named, one that is in a cluster already, or the first of the inventory.
import { type Host, type InventoryView, type Look, parseIp } from "hlx";
import type { Microk8sParams } from "./params.ts";

/** What the looks of the control planes printed, by host. */
export type Seen = Readonly<Record<string, string>>;

/** Who is in a cluster already is asked of the control planes, unless the first one is chosen. */
export function looksOf({ first, control }: Microk8sParams, inventory: InventoryView): Readonly<Record<string, Look>> {
  const asked = first === undefined ? inventory.select(control) : [];
  return asked.length < 2 ? {} : Object.fromEntries(asked.map(({ name }) => [name, { host: name, script: membersScript }]));
}

const membersScript = `
root=/var/snap/microk8s/current
[ ! -e $root/var/lock/clustered.lock ] || exit 0
awk '/Address:/ { print $NF }' $root/var/kubernetes/backend/cluster.yaml 2>/dev/null
`;

// With another one of the inventory: a stranger's cluster is no reason to join it.
function isClustered(host: Host, all: readonly Host[], seen: Seen): boolean {
  const members = (seen[host.name] ?? "").split("\n").map((line) => parseIp(line.replace(/:\d+$/, "").replace(/^\[(.*)\]$/, "$1"))?.value);
  const others = all.filter((one) => one !== host).flatMap(({ addresses }) => Object.values(addresses));
  return others.some((address) => members.includes(parseIp(address)?.value ?? -1n));
}

interface Planes {
  readonly control: readonly Host[];
  /** With those that are to leave. */
  readonly all: readonly Host[];
}

/** `lead` would be first if nobody were in a cluster yet. Throws Error where the one named is none of them. */
export function firstOf(named: string | undefined, { control, all }: Planes, seen: Seen): { readonly lead: Host; readonly first: Host } {
  const chosen = named ?? control[0]?.name;
  const lead = control.find(({ name }) => name === chosen);
  if (lead === undefined) throw new Error(`first: "${chosen ?? ""}" is none of the control planes (${control.map(({ name }) => name).join(", ")})`);
  return { lead, first: (named === undefined ? control.find((one) => isClustered(one, all, seen)) : undefined) ?? lead };
}
