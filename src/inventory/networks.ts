// Networks: their addresses as numbers, so that "host number 2" and "inside a range" can be computed.
import ipaddr from "ipaddr.js";
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
  const match = /^([0-9A-Fa-f.:]+)\/(\d{1,3})$/.exec(cidr);
  const parsed = match === null ? undefined : parse(match[1] ?? "");
  if (match === null || parsed === undefined) return { wrong: `"${cidr}" is no network`, hint: "write it as 192.168.1.0/24" };
  const [bits, width] = [Number(match[2]), parsed.version === 4 ? 32 : 128];
  if (bits > width) return { wrong: `"${cidr}" has a prefix beyond /${width}`, hint: `the prefix is 0 to ${width}` };
  const size = 1n << BigInt(width - bits);
  const first = (parsed.value / size) * size;
  const right = `${textOf(first, parsed.version)}/${bits}`;
  if (first !== parsed.value) return { wrong: `"${cidr}" has host bits set`, hint: `write ${right}` };
  return { name, cidr: right, bits, version: parsed.version, first, last: first + size - 1n };
}

/** The address as a number; undefined when the text is no full address. */
export function parse(text: string): { readonly value: bigint; readonly version: 4 | 6 } | undefined {
  if (ipaddr.IPv4.isValidFourPartDecimal(text)) return { value: numberOf(ipaddr.IPv4.parse(text).toByteArray()), version: 4 };
  if (!text.includes(":") || text.includes("%") || !ipaddr.IPv6.isValid(text)) return undefined;
  return { value: numberOf(ipaddr.IPv6.parse(text).toByteArray()), version: 6 };
}

export function textOf(value: bigint, version: 4 | 6): string {
  const length = version === 4 ? 4 : 16;
  const bytes = Array.from({ length }, (_, index) => Number((value >> BigInt(8 * (length - 1 - index))) & 255n));
  return version === 4 ? bytes.join(".") : new ipaddr.IPv6(bytes).toRFC5952String();
}

/** Host number or full address as the address inside a network, or what is wrong with it. */
export function addressIn(plan: AddressPlan, written: unknown): { readonly address: string } | { readonly wrong: string; readonly hint?: string } {
  const digits = typeof written === "number" || (typeof written === "string" && /^\d+$/.test(written));
  const parsed = digits ? { value: plan.first + BigInt(written), version: plan.version } : parse(String(written));
  if (parsed === undefined)
    return { wrong: `"${String(written)}" is neither a host number nor an address`, hint: `write a number such as 2, or an address in ${plan.cidr}` };
  const { value, version } = parsed;
  if (version !== plan.version || value < plan.first || value > plan.last) return { wrong: `${String(written)} is outside ${plan.name} (${plan.cidr})` };
  const reserved = reservedOf(plan, value);
  return reserved === undefined ? { address: textOf(value, version) } : { wrong: `${textOf(value, version)} is the ${reserved} address of ${plan.name}` };
}

function reservedOf({ version, bits, first, last }: AddressPlan, value: bigint): string | undefined {
  if (version === 6 || bits >= 31 || (value !== first && value !== last)) return undefined;
  return value === first ? "network" : "broadcast";
}

/** The named range that holds the address, if any. */
export function rangeHolding(network: Network, address: string): string | undefined {
  const value = parse(address)?.value;
  if (value === undefined) return undefined;
  return Object.entries(network.ranges).find(([, { from, to }]) => (parse(from)?.value ?? 0n) <= value && value <= (parse(to)?.value ?? -1n))?.[0];
}

function numberOf(bytes: readonly number[]): bigint {
  return bytes.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
}
