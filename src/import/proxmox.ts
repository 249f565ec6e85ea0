// A Proxmox cluster as an inventory: its nodes with their way in, its guests, the networks that their addresses are in, its templates as images.
import type { Json, JsonObject } from "../lib/json.ts";
import type { GuestSaid, NodeSeen, Unsaid } from "../model/proxmox-seen.ts";
import { type Note, some } from "./gathered.ts";
import { bare, withoutCard, withoutTwins } from "./guest-claims.ts";
import { type GuestNetwork, guestNetworks, networkHolding } from "./guest-networks.ts";
import type { Imported } from "./inventory.ts";
import { numberIn } from "./networks.ts";

export interface GuestFound {
  readonly id: number;
  /** As the cluster calls it; undefined for one without a name. */
  readonly name?: string;
  readonly node: string;
  readonly template: boolean;
  readonly said: GuestSaid | Unsaid;
}

export interface ClusterFound {
  readonly nodes: readonly NodeSeen[];
  readonly guests: readonly GuestFound[];
  readonly way: WayIn;
}

/** How the node was asked that answered. */
export interface WayIn {
  readonly address: string;
  readonly port: number;
  /** The name of the secret; its value is written nowhere. */
  readonly token: string;
  readonly trust: { readonly fingerprint: string } | { readonly ca: string };
  /** The inventory's `secrets:`. */
  readonly secrets?: string;
}

type Guest = GuestFound & { readonly name: string; readonly said: GuestSaid };

/** The inventory, and a playbook without roles: guests need none to be made. */
export function importedCluster({ nodes, guests, way }: ClusterFound): Imported {
  const machines = guests.filter(({ template }) => !template);
  const { kept, notes } = sayable(machines, nodes);
  const own = withoutTwins(kept);
  const networks = guestNetworks(own.map(({ said }) => said));
  const claimed = own.map((guest) => (guest.said.card && networkHolding(networks, guest.said.card) ? guest : { ...guest, said: withoutCard(guest.said) }));
  const hosts = claimed.map((guest): [string, Json] => [guest.name, hostOf(guest, networks)]);
  const images = guests.filter(({ template }) => template).map((guest): [string, Json] => [imageName(guest), { template: guest.id, node: guest.node }]);
  const inventory = some({
    format: 1,
    playbook: "site.yaml",
    secrets: way.secrets,
    networks: orNone(networks.map((network): [string, Json] => [network.name, networkOf(network)])),
    images: orNone(images),
    hosts: Object.fromEntries([...nodes.map((node): [string, Json] => [node.name, nodeOf(node, { way, networks })]), ...hosts]),
  });
  const seen = guests.length === 0 ? [{ message: nothingSeen }] : [];
  return { inventory, roles: {}, host: "all", notes: [...seen, ...notes, ...claimed.flatMap(notesOf)] };
}

const nothingSeen =
  "the login sees no guests: a token with privilege separation needs rights of its own (pveum acl modify / --tokens 'USER@REALM!NAME' --roles ROLE)";

function orNone(entries: readonly (readonly [string, Json])[]): JsonObject | undefined {
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}

// A cluster may have one name twice; hosts are called by theirs.
function sayable(guests: readonly GuestFound[], nodes: readonly NodeSeen[]): { readonly kept: readonly Guest[]; readonly notes: readonly Note[] } {
  const taken = new Set(nodes.map(({ name }) => name));
  const [kept, notes]: [Guest[], Note[]] = [[], []];
  for (const guest of guests) {
    const found = sayableOne(guest, taken);
    if ("unsaid" in found) notes.push({ message: `${whoIs(guest)} is not taken over: ${found.unsaid}` });
    else kept.push(found);
    taken.add(guest.name ?? "");
  }
  return { kept, notes };
}

function sayableOne({ name = "", said, ...guest }: GuestFound, taken: ReadonlySet<string>): Guest | Unsaid {
  if ("unsaid" in said) return said;
  return taken.has(name) ? { unsaid: "another guest or a node has this name" } : { ...guest, name, said };
}

function whoIs({ id, name, node }: GuestFound): string {
  return `guest ${id}${name === undefined ? "" : ` "${name}"`} on ${node}`;
}

function hostOf({ id, node, said }: Guest, networks: readonly GuestNetwork[]): JsonObject {
  const { vm, mac, user, card, address } = said;
  const network = card && networkHolding(networks, card);
  if (card === undefined || network === undefined) return some({ address, mac, user, vm: { id, node, ...vm } });
  return some({ [network.name]: numberIn(network.cidr, bare(card.address)), mac, user, vm: { id, node, ...vm, ...cardWords(card, network) } });
}

function cardWords(card: NonNullable<GuestSaid["card"]>, network: GuestNetwork): JsonObject {
  return some({
    bridge: card.bridge === network.bridge ? undefined : card.bridge,
    vlan: card.vlan,
    dns: network.dns === undefined ? card.dns : undefined,
    search: card.search === network.domain ? undefined : card.search,
  });
}

function networkOf({ cidr, gateway, bridge, dns, domain }: GuestNetwork): JsonObject {
  return some({ cidr, gateway: gateway === undefined ? undefined : numberIn(cidr, gateway), bridge, domain, dns });
}

function nodeOf(node: NodeSeen, { way, networks }: { readonly way: WayIn; readonly networks: readonly GuestNetwork[] }): JsonObject {
  const address = node.here ? way.address : node.address;
  const network = networks.find(({ holds }) => address !== undefined && holds(address));
  const place = network === undefined || address === undefined ? { address } : { [network.name]: numberIn(network.cidr, address) };
  const trust = "ca" in way.trust ? way.trust : { fingerprint: node.here ? way.trust.fingerprint : node.fingerprint };
  const proxmox = some({
    port: way.port === 8006 ? undefined : way.port,
    token: { secret: way.token },
    ...trust,
    pci: Object.keys(node.pci).length === 0 ? undefined : node.pci,
  });
  return some({ ...place, proxmox });
}

function imageName({ id, name = "" }: GuestFound): string {
  const word = name.replace(/[^A-Za-z0-9_-]/g, "-");
  return /^[A-Za-z_]/.test(word) ? `${word.slice(0, 50)}-${id}` : `template-${id}`;
}

function notesOf(guest: Guest): readonly Note[] {
  const { kept, card, address, waiting } = guest.said;
  return [
    ...(waiting.length === 0 ? [] : [{ message: `${whoIs(guest)} has settings that wait for its next start, which the plan would be: ${waiting.join(", ")}` }]),
    ...(kept.length === 0 ? [] : [{ message: `${whoIs(guest)} keeps what the inventory has no word for: ${kept.join(", ")}` }]),
    ...(card === undefined && address === undefined ? [{ message: `${whoIs(guest)} says no address: it is reached by its name until you write one` }] : []),
  ];
}
