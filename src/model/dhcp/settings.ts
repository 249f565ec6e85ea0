// A DHCP configuration in words: one property for each thing that a person would talk about.
import { ipText, subnetOf } from "../../lib/ip.ts";
import type { DhcpSettings } from "./model.ts";

/** Collects properties; what is said twice of one is kept in order, with ", " between. */
export class Saying {
  readonly #said = new Map<string, string[]>();

  say(property: string, value: string): void {
    const said = this.#said.get(property);
    if (said === undefined) this.#said.set(property, [value]);
    else said.push(value);
  }

  get settings(): DhcpSettings {
    const joined = [...this.#said].map(([property, values]) => [property, [...values].sort().join(", ")] as const);
    return Object.fromEntries(joined.sort(([left], [right]) => (left < right ? -1 : 1)));
  }
}

export function interfacesSaid(interfaces: readonly string[]): string {
  return interfaces.length === 0 ? "all" : [...interfaces].sort().join(", ");
}

export function leaseSaid(lease: number | string, maxLease: number | string): string {
  return `${lease} s, at most ${maxLease} s`;
}

export function bootSaid(file: string, server: string | undefined): string {
  return server === undefined ? file : `${file} from ${server}`;
}

export function reservationSaid(mac: string, address: string): string {
  return `${mac} → ${address}`;
}

export function yesNo(value: boolean): string {
  return value ? "yes" : "no";
}

/** True for an option that says no more than the network does. */
export function isImplied(cidr: string, option: string, value: string): boolean {
  const subnet = subnetOf(cidr);
  if (subnet === undefined) return false;
  return (option === "subnet-mask" && value === subnet.netmask) || (option === "broadcast-address" && value === ipText(subnet.last, subnet.version));
}

/** How reservations are told apart: names in DNS have no case. */
export function reservationNamed(name: string): string {
  return `reservation:${name.toLowerCase()}`;
}
