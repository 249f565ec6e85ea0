// Which control plane the others join: the one that is named, one that is in a cluster already, or the first of the inventory.
import { type Host, type InventoryView, type Look, type LookAnswer, parseIp } from "hlx";
import type { Microk8sParams } from "./params.ts";

/** What became of the looks of the control planes, by host. */
export type Seen = Readonly<Record<string, LookAnswer>>;

/** Who is in a cluster already is asked of the control planes, unless the first one is chosen. */
export function looksOf({ first, control }: Microk8sParams, inventory: InventoryView): Readonly<Record<string, Look>> {
  const asked = first === undefined ? inventory.select(control) : [];
  return asked.length < 2 ? {} : Object.fromEntries(asked.map(({ name }) => [name, { host: name, script: membersScript }]));
}

const membersScript = `
root=/var/snap/microk8s/current
members=$root/var/kubernetes/backend/cluster.yaml
[ ! -e $root/var/lock/clustered.lock ] || exit 0
[ ! -e $members ] || awk '/Address:/ { print $NF }' $members
`;

// With another one of the inventory: a stranger's cluster is no reason to join it.
function isClustered(host: Host, all: readonly Host[], seen: Seen): boolean {
  const answer = seen[host.name];
  const members = (answer?.look === "answered" ? answer.printed : "")
    .split("\n")
    .map((line) => parseIp(line.replace(/:\d+$/, "").replace(/^\[(.*)\]$/, "$1"))?.value);
  const others = all.filter((one) => one !== host).flatMap(({ addresses }) => Object.values(addresses));
  return others.some((address) => members.includes(parseIp(address)?.value ?? -1n));
}

interface Planes {
  readonly control: readonly Host[];
  /** With those that are to leave. */
  readonly all: readonly Host[];
}

export interface First {
  /** Would be first if nobody were in a cluster yet. */
  readonly lead: Host;
  readonly first: Host;
  /** Control planes that could not say whether they are in a cluster, where nobody else is in one: `first` is a guess then. */
  readonly unsure: readonly { readonly host: string; readonly because: string }[];
}

/** Throws Error where the one named is none of them. */
export function firstOf(named: string | undefined, { control, all }: Planes, seen: Seen): First {
  const chosen = named ?? control[0]?.name;
  const lead = control.find(({ name }) => name === chosen);
  if (lead === undefined) throw new Error(`first: "${chosen ?? ""}" is none of the control planes (${control.map(({ name }) => name).join(", ")})`);
  const clustered = named === undefined ? control.find((one) => isClustered(one, all, seen)) : undefined;
  const silent = all.flatMap(({ name }) => {
    const answer = seen[name];
    return answer?.look === "failed" ? [{ host: name, because: answer.because.message }] : [];
  });
  return { lead, first: clustered ?? lead, unsure: named === undefined && clustered === undefined ? silent : [] };
}
