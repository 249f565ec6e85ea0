// Host keys that somebody who is trusted vouches for: written down before the first connection.
import type { ConnectOptions } from "../../model/ports/connection.ts";
import { entriesFor, knownHostsLine, knownTypes } from "./known-hosts.ts";
import { readKnownHosts, remember, replace } from "./known-hosts-file.ts";
import { identityOf, type SshTarget } from "./target.ts";

/** Is any key written down for this host, by its address or its name? */
export async function isKnown(target: SshTarget): Promise<boolean> {
  const { entries } = await readKnownHosts(target.knownHosts);
  return knownTypes(entries, identityOf(target)).length > 0;
}

/** Writes the keys (`ssh-ed25519 AAAA…`) into the first file of known hosts. False when all of them were there, or there is no file. */
export async function learnKeys(
  target: SshTarget,
  keys: readonly string[],
  { replacing }: Pick<ConnectOptions & { readonly replacing: boolean }, "replacing">,
): Promise<boolean> {
  const [file] = target.knownHosts;
  if (file === undefined) return false;
  const who = identityOf(target);
  const lines = keys.map((key) => knownHostsLine(who, Buffer.from(key.split(" ")[1] ?? "", "base64")));
  const { entries } = await readKnownHosts(target.knownHosts);
  const recorded = new Set(entriesFor(entries, who.host, who.port).map(({ type, key }) => `${type} ${key}`));
  const same = keys.every((key) => recorded.has(key)) && (!replacing || recorded.size === keys.length);
  if (same) return false;
  if (replacing) await replace(who, lines, file);
  else await remember(lines, file);
  return true;
}
