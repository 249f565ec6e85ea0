// Networks and their ranges: what overlaps, and what stands in a range that is given out.
import { ipText, parseIp, type Subnet, subnetOf } from "../../lib/ip.ts";
import type { Path } from "../../model/documents/document.ts";
import type { Finding } from "../../model/finding.ts";
import type { Device, Inventory, Network } from "../../model/host.ts";
import type { Position } from "../../model/problem.ts";
import { rangeHolding } from "../networks.ts";
import type { Known } from "./findings.ts";

/** Overlaps of networks, of networks' blocks in variables, and of ranges; gateways, resolvers, reservations and pools that are in a range. */
export function networkFindings(known: Known): readonly Finding[] {
  const { inventory } = known;
  const networks = [...inventory.networks.values()];
  return [
    ...overlaps(blocksOf(known)),
    ...networks.flatMap((network) => [...rangeOverlaps(network, inventory), ...inRanges(network, inventory)]),
    ...[...inventory.devices.values()].flatMap((device) => reservedInRange(device, inventory)),
    ...poolOverlaps(known),
  ];
}

interface Block {
  readonly what: string;
  readonly subnet: Subnet;
  readonly at?: Position;
  /** Variables that say what a network says are no second network. */
  readonly text: string;
  readonly from: "network" | "variable";
}

function blocksOf({ inventory, written }: Known): readonly Block[] {
  const networks = [...inventory.networks.values()].flatMap(({ name, cidr }): readonly Block[] => {
    const [subnet, at] = [subnetOf(cidr), inventory.at?.(["networks", name, "cidr"])];
    return subnet === undefined ? [] : [{ what: `network "${name}"`, text: cidr, subnet, from: "network", ...(at !== undefined && { at }) }];
  });
  const variables = written
    .filter((one) => one.in === "variable" && /cidr|subnet|network/i.test(one.key) && one.text.includes("/"))
    .flatMap(({ key, text, at }): readonly Block[] => {
      const subnet = subnetOf(text);
      return subnet === undefined ? [] : [{ what: `variable "${key}"`, text, subnet, at, from: "variable" }];
    });
  return [...networks, ...variables];
}

function overlaps(blocks: readonly Block[]): readonly Finding[] {
  const pairs = blocks.flatMap((one, index) => blocks.slice(index + 1).flatMap((other) => (isOdd(one, other) ? [[one, other] as const] : [])));
  return [...pairs.map(([one, other]) => overlap(one, other)), ...blocks.flatMap(misaligned)];
}

// A variable that holds a network's own block, or a part of it, talks about that network.
function isOdd(one: Block, other: Block): boolean {
  if (one.subnet.version !== other.subnet.version || one.subnet.first > other.subnet.last || other.subnet.first > one.subnet.last) return false;
  return one.from === other.from && (one.from === "network" || one.text !== other.text);
}

function overlap(one: Block, other: Block): Finding {
  const [wide, narrow] = one.subnet.bits <= other.subnet.bits ? [one, other] : [other, one];
  return {
    level: "warning",
    message: `${narrow.what} (${narrow.text}) lies inside ${wide.what} (${wide.text}): one address could be in both`,
    ...(narrow.at !== undefined && { at: narrow.at }),
    ...(wide.at !== undefined && { also: [{ at: wide.at, note: `${wide.what} is here` }] }),
    hint: "give one of them addresses of its own",
  };
}

function misaligned({ what, text, subnet, at, from }: Block): readonly Finding[] {
  const right = `${ipText(subnet.first, subnet.version)}/${subnet.bits}`;
  if (from === "network" || parseIp(text.split("/")[0] ?? "")?.value === subnet.first) return [];
  return [
    { level: "warning", message: `${what}: ${text} has host bits set, the network is ${right}`, ...(at !== undefined && { at }), hint: `write ${right}` },
  ];
}

function rangeOverlaps({ name, ranges }: Network, inventory: Inventory): readonly Finding[] {
  const all = Object.entries(ranges);
  return all.flatMap(([one, { from, to }], index) =>
    all
      .slice(index + 1)
      .filter(([, other]) => touches([from, to], [other.from, other.to]))
      .map(([other, { from: first, to: last }]): Finding => {
        const [at, before] = [placeOf(inventory, ["networks", name, "ranges", other]), inventory.at?.(["networks", name, "ranges", one])];
        return {
          level: "warning",
          message: `range "${other}" (${first}–${last}) overlaps range "${one}" (${from}–${to}) of network "${name}": both may give out one address`,
          ...at,
          ...(before !== undefined && { also: [{ at: before, note: `"${one}" is here` }] }),
          hint: "move one of them, or make it smaller",
        };
      }),
  );
}

function touches([from, to]: readonly [string, string], [first, last]: readonly [string, string]): boolean {
  const number = (text: string): bigint => parseIp(text)?.value ?? 0n;
  return parseIp(from)?.version === parseIp(first)?.version && number(from) <= number(last) && number(first) <= number(to);
}

function inRanges(network: Network, inventory: Inventory): readonly Finding[] {
  const { name, gateway, dns } = network;
  const asked = [
    ...(gateway === undefined ? [] : [{ what: "the gateway", address: gateway, path: ["networks", name, "gateway"], level: "error" as const }]),
    ...dns.map((address, index) => ({ what: "the resolver", address, path: ["networks", name, "dns", index], level: "warning" as const })),
  ];
  return asked.flatMap(({ what, address, path, level }) => {
    const range = rangeHolding(network, address);
    if (range === undefined) return [];
    const message = `${what} ${address} of network "${name}" is inside the range "${range}", whose addresses are given to others`;
    return [{ level, message, ...placeOf(inventory, path), hint: `make the range smaller, or give ${what} another address` }];
  });
}

// Without a MAC it is a virtual address, which may well come from a range of such.
function reservedInRange({ name, mac, addresses }: Device, inventory: Inventory): readonly Finding[] {
  if (mac === undefined) return [];
  return Object.entries(addresses).flatMap(([key, address]) => {
    const network = inventory.networks.get(key);
    const range = network === undefined ? undefined : rangeHolding(network, address);
    if (range === undefined) return [];
    const message = `${address} of device "${name}" is inside the range "${range}" of network "${key}"`;
    return [{ level: "warning" as const, message, ...placeOf(inventory, ["devices", name, key]), hint: "choose an address outside of it" }];
  });
}

function poolOverlaps({ claims, inventory }: Known): readonly Finding[] {
  const things = [
    ...[...inventory.hosts.values()].map((host) => ["hosts", host] as const),
    ...[...inventory.devices.values()].map((device) => ["devices", device] as const),
  ];
  return claims.flatMap((claim) => {
    if (claim.claim !== "pool") return [];
    return things.flatMap(([section, { name, addresses }]) =>
      Object.entries(addresses)
        .filter(([, address]) => touches([claim.from, claim.to], [address, address]))
        .map(([network, address]): Finding => {
          const at = inventory.at?.([section, name, network]);
          return {
            level: "warning",
            message: `the pool ${claim.from}–${claim.to} of role ${claim.role} holds ${address}, which is "${name}"`,
            at: claim.at,
            ...(at !== undefined && { also: [{ at, note: `"${name}" has it here` }] }),
            hint: "make the pool smaller: it gives this address to somebody else",
          };
        }),
    );
  });
}

/** The place as a part of a finding; nothing where it is not known. */
export function placeOf(inventory: Inventory, path: Path): { readonly at?: Position } {
  const at = inventory.at?.(path);
  return at === undefined ? {} : { at };
}
