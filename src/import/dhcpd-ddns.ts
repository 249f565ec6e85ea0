// How dhcpd tells a name server of its leases (dhcpd.conf(5), "Dynamic DNS updates"), as the role's ddns.
import type { JsonObject } from "../lib/json.ts";
import { type Statement, wordAfter } from "./blocks.ts";
import { type Note, some } from "./gathered.ts";

/** Statements that this reads; hlx writes the others by itself, or the name server's zones say them. */
export const ddnsWords = ["zone", "key", "ddns-update-style", "ddns-updates", "ddns-domainname", "ddns-rev-domainname", "do-reverse-updates"];

/** `zone` is that of every network; undefined where nothing is updated. */
export function ddnsParams(statements: readonly Statement[], notes: Note[]): JsonObject | undefined {
  if (wordAfter(statements, "ddns-update-style")?.text === "none" || wordAfter(statements, "ddns-updates")?.text === "off") return undefined;
  const zones = statements.filter(({ words: [word] }) => word?.text === "zone");
  const isReverse = (zone: Statement): boolean => nameOf(zone).endsWith(".arpa");
  const [forward, ...more] = zones.filter((zone) => !isReverse(zone));
  if (forward === undefined) {
    notes.push(...statements.map(({ words: [word], at }) => ({ message: `${word?.text}: no zone here gets names of leases: write ddns: bind`, at })));
    return undefined;
  }
  notes.push(
    ...more.map((zone) => ({ message: `zone ${nameOf(zone)}: names of leases go to ${nameOf(forward)} alone: ddns.zones says otherwise`, at: zone.at })),
  );
  const key = wordAfter(forward.block ?? [], "key")?.text;
  if (key !== undefined) notes.push({ message: `key ${key}: its secret is not written down (hlx secrets set tsig.${key})`, at: forward.at });
  return some({ zone: nameOf(forward), server: serverOf(forward), key, reverse: zones.some(isReverse) ? true : undefined });
}

function serverOf({ block = [] }: Statement): string | undefined {
  const server = wordAfter(block, "primary")?.text;
  return server === "127.0.0.1" || server === "localhost" ? undefined : server;
}

function nameOf({ words: [, name] }: Statement): string {
  return (name?.text ?? "").toLowerCase().replace(/\.$/, "");
}
