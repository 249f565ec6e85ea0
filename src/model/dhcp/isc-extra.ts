// The statements of dhcpd.conf(5) that hlx gives for all networks, and those that it was asked for in dhcpd's own words.
import { type IscStatement, iscText } from "./isc-syntax.ts";
import type { DhcpModel } from "./model.ts";

/** Whole statements, one a line. */
export function iscFixed({ ddns, extra }: DhcpModel): readonly string[] {
  const asked = typeof extra === "string" && extra.trim() !== "" ? [extra.trim()] : [];
  if (ddns === undefined) return ["ddns-update-style none;", ...asked];
  const { server, key, zones } = ddns;
  // Reverse names are sent wherever nobody says no, and refused where no zone has a key.
  const reverse = zones.some((zone) => zone.endsWith(".arpa")) ? [] : ["do-reverse-updates off;"];
  const named = zones.map((zone) => `zone ${zone}. { primary ${server}; key ${key.name}; }`);
  return ["ddns-update-style standard;", "ignore client-updates;", ...reverse, `include "${key.file}";`, ...named, ...asked];
}

/** A statement that hlx has no word for: named by its first word. */
export function extraSaid(statement: IscStatement): readonly [string, string] {
  return [`extra:${statement.words[0] ?? "{"}`, iscText(statement)];
}

/** No updates is what dhcpd does by itself. */
export function isSilent(statement: IscStatement): boolean {
  return iscText(statement) === "ddns-update-style none";
}
