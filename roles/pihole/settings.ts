// The settings of pihole.toml that follow from the params.
import { type DnsRecord, recordsOf } from "hlx";
import type { Params } from "./params.ts";
import { type Around, serverOf } from "./servers.ts";

export type Value = boolean | number | string | readonly string[];

/** All settings by name. `settings` of the params win. */
export function settingsOf(params: Params, around: Around): Readonly<Record<string, Value>> {
  const records = recordsOf(around.inventory, params.local);
  return {
    ...(params.upstreams === undefined ? {} : { "dns.upstreams": params.upstreams.map((server) => resolved(server, around)) }),
    ...(params.forward === undefined ? {} : { "dns.revServers": forwards(params.forward, around) }),
    ...(params.local.length === 0 ? {} : { "dns.hosts": hostsOf(records), "dns.cnameRecords": aliasesOf(records) }),
    ...(params.blocking === undefined ? {} : { "dns.blocking.active": params.blocking }),
    ...params.settings,
  };
}

function resolved(server: string, around: Around): string {
  const address = serverOf(server, around);
  if (address === undefined) throw new Error(`the inventory has no host or device called "${server.replace(/#.*$/, "")}"`);
  return address;
}

// "true,NET/LEN,SERVER[#PORT][,DOMAIN]"; the network's reverse zone goes there as well.
function forwards(forward: Readonly<Record<string, string>>, around: Around): readonly string[] {
  return Object.entries(forward).map(([network, server]) => {
    const known = around.inventory.networks.get(network);
    const domain = known?.domain === undefined ? [] : [known.domain];
    return ["true", known?.cidr ?? network, resolved(server, around), ...domain].join(",");
  });
}

/** What dns.hosts can say: names with addresses. The reverse follows from it. */
export function isAddress({ name, type }: DnsRecord): boolean {
  return (type === "A" || type === "AAAA") && !name.startsWith("*");
}

function hostsOf(records: readonly DnsRecord[]): readonly string[] {
  const byAddress = Map.groupBy(records.filter(isAddress), ({ data }) => data);
  return [...byAddress].map(([address, of]) => [address, ...of.map(({ name }) => name)].join(" "));
}

/** What dns.cnameRecords can say. */
export function isAlias({ name, type }: DnsRecord): boolean {
  return type === "CNAME" && !name.startsWith("*");
}

function aliasesOf(records: readonly DnsRecord[]): readonly string[] {
  return records.filter(isAlias).map(({ name, data, ttl }) => [name, data.replace(/\.$/, ""), ...(ttl === undefined ? [] : [ttl])].join(","));
}
