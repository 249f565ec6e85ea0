// IP addresses as numbers and back.
import ipaddr from "ipaddr.js";

/** The address as a number; undefined when the text is no full address (four decimal parts, or IPv6 without a zone). */
export function parseIp(text: string): { readonly value: bigint; readonly version: 4 | 6 } | undefined {
  if (ipaddr.IPv4.isValidFourPartDecimal(text)) return { value: numberOf(ipaddr.IPv4.parse(text).toByteArray()), version: 4 };
  if (!text.includes(":") || text.includes("%") || !ipaddr.IPv6.isValid(text)) return undefined;
  return { value: numberOf(ipaddr.IPv6.parse(text).toByteArray()), version: 6 };
}

/** The one spelling of an address; IPv6 as RFC 5952 has it. */
export function ipText(value: bigint, version: 4 | 6): string {
  const length = version === 4 ? 4 : 16;
  const bytes = Array.from({ length }, (_, index) => Number((value >> BigInt(8 * (length - 1 - index))) & 255n));
  return version === 4 ? bytes.join(".") : new ipaddr.IPv6(bytes).toRFC5952String();
}

/** A block of addresses: its first and last as numbers, and IPv4's netmask (`255.255.255.0`; of IPv6 the same in groups). */
export interface Subnet {
  readonly version: 4 | 6;
  readonly bits: number;
  readonly first: bigint;
  readonly last: bigint;
  readonly netmask: string;
}

/** The block that a cidr such as `192.168.1.0/24` is in; host bits are ignored. Undefined when it is none. */
export function subnetOf(cidr: string): Subnet | undefined {
  const [, address = "", prefix = ""] = /^([0-9A-Fa-f.:]+)\/(\d{1,3})$/.exec(cidr) ?? [];
  const [parsed, bits] = [parseIp(address), Number(prefix)];
  if (parsed === undefined || prefix === "") return undefined;
  const width = parsed.version === 4 ? 32 : 128;
  if (bits > width) return undefined;
  const size = 1n << BigInt(width - bits);
  const first = (parsed.value / size) * size;
  return { version: parsed.version, bits, first, last: first + size - 1n, netmask: ipText((1n << BigInt(width)) - size, parsed.version) };
}

function numberOf(bytes: readonly number[]): bigint {
  return bytes.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
}
