// The cluster as the inventory has it: who is first, who is a control plane, by which addresses they know each other.
import { type Host, type InventoryView, ipText, parseIp } from "hlx";
import { type First, firstOf, type Seen } from "./found.ts";
import type { Microk8sParams } from "./params.ts";

export interface Member {
  readonly host: string;
  readonly address: string;
}

export interface Cluster {
  /** The one that the others join. */
  readonly first: Member;
  /** Who would be first if nobody were in a cluster yet: the one named, or the first of the inventory. What is done once for the cluster is done there. */
  readonly lead: string;
  readonly unsure: First["unsure"];
  /** In the order in which they join, the first one first. */
  readonly control: readonly Member[];
  /** Control planes that are to leave. */
  readonly leaving: readonly string[];
  readonly network?: string;
  /** In every certificate, the VIP first. */
  readonly names: readonly string[];
  readonly vip?: string;
}

/** `seen`: what became of the looks of the control planes. Throws Error for what the inventory does not know. */
export function clusterOf(params: Microk8sParams, inventory: InventoryView, seen: Seen = {}): Cluster {
  const leaves = ({ name }: Host): boolean => params.leave.includes(name);
  const all = inventory.select(params.control);
  const control = all.filter((one) => !leaves(one));
  const { lead, first, unsure } = firstOf(params.first, { control, all }, seen);
  const network = params.network ?? Object.keys(lead.addresses)[0];
  const members = [first, ...control.filter((one) => one !== first)].map((one) => ({ host: one.name, address: addressOf(one, network) }));
  const vip = params.vip === undefined ? undefined : resolved(params.vip, { inventory, network });
  const names = [...new Set([...(vip === undefined ? [] : [vip]), ...params.names.map((one) => resolvedOrName(one, { inventory, network }))])];
  const known = { ...(network === undefined ? {} : { network }), ...(vip === undefined ? {} : { vip }) };
  return {
    first: members[0] ?? { host: first.name, address: addressOf(first, network) },
    lead: lead.name,
    unsure,
    control: members,
    leaving: all.filter(leaves).map(({ name }) => name),
    names,
    ...known,
  };
}

/** The address by which the others know a host. Throws Error where it has none. */
export function addressOf({ name, addresses, login }: Host, network: string | undefined): string {
  const address = network === undefined ? login.address : addresses[network];
  const parsed = address === undefined ? undefined : parseIp(address);
  if (parsed === undefined)
    throw new Error(`${name} has no address${network === undefined ? "" : ` in the network "${network}"`}: nodes know each other by theirs`);
  return ipText(parsed.value, parsed.version);
}

interface Around {
  readonly inventory: InventoryView;
  readonly network: string | undefined;
}

function resolvedOrName(what: string, { inventory, network }: Around): string {
  const thing = inventory.hosts.get(what) ?? inventory.devices.get(what);
  return (network === undefined ? undefined : thing?.addresses[network]) ?? what;
}

function resolved(what: string, around: Around): string {
  const address = resolvedOrName(what, around);
  if (parseIp(address) === undefined)
    throw new Error(`vip: "${what}" is neither an address nor a host or device with one in the network "${around.network ?? ""}"`);
  return address;
}

/** The range of a network in which an address is, with its name. */
export function rangeWith(
  address: string,
  { network, inventory }: { readonly network: string | undefined; readonly inventory: InventoryView },
): string | undefined {
  const value = parseIp(address)?.value;
  const ranges = Object.entries(inventory.networks.get(network ?? "")?.ranges ?? {});
  const number = (text: string): bigint => parseIp(text)?.value ?? -1n;
  return ranges.find(([, { from, to }]) => value !== undefined && number(from) <= value && value <= number(to))?.[0];
}
