// Names of leases in DNS: which zones, which name server, and the key that may update them.
import {
  type Claim,
  type DhcpModel,
  type Facts,
  file,
  type InventoryView,
  type Network,
  type Resource,
  reverseZones,
  type SecretRef,
  service,
  type Text,
} from "hlx";
import { addressOf, networkOf } from "./inventory.ts";
import type { DhcpParams } from "./params.ts";

export interface Ddns {
  readonly model: NonNullable<DhcpModel["ddns"]>;
  /** The zones of networks, by their names, where they are not dhcp.DOMAIN. */
  readonly zones: Readonly<Record<string, string>>;
  readonly secret: SecretRef;
}

const keyFile = "/etc/dhcp/hlx-ddns.key";

/** What the params ask for, or undefined when they do not. Throws for a network that has no domain. */
export function ddnsOf({ ddns, networks }: DhcpParams, inventory: InventoryView): Ddns | undefined {
  if (ddns === undefined) return undefined;
  const { server, zones = {}, reverse = false, key = "hlx-dhcp", secret = { secret: `tsig.${key}` } } = ddns === "bind" ? {} : ddns;
  const served = networks.map((name) => networkOf(name, inventory));
  const forward = served.map((network) => zoneOf(network, { zones }));
  const back = reverse ? served.flatMap(({ cidr }) => reverseZones(cidr)) : [];
  const address = server === undefined ? "127.0.0.1" : addressOf(server, { inventory, near: networks[0] ?? "" });
  return { model: { server: address, key: { name: key, file: keyFile }, zones: [...new Set([...forward, ...back])] }, zones, secret };
}

/** The zone that gets the names of a network's leases. */
export function zoneOf({ name, domain }: Network, { zones }: Pick<Ddns, "zones">): string {
  const zone = zones[name] ?? (domain === undefined ? undefined : `dhcp.${domain}`);
  if (zone === undefined) throw new Error(`names of leases need a zone: network "${name}" has no domain, and ddns.zones has none for it`);
  return zone;
}

/** What the name server on the same host must have, for its updates to be taken. */
export function zonesNeeded({ model: { server, key, zones } }: Ddns): readonly Claim[] {
  if (server !== "127.0.0.1") return [];
  return zones.map((zone) => ({ claim: "needs", what: `the zone ${zone}, open to updates with the key ${key.name}`, by: "dhcp", path: ["ddns"] }));
}

/** Kea sends updates through a server of its own, which has the key. */
export function keaDdns(ddns: Ddns): readonly Resource[] {
  const conf = file({
    path: "/etc/kea/kea-dhcp-ddns.conf",
    content: d2Text(ddns),
    ...{ mode: "0640", owner: "root", group: "_kea" },
    // Locks that root leaves behind would be in the way of the server's own user.
    validate: ["env", "KEA_LOCKFILE_DIR=none", "/usr/sbin/kea-dhcp-ddns", "-t", "%s"],
  });
  return [conf, service({ unit: "kea-dhcp-ddns-server", restartOn: [conf] })];
}

/** dhcpd sends updates itself, and includes the key. */
export function iscKey({ model, secret }: Ddns, { os }: Facts): Resource {
  const content: Text = [`key ${model.key.name} {\n  algorithm hmac-sha256;\n  secret "`, secret, '";\n};\n'];
  // Ubuntu's dhcpd gives up root before it reads.
  return file({ path: model.key.file, content, mode: "0640", group: os.id === "ubuntu" ? "dhcpd" : "root" });
}

function d2Text({ model: { server, key, zones }, secret }: Ddns): Text {
  const domains = (wanted: readonly string[]): string =>
    JSON.stringify({ "ddns-domains": wanted.map((zone) => ({ name: `${zone}.`, "key-name": key.name, "dns-servers": [{ "ip-address": server }] })) });
  const isReverse = (zone: string): boolean => zone.endsWith(".arpa");
  const loggers = JSON.stringify([{ name: "kea-dhcp-ddns", output_options: [{ output: "stdout", pattern: "%-5p %m\n" }], severity: "INFO" }]);
  return [
    `// hlx writes this file: what is changed here is drift, and goes with the next apply.
{ "DhcpDdns": {
  "ip-address": "127.0.0.1", "port": 53001,
  "control-socket": { "socket-type": "unix", "socket-name": "/run/kea/kea-ddns-ctrl-socket" },
  "tsig-keys": [{ "name": ${JSON.stringify(key.name)}, "algorithm": "HMAC-SHA256", "secret": "`,
    secret,
    `" }],
  "forward-ddns": ${domains(zones.filter((zone) => !isReverse(zone)))},
  "reverse-ddns": ${domains(zones.filter(isReverse))},
  "loggers": ${loggers}
} }
`,
  ];
}
