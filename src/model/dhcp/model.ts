// What a DHCPv4 server should do, whichever server does it: networks, pools, options, reservations, dynamic DNS.
import type { JsonObject } from "../../lib/json.ts";

export type DhcpServerName = "kea" | "isc";

/** Addresses from first to last, both included. */
export interface DhcpPool {
  readonly from: string;
  readonly to: string;
}

/** This card always gets this address. `mac` in lower case with colons. */
export interface DhcpReservation {
  readonly name: string;
  readonly mac: string;
  readonly address: string;
}

/** What a client loads when it boots over the network; `server` is the DHCP server itself when left out. */
export interface DhcpBoot {
  readonly file: string;
  readonly server?: string;
}

export interface DhcpSubnet {
  /** Kea keys leases by it: the same for as long as the network is. */
  readonly id: number;
  readonly cidr: string;
  readonly pools: readonly DhcpPool[];
  /** By the names of `dhcpOptions`; lists with ", " between. */
  readonly options: Readonly<Record<string, string>>;
  /** Seconds. */
  readonly lease: number;
  /** The longest that a client may ask for, in seconds. */
  readonly maxLease: number;
  readonly boot?: DhcpBoot;
  /** The zone that gets a name for every lease; none when left out. */
  readonly ddns?: string;
  readonly reservations: readonly DhcpReservation[];
}

/** Where names of leases are sent to. The key's secret stands in a file of its own. */
export interface DhcpDdns {
  /** The name server's address. */
  readonly server: string;
  readonly key: { readonly name: string; readonly file: string };
  /** Every zone that may be updated, forward and reverse, without the dot at the end. */
  readonly zones: readonly string[];
}

export interface DhcpModel {
  readonly server: DhcpServerName;
  /** Empty: every one that is in a network which is served. */
  readonly interfaces: readonly string[];
  readonly authoritative: boolean;
  readonly subnets: readonly DhcpSubnet[];
  readonly ddns?: DhcpDdns;
  /** What hlx has no word for: members of Kea's `Dhcp4`, or statements of dhcpd.conf(5). */
  readonly extra?: JsonObject | string;
}

/** One property of a configuration each, with its value, in words: what is compared, shown and recorded. */
export type DhcpSettings = Readonly<Record<string, string>>;
