// Addresses in variables, params and files that the address plan does not know: left over from before a renumbering, or mistyped.
import { ipText, parseIp, type Subnet, subnetOf } from "../../lib/ip.ts";
import type { Finding, Written } from "../../model/finding.ts";
import { rangeHolding } from "../networks.ts";
import type { Known } from "./findings.ts";

/** One finding for each unknown address inside a network, and one for each block of addresses that is in no network. Public addresses are nobody's business here. */
export function staleAddresses(known: Known): readonly Finding[] {
  const blocks = blocksOf(known);
  const owned = ownedAddresses(known);
  const mentions = known.written.flatMap((written) => addressesIn(written).map((address) => ({ address, written })));
  const strange = mentions.filter(({ address }) => isPrivate(address) && !owned.has(address));
  const inside = strange.filter(({ address }) => blocks.some((block) => holds(block, address)));
  const outside = strange.filter((one) => !inside.includes(one));
  return [
    ...[...Map.groupBy(inside, ({ address }) => address)].flatMap(([address, all]) => nobodys(address, all, known)),
    ...[...Map.groupBy(outside, ({ address }) => surrounding(address))].map(([block, all]) => unplanned(block, all, known)),
  ];
}

interface Mention {
  readonly address: string;
  readonly written: Written;
}

const address4 = /(?<![\w.-])(\d{1,3}(?:\.\d{1,3}){3})(?![\w-]|\.\d)(\/\d{1,2})?/g;

// With a prefix it is a network (192.168.1.0/24), unless it has host bits.
function addressesIn({ text }: Written): readonly string[] {
  return [...text.matchAll(address4)].flatMap(([, address = "", prefix = ""]) => {
    const value = parseIp(address)?.value;
    return value === undefined || (prefix !== "" && subnetOf(`${address}${prefix}`)?.first === value) ? [] : [address];
  });
}

const privateBlocks = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10"].flatMap((cidr) => subnetOf(cidr) ?? []);

function isPrivate(address: string): boolean {
  return privateBlocks.some((block) => holds(block, address));
}

function holds({ first, last, version }: Subnet, address: string): boolean {
  const parsed = parseIp(address);
  return parsed !== undefined && parsed.version === version && first <= parsed.value && parsed.value <= last;
}

// Blocks that variables and params name are known too: networks of pods, of containers.
function blocksOf({ inventory, written }: Known): readonly Subnet[] {
  const cidrs = [...inventory.networks.values()].map(({ cidr }) => cidr);
  const named = written.filter((one) => one.in !== "file" && /^[0-9.]+\/\d{1,2}$/.test(one.text)).map(({ text }) => text);
  return [...cidrs, ...named].flatMap((cidr) => subnetOf(cidr) ?? []);
}

function ownedAddresses({ inventory, records, claims }: Known): ReadonlySet<string> {
  const { hosts, devices, networks } = inventory;
  const own = [...hosts.values(), ...devices.values()].flatMap(({ addresses }) => Object.values(addresses));
  const logins = [...hosts.values()].map(({ login }) => login.address);
  const gateways = [...networks.values()].flatMap(({ gateway, dns }) => [...(gateway === undefined ? [] : [gateway]), ...dns]);
  const recorded = records.filter(({ type }) => type === "A").map(({ data }) => data);
  const pools = claims.flatMap((claim) => (claim.claim === "pool" ? [claim.from, claim.to] : []));
  const edges = [...networks.values()].flatMap(({ cidr }) => {
    const subnet = subnetOf(cidr);
    return subnet === undefined ? [] : [ipText(subnet.first, subnet.version), ipText(subnet.last, subnet.version)];
  });
  return new Set([...own, ...logins, ...gateways, ...recorded, ...pools, ...edges]);
}

function nobodys(address: string, all: readonly Mention[], { inventory }: Known): readonly Finding[] {
  const [first] = all;
  const network = [...inventory.networks.values()].find(({ cidr }) => subnetOf(cidr) !== undefined && holds(subnetOf(cidr) as Subnet, address));
  if (first === undefined || network === undefined) return [];
  const range = rangeHolding(network, address);
  if (range !== undefined && !/dhcp|pool/i.test(range)) return [];
  const where = range === undefined ? `in network "${network.name}", and nobody's` : `inside the range "${range}" of network "${network.name}"`;
  const hint =
    range === undefined ? "mend it, or give whoever has it a line under hosts or devices" : "choose an address outside of the range, or make the range smaller";
  return [{ level: "warning", message: `${shown(first.written)} says ${address}, which is ${where}${more(all)}`, at: first.written.at, ...others(all), hint }];
}

function unplanned(block: string, all: readonly Mention[], { inventory }: Known): Finding {
  const [first] = all as readonly [Mention, ...Mention[]];
  const networks = [...inventory.networks.values()].map(({ name, cidr }) => `${name} ${cidr}`).join(", ");
  const message = `${shown(first.written)} says ${first.address}, which is in no network of the inventory (${networks})${more(all)}`;
  return {
    level: "warning",
    message,
    at: first.written.at,
    ...others(all),
    hint: `mend it, or write the network down: networks: { other: { cidr: ${block} } }`,
  };
}

function surrounding(address: string): string {
  return `${address.split(".").slice(0, 3).join(".")}.0/24`;
}

function shown({ in: where, key }: Written): string {
  return where === "file" ? "this line" : `${where} "${key}"`;
}

function more(all: readonly Mention[]): string {
  return all.length > 1 ? `; ${all.length - 1} more ${all.length === 2 ? "place" : "places"}` : "";
}

function others(all: readonly Mention[]): Pick<Finding, "also"> {
  const also = all.slice(1, 6).map(({ address, written }) => ({ at: written.at, note: `${address} is here` }));
  return also.length === 0 ? {} : { also };
}
