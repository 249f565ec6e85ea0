// Reverse DNS: the names of addresses, and the zones that hold a network's.
import { ipText, parseIp, subnetOf } from "../lib/ip.ts";
import { ProblemError } from "./problem.ts";

/** The name that an address has in reverse DNS, without a last dot: `2.1.168.192.in-addr.arpa` (RFC 1035 §3.5), nibbles below `ip6.arpa` (RFC 3596 §2.5). Throws ProblemError when it is no address. */
export function reverseName(address: string): string {
  const parsed = parseIp(address);
  if (parsed === undefined) throw new ProblemError({ code: "internal", message: `"${address}" is no address` });
  return nameOf(parsed.value, families[parsed.version], families[parsed.version].labels);
}

/** The address that a reverse name stands for; undefined for any other name. */
export function addressOfReverse(name: string): string | undefined {
  const labels = name.toLowerCase().replace(/\.$/, "").split(".").toReversed();
  const [arpa, tree, ...digits] = labels;
  if (arpa !== "arpa") return undefined;
  if (tree === "in-addr" && digits.length === 4) return validOr(digits.join("."));
  const groups = digits.join("").match(/.{4}/g) ?? [];
  return tree === "ip6" && digits.length === 32 ? validOr(groups.join(":")) : undefined;
}

/**
 * The reverse zones that together are exactly a network: cut at /8, /16 and /24, or at nibbles, so `/20` has sixteen.
 * A network smaller than /24 (or than the last nibble) shares the zone that holds it. Throws ProblemError when it is no network.
 */
export function reverseZones(cidr: string): readonly string[] {
  const subnet = subnetOf(cidr);
  if (subnet === undefined) throw new ProblemError({ code: "internal", message: `"${cidr}" is no network` });
  const family = families[subnet.version];
  const labels = Math.min(family.labels - 1, Math.max(1, Math.ceil(subnet.bits / family.bits)));
  const count = 2 ** Math.max(0, labels * family.bits - subnet.bits);
  const step = 1n << BigInt((family.labels - labels) * family.bits);
  const first = (subnet.first / step) * step;
  return Array.from({ length: count }, (_, index) => nameOf(first + BigInt(index) * step, family, labels));
}

interface Family {
  /** Bits a label. */
  readonly bits: number;
  readonly labels: number;
  readonly radix: number;
  readonly tree: string;
}

const families: Readonly<Record<4 | 6, Family>> = {
  4: { bits: 8, labels: 4, radix: 10, tree: "in-addr.arpa" },
  6: { bits: 4, labels: 32, radix: 16, tree: "ip6.arpa" },
};

function nameOf(value: bigint, { bits, labels, radix, tree }: Family, count: number): string {
  const mask = (1n << BigInt(bits)) - 1n;
  const all = Array.from({ length: labels }, (_, index) => ((value >> BigInt(index * bits)) & mask).toString(radix));
  return [...all.slice(labels - count), tree].join(".");
}

function validOr(text: string): string | undefined {
  const parsed = parseIp(text);
  return parsed && ipText(parsed.value, parsed.version);
}
