// What the kernel lacks of what an interface's block says: told in words, since nothing but loading the file mends it.
import { ipText, parseIp } from "../../lib/ip.ts";
import type { InterfacesSeen, LinkSeen } from "../reads/interfaces.ts";
import { type Interface, type NetworkInterfaces, portsOf } from "./desired.ts";
import { spelled } from "./file.ts";

type Links = InterfacesSeen["links"];

/** In the order of the names; empty when all is as desired. Only what is brought up by itself is looked at. */
export function lacking({ interfaces }: NetworkInterfaces, links: Links): readonly string[] {
  return Object.entries(interfaces).flatMap(([name, wanted]) => {
    const link = links.get(name);
    if (wanted === null) return link === undefined ? [] : [`${name} is still there`];
    if (wanted.auto !== true) return [];
    return link === undefined ? [`there is no ${name}`] : lackingOn(name, wanted, { link, links });
  });
}

interface Around {
  readonly link: LinkSeen;
  readonly links: Links;
}

function lackingOn(name: string, { inet, inet6 }: Interface, { link, links }: Around): readonly string[] {
  const options = { ...inet6?.options, ...inet?.options };
  const addresses = [inet, inet6].flatMap((block) => block?.options["address"] ?? []);
  const gateways = [inet, inet6].flatMap((block) => block?.options["gateway"] ?? []);
  const there = link.addresses.map(oneSpelling);
  return [
    ...addresses.filter((address) => !there.includes(oneSpelling(address))).map((address) => `${name} has no address ${address}`),
    ...gateways.filter((gateway) => !link.gateways.map(oneSpelling).includes(oneSpelling(gateway))).map((gateway) => `${name} has no route to ${gateway}`),
    ...portsOf(options)
      .filter((port) => links.get(port)?.master !== name)
      .map((port) => `${port} is no port of ${name}`),
    ...settings(options, link).map(([key, value]) => `${name} has no ${key} ${value}`),
  ];
}

const sysfs: Readonly<Record<string, string>> = {
  "bond-mode": "mode",
  "bond-miimon": "miimon",
  "bond-xmit-hash-policy": "xmit_hash_policy",
  "bond-lacp-rate": "lacp_rate",
  "bond-primary": "primary",
};

function settings(options: Readonly<Record<string, string>>, { mtu, vlanFiltering, bond }: LinkSeen): readonly (readonly [string, string])[] {
  return Object.entries(options).filter(([key, value]) => {
    if (key === "mtu") return mtu !== value;
    if (key === "bridge-vlan-aware") return vlanFiltering !== (value === "yes" ? "1" : "0");
    const file = sysfs[key];
    return file !== undefined && spelled(key, bond[file] ?? "") !== value;
  });
}

function oneSpelling(text: string): string {
  const [address = "", bits] = text.split("/");
  const parsed = parseIp(address);
  const spelledOut = parsed === undefined ? address : ipText(parsed.value, parsed.version);
  return bits === undefined ? spelledOut : `${spelledOut}/${bits}`;
}
