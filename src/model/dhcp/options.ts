// The DHCP options that both servers know, and how each of them spells their values.

/** What a value is made of: `text` is one string, `names` and `addresses` are lists. */
export type DhcpOptionForm = "addresses" | "names" | "text" | "number";

interface DhcpOption {
  readonly code: number;
  readonly form: DhcpOptionForm;
  /** dhcp-options(5) has another name for it. */
  readonly isc?: string;
}

/** By Kea's names (Kea ARM, "Standard DHCPv4 options"). */
export const dhcpOptions: Readonly<Record<string, DhcpOption>> = {
  routers: { code: 3, form: "addresses" },
  "time-servers": { code: 4, form: "addresses" },
  "domain-name-servers": { code: 6, form: "addresses" },
  "log-servers": { code: 7, form: "addresses" },
  "domain-name": { code: 15, form: "text" },
  "interface-mtu": { code: 26, form: "number" },
  "broadcast-address": { code: 28, form: "addresses" },
  "ntp-servers": { code: 42, form: "addresses" },
  "netbios-name-servers": { code: 44, form: "addresses" },
  "tftp-server-name": { code: 66, form: "text" },
  "boot-file-name": { code: 67, form: "text", isc: "bootfile-name" },
  "domain-search": { code: 119, form: "names" },
};

/** The option of this name; undefined for one that only the server knows. */
export function dhcpOption(name: string): DhcpOption | undefined {
  return Object.hasOwn(dhcpOptions, name) ? dhcpOptions[name] : undefined;
}

/** Kea's name of what dhcpd calls so, and the other way round. */
export function optionOfIsc(name: string): string {
  return Object.entries(dhcpOptions).find(([, { isc }]) => isc === name)?.[0] ?? name;
}

export function iscOption(name: string): string {
  return dhcpOption(name)?.isc ?? name;
}

export function optionOfCode(code: number): string {
  return Object.entries(dhcpOptions).find(([, option]) => option.code === code)?.[0] ?? `code ${code}`;
}

/** A list's one spelling: a comma and a space between its members. */
export function listed(value: string): string {
  return value
    .split(",")
    .map((member) => member.trim())
    .filter((member) => member !== "")
    .join(", ");
}
