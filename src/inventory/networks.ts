// Networks: their addresses as numbers, so that "host number 2" and "inside a range" can be computed.
import { ipText, parseIp, subnetOf } from "../lib/ip.ts";
import type { Network } from "../model/host.ts";

export interface AddressPlan {
  readonly name: string;
  readonly cidr: string;
  readonly bits: number;
  readonly version: 4 | 6;
  readonly first: bigint;
  readonly last: bigint;
  readonly bridge?: string;
}

/** The plan of a cidr, or what is wrong with it and the value that would be right. */
export function planOf(name: string, cidr: string): AddressPlan | { readonly wrong: string; readonly hint?: string } {
  const parsed = parseIp(cidr.split("/")[0] ?? "");
  if (parsed === undefined || !/^[^/]+\/\d{1,3}$/.test(cidr)) return { wrong: `"${cidr}" is no network`, hint: "write it as 192.168.1.0/24" };
  const subnet = subnetOf(cidr);
  const width = parsed.version === 4 ? 32 : 128;
  if (subnet === undefined) return { wrong: `"${cidr}" has a prefix beyond /${width}`, hint: `the prefix is 0 to ${width}` };
  const { bits, version, first, last } = subnet;
  const right = `${ipText(first, version)}/${bits}`;
  if (first !== parsed.value) return { wrong: `"${cidr}" has host bits set`, hint: `write ${right}` };
  return { name, cidr: right, bits, version, first, last };
}

/** Host number or full address as the address inside a network, or what is wrong with it. */
export function addressIn(plan: AddressPlan, written: unknown): { readonly address: string } | { readonly wrong: string; readonly hint?: string } {
  const digits = typeof written === "number" || (typeof written === "string" && /^\d+$/.test(written));
  const parsed = digits ? { value: plan.first + BigInt(written), version: plan.version } : parseIp(String(written));
  if (parsed === undefined)
    return { wrong: `"${String(written)}" is neither a host number nor an address`, hint: `write a number such as 2, or an address in ${plan.cidr}` };
  const { value, version } = parsed;
  if (version !== plan.version || value < plan.first || value > plan.last) return { wrong: `${String(written)} is outside ${plan.name} (${plan.cidr})` };
  const reserved = reservedOf(plan, value);
  return reserved === undefined ? { address: ipText(value, version) } : { wrong: `${ipText(value, version)} is the ${reserved} address of ${plan.name}` };
}

function reservedOf({ version, bits, first, last }: AddressPlan, value: bigint): string | undefined {
  if (version === 6 || bits >= 31 || (value !== first && value !== last)) return undefined;
  return value === first ? "network" : "broadcast";
}

/** The named range that holds the address, if any. */
export function rangeHolding(network: Network, address: string): string | undefined {
  const value = parseIp(address)?.value;
  if (value === undefined) return undefined;
  return Object.entries(network.ranges).find(([, { from, to }]) => (parseIp(from)?.value ?? 0n) <= value && value <= (parseIp(to)?.value ?? -1n))?.[0];
}
