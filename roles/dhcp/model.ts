// From the inventory to what a DHCP server should do.
import { type DhcpModel, type DhcpSubnet, type InventoryView, type Network, parseIp, reservationsOf, subnetOf } from "hlx";
import { type Ddns, zoneOf } from "./ddns.ts";
import { addressOf, networkOf } from "./inventory.ts";
import type { DhcpParams } from "./params.ts";

/** The model of these networks. Throws an Error that names the network or param that is wrong. */
export function modelOf(params: DhcpParams, inventory: InventoryView, ddns: Ddns | undefined): DhcpModel {
  const { server, interfaces, authoritative, extra } = params;
  const subnets = params.networks.map((name) => subnet(networkOf(name, inventory), { params, inventory, ddns }));
  refuseUnknownRanges(params, inventory);
  if (extra !== undefined && (typeof extra === "string") !== (server === "isc"))
    throw new Error(`extra is a ${server === "kea" ? "map of members of Dhcp4 for kea" : "text of statements for isc"}`);
  const known = Object.keys(typeof extra === "object" ? extra : {}).find((member) => modelled.includes(member));
  if (known !== undefined) throw new Error(`extra holds "${known}", which follows from other params and the inventory`);
  return {
    server,
    interfaces,
    authoritative,
    subnets,
    ...(ddns && { ddns: ddns.model }),
    ...(extra !== undefined && { extra: extra as DhcpModel["extra"] & {} }),
  };
}

const modelled: readonly string[] = ["interfaces-config", "authoritative", "dhcp-ddns", "subnet4"];

interface Around {
  readonly params: DhcpParams;
  readonly inventory: InventoryView;
  readonly ddns: Ddns | undefined;
}

function subnet(network: Network, { params, inventory, ddns }: Around): DhcpSubnet {
  const { name, cidr, ranges } = network;
  const zone = ddns && zoneOf(network, ddns);
  const lease = secondsOf(params.lease);
  return {
    // The network's address: it stays for as long as the network does, wherever in a list it stands.
    id: params.ids[name] ?? Number(subnetOf(cidr)?.first ?? 0n),
    cidr,
    pools: params.ranges.flatMap((range) => ranges[range] ?? []).map(({ from, to }) => ({ from, to })),
    options: { ...fromNetwork(network, zone), ...asked(params.options) },
    lease,
    maxLease: Math.max(lease, params.maxLease === undefined ? lease : secondsOf(params.maxLease)),
    ...(params.boot && {
      boot: { file: params.boot.file, ...(params.boot.server !== undefined && { server: addressOf(params.boot.server, { inventory, near: name }) }) },
    }),
    ...(zone !== undefined && { ddns: zone }),
    reservations: reservationsOf(inventory, name).map((one) => ({ name: one.name, mac: one.mac, address: one.address })),
  };
}

function fromNetwork({ gateway, dns, domain }: Network, zone: string | undefined): Readonly<Record<string, string>> {
  const resolvers = dns.filter((address) => parseIp(address)?.version === 4);
  return {
    ...(gateway !== undefined && { routers: gateway }),
    ...(resolvers.length > 0 && { "domain-name-servers": resolvers.join(", ") }),
    ...(domain !== undefined && { "domain-name": domain }),
    // Short names of leases are found as those of hosts are.
    ...(domain !== undefined && zone !== undefined && zone !== domain && { "domain-search": `${domain}, ${zone}` }),
  };
}

function asked(options: DhcpParams["options"]): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(options).map(([name, value]) => [name, Array.isArray(value) ? value.join(", ") : String(value)]));
}

const units: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };

/** Seconds of `1h`, `30m`, `3600`. */
export function secondsOf(duration: string | number): number {
  const [, digits = "", unit = "s"] = /^(\d+)([smhdw]?)$/.exec(String(duration)) ?? [];
  return Number(digits) * (units[unit || "s"] ?? 1);
}

function refuseUnknownRanges({ networks, ranges }: DhcpParams, inventory: InventoryView): void {
  const there = networks.flatMap((name) => Object.keys(inventory.networks.get(name)?.ranges ?? {}));
  const unknown = ranges.find((range) => range !== "dhcp" && !there.includes(range));
  if (unknown !== undefined) throw new Error(`no served network has a range "${unknown}": there are ${there.join(", ") || "none"}`);
}
