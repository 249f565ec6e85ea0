// kea-dhcp4.conf: the same model gives the same text, reservations one a line in the order of their addresses.
import { parseIp } from "../../lib/ip.ts";
import type { Json, JsonObject } from "../../lib/json.ts";
import { keaExtra } from "./kea-fixed.ts";
import type { DhcpModel, DhcpReservation, DhcpSubnet } from "./model.ts";
import { dhcpOption } from "./options.ts";

/** The whole file. */
export function keaText(model: DhcpModel): string {
  const members = [...Object.entries(globals(model)), ...Object.entries(keaExtra(model))].map(([name, value]) => `  ${member(name, value)}`);
  const subnets = [...model.subnets].sort((left, right) => left.id - right.id).map((subnet) => subnetText(subnet, model));
  const all = [...members, subnets.length === 0 ? '  "subnet4": []' : `  "subnet4": [\n${subnets.join(",\n")}\n  ]`];
  return `// hlx writes this file: what is changed here is drift, and goes with the next apply.\n{ "Dhcp4": {\n${all.join(",\n")}\n} }\n`;
}

function globals({ interfaces, authoritative, ddns }: DhcpModel): JsonObject {
  return {
    "interfaces-config": { interfaces: interfaces.length === 0 ? ["*"] : [...interfaces].sort() },
    authoritative,
    "dhcp-ddns": { "enable-updates": ddns !== undefined },
  };
}

function subnetText(subnet: DhcpSubnet, model: DhcpModel): string {
  const { id, cidr, pools, options, lease, maxLease, boot, reservations } = subnet;
  const members: readonly string[] = [
    `"id": ${id}, ${member("subnet", cidr)}`,
    `"valid-lifetime": ${lease}, "max-valid-lifetime": ${maxLease}`,
    ...ddnsOf(subnet, model),
    ...(boot === undefined ? [] : [bootOf(boot)]),
    list(
      "pools",
      pools.map(({ from, to }) => ({ pool: `${from} - ${to}` })),
    ),
    list(
      "option-data",
      Object.keys(options)
        .sort()
        .map((name) => ({ name, data: dataOf(name, options[name] ?? "") })),
    ),
    list("reservations", byAddress(reservations).map(reserved)),
  ];
  return `    { ${members.join(",\n      ")} }`;
}

// Kea sends updates for every subnet unless it is told not to.
function ddnsOf({ ddns }: DhcpSubnet, model: DhcpModel): readonly string[] {
  if (model.ddns === undefined) return [];
  return [ddns === undefined ? '"ddns-send-updates": false' : `"ddns-send-updates": true, ${member("ddns-qualifying-suffix", ddns)}`];
}

function bootOf({ file, server }: NonNullable<DhcpSubnet["boot"]>): string {
  return [...(server === undefined ? [] : [member("next-server", server)]), member("boot-file-name", file)].join(", ");
}

/** In Kea a comma ends a value unless a backslash stands before it. */
function dataOf(name: string, value: string): string {
  return dhcpOption(name)?.form === "text" ? value.replaceAll(",", "\\,") : value;
}

function reserved({ name, mac, address }: DhcpReservation): JsonObject {
  return { "hw-address": mac, "ip-address": address, hostname: name };
}

/** In the order of their addresses; of equal ones in the order of their cards. */
export function byAddress(reservations: readonly DhcpReservation[]): readonly DhcpReservation[] {
  const number = ({ address }: DhcpReservation): bigint => parseIp(address)?.value ?? 0n;
  return [...reservations].sort((left, right) => Number(number(left) - number(right)) || (left.mac < right.mac ? -1 : 1));
}

function list(name: string, items: readonly JsonObject[]): string {
  return items.length === 0 ? `${member(name, [])}` : `"${name}": [\n${items.map((item) => `        ${spaced(item)}`).join(",\n")}\n      ]`;
}

function member(name: string, value: Json): string {
  return `${JSON.stringify(name)}: ${spaced(value)}`;
}

/** JSON on one line, with the spaces that people put. */
function spaced(value: Json): string {
  if (Array.isArray(value)) return value.length === 0 ? "[]" : `[${value.map(spaced).join(", ")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  return `{ ${Object.entries(value)
    .map(([name, inner]) => member(name, inner))
    .join(", ")} }`;
}
