// Addresses to connect to: what looks like one, and cannot be.
import { parseIp } from "../lib/ip.ts";

/** Why nothing can be reached under this text; undefined for an address or a host name. */
export function unreachable(text: string): { readonly wrong: string; readonly hint: string } | undefined {
  if (parseIp(text) !== undefined) return undefined;
  if (/^\d+(\.\d+)+$/.test(text)) return { wrong: `"${text}" is no IPv4 address`, hint: "four numbers of 0 to 255" };
  const port = /^[^:]+:(\d+)$/.exec(text)?.[1];
  if (port !== undefined) return { wrong: `"${text}" has a port in it`, hint: `write it beside the address: port: ${port}` };
  return text.includes(":")
    ? { wrong: `"${text}" is no IPv6 address`, hint: "groups of up to four hexadecimal digits with colons between: fd00::1" }
    : undefined;
}
