// The networks that guests' cards say: what all of them say alike belongs to the network, the rest to each.
import { ipText, subnetOf } from "../lib/ip.ts";
import type { CardSaid, GuestSaid } from "../model/proxmox-seen.ts";
import { isIn, nameOf } from "./networks.ts";

export interface GuestNetwork {
  readonly name: string;
  readonly cidr: string;
  readonly gateway?: string;
  readonly bridge?: string;
  readonly dns?: readonly string[];
  readonly domain?: string;
  holds(address: string): boolean;
}

/** The largest first, which is "lan". */
export function guestNetworks(guests: readonly GuestSaid[]): readonly GuestNetwork[] {
  const cards = guests.flatMap(({ card }) => card ?? []);
  const groups = [...Map.groupBy(cards, ({ address }) => cidrOf(address))].toSorted(([, one], [, other]) => other.length - one.length);
  return groups.map(([cidr, members], index) => networkOf(index === 0 ? "lan" : nameOf(cidr), cidr, members));
}

/** The network of the card; undefined where the network's gateway is another one, which nothing could say. */
export function networkHolding(networks: readonly GuestNetwork[], card: CardSaid): GuestNetwork | undefined {
  return networks.find(({ cidr, gateway }) => cidr === cidrOf(card.address) && gateway === card.gateway);
}

function networkOf(name: string, cidr: string, cards: readonly CardSaid[]): GuestNetwork {
  const gateway = commonest(cards.map((card) => card.gateway));
  const members = cards.filter((card) => card.gateway === gateway);
  const [bridge, domain, dns] = [
    alike(members.map((card) => card.bridge)),
    alike(members.map(({ search }) => search)),
    alike(members.map((card) => card.dns.join(" "))),
  ];
  return {
    name,
    cidr,
    ...(gateway !== undefined && { gateway }),
    ...(bridge !== undefined && { bridge }),
    ...(isDomain(domain) && { domain }),
    ...(dns !== undefined && dns !== "" && { dns: dns.split(" ") }),
    holds: (address) => isIn(cidr, address),
  };
}

// Several search domains are one guest's own: a network has one.
function isDomain(text: string | undefined): text is string {
  return text !== undefined && /^[A-Za-z0-9_]([A-Za-z0-9_.-]{0,251}[A-Za-z0-9_])?$/.test(text) && !/\.\.|-\.|\.-/.test(text);
}

function alike(values: readonly (string | undefined)[]): string | undefined {
  return new Set(values).size === 1 ? values[0] : undefined;
}

function commonest(values: readonly (string | undefined)[]): string | undefined {
  const [first] = [...Map.groupBy(values, (value) => value)].toSorted(([, one], [, other]) => other.length - one.length);
  return first?.[0];
}

function cidrOf(address: string): string {
  const subnet = subnetOf(address);
  return subnet === undefined ? address : `${ipText(subnet.first, subnet.version)}/${subnet.bits}`;
}
