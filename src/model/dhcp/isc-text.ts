// dhcpd.conf(5) and its interfaces: the same model gives the same text, reservations one a line in the order of their addresses.
import { ipText, subnetOf } from "../../lib/ip.ts";
import { iscFixed } from "./isc-extra.ts";
import { byAddress } from "./kea-text.ts";
import type { DhcpModel, DhcpReservation, DhcpSubnet } from "./model.ts";
import { dhcpOption, iscOption } from "./options.ts";

const banner = "# hlx writes this file: what is changed here is drift, and goes with the next apply.\n";

/** dhcpd.conf. */
export function iscConf(model: DhcpModel): string {
  const first = [model.authoritative ? "authoritative;" : "not authoritative;", ...iscFixed(model)];
  const subnets = [...model.subnets].sort((left, right) => left.id - right.id).map((subnet) => subnetText(subnet, model));
  const hosts = byAddress(model.subnets.flatMap(({ reservations }) => reservations)).map(hostText);
  return `${banner}${[...first, ...subnets, ...hosts].map((part) => `${part}\n`).join("")}`;
}

/**
 * /etc/default/isc-dhcp-server. With no interface named for either version, Debian's script starts a server for IPv6, too, and fails
 * with it: a space is no interface and yet not empty (/etc/init.d/isc-dhcp-server).
 */
export function iscDefaults({ interfaces }: DhcpModel): string {
  return `${banner}INTERFACESv4="${interfaces.length === 0 ? " " : [...interfaces].sort().join(" ")}"\nINTERFACESv6=""\n`;
}

function subnetText(subnet: DhcpSubnet, model: DhcpModel): string {
  const { cidr, pools, options, lease, maxLease, boot } = subnet;
  const block = subnetOf(cidr);
  const network = block === undefined ? cidr : `${ipText(block.first, 4)} netmask ${block.netmask}`;
  const lines: readonly string[] = [
    `default-lease-time ${lease}`,
    `max-lease-time ${maxLease}`,
    ...pools.map(({ from, to }) => `range ${from} ${to}`),
    ...Object.keys(options)
      .sort()
      .map((name) => `option ${iscOption(name)} ${spelled(name, options[name] ?? "")}`),
    ...(boot?.server === undefined ? [] : [`next-server ${boot.server}`]),
    ...(boot === undefined ? [] : [`filename ${quoted(boot.file)}`]),
    ...ddnsOf(subnet, model),
  ];
  return `subnet ${network} {\n${lines.map((line) => `  ${line};\n`).join("")}}`;
}

function ddnsOf({ ddns }: DhcpSubnet, model: DhcpModel): readonly string[] {
  if (model.ddns === undefined) return [];
  return ddns === undefined ? ["ddns-updates off"] : ["ddns-updates on", `ddns-domainname ${quoted(`${ddns}.`)}`];
}

function hostText({ name, mac, address }: DhcpReservation): string {
  return `host ${name} { hardware ethernet ${mac}; fixed-address ${address}; option host-name ${quoted(name)}; }`;
}

function spelled(name: string, value: string): string {
  const form = dhcpOption(name)?.form;
  if (form === "text") return quoted(value);
  return form === "names" ? value.split(", ").map(quoted).join(", ") : value;
}

function quoted(text: string): string {
  return `"${text.replaceAll(/["\\]/g, "\\$&")}"`;
}
