// TSIG keys that named.conf's zones ask for: their names and algorithms. A secret is never written down.
import type { Json, JsonObject } from "../lib/json.ts";
import { type Statement, wordAfter } from "./blocks.ts";
import { type Note, some } from "./gathered.ts";
import type { NamedZone } from "./named-zones.ts";

interface From {
  readonly statements: readonly Statement[];
  readonly zones: readonly NamedZone[];
  readonly notes: Note[];
}

/** Those in use; what is to be done about each is noted. */
export function keysOf({ statements, zones, notes }: From): JsonObject | undefined {
  const used = new Map(zones.flatMap(({ told, word }) => keysIn(told).map((name) => [name, word.at] as const)));
  const entries = [...used].map(([name, at]): [string, Json] => {
    const made = statements.find(({ words: [word, called] }) => word?.text === "key" && called?.text === name);
    const algorithm = wordAfter(made?.block ?? [], "algorithm")?.text.toLowerCase() ?? "hmac-sha256";
    const known = algorithms.includes(algorithm);
    const change = known ? "" : `, and ${algorithm} is used no more: it is hmac-sha256 now, on the other side, too`;
    notes.push({ message: `key ${name}: its secret is not written down (hlx secrets set tsig.${name})${change}`, at: made?.at ?? at });
    return [name, some({ algorithm: known && algorithm !== "hmac-sha256" ? algorithm : undefined })];
  });
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}

const algorithms = ["hmac-sha256", "hmac-sha384", "hmac-sha512"];

function keysIn({ key, updateKeys = [], transferTo = [] }: JsonObject): readonly string[] {
  const transfers = (transferTo as readonly string[]).flatMap((one) => (one.startsWith("key ") ? [one.slice(4)] : []));
  return [...(typeof key === "string" ? [key] : []), ...(updateKeys as readonly string[]), ...transfers];
}
