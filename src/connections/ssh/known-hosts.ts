// known_hosts, the text: what its lines say about a host, and what to think of a key (sshd(8), "SSH_KNOWN_HOSTS FILE FORMAT").
import { createHmac } from "node:crypto";
import { keyType } from "./host-key.ts";

/** One line that is understood. `key` is the blob in canonical base64, `file` and `line` (from 1) are for messages. */
export interface KnownLine {
  readonly marker: "host" | "revoked" | "authority";
  readonly hosts: string;
  readonly type: string;
  readonly key: string;
  readonly file: string;
  readonly line: number;
}

/** Who a key is judged for. `host` is what was connected to (or its alias); `address` is one more name that may vouch for a key, but never condemns it. */
export interface Who {
  readonly host: string;
  readonly port: number;
  readonly address?: string;
}

export type Verdict =
  | { readonly verdict: "known"; readonly by: KnownLine }
  | { readonly verdict: "revoked"; readonly by: KnownLine }
  /** Another key is recorded, of this type or of any other. */
  | { readonly verdict: "changed"; readonly recorded: readonly KnownLine[] }
  /** Only an authority is recorded, and ssh2 cannot check certificates. */
  | { readonly verdict: "authority-only"; readonly by: KnownLine }
  | { readonly verdict: "unknown" };

/** The lines that are understood, and one note for each that is not. */
export function parseKnownHosts(text: string, file: string): { readonly entries: readonly KnownLine[]; readonly notes: readonly string[] } {
  const entries: KnownLine[] = [];
  const notes: string[] = [];
  for (const [index, raw] of text.split(/\r?\n/).entries()) {
    const line = raw.trim();
    if (line === "" || line.startsWith("#")) continue;
    const entry = parseLine(line, { file, line: index + 1 });
    if (entry === undefined) notes.push(`${file}:${index + 1}: ignored, not a known_hosts line`);
    else entries.push(entry);
  }
  return { entries, notes };
}

/** What the lines say of this key for this host. A revoked key is refused whatever else is written. */
export function judge(entries: readonly KnownLine[], who: Who, key: Uint8Array): Verdict {
  const blob = Buffer.from(key).toString("base64");
  const mine = entriesFor(entries, who.host, who.port);
  const vouching = who.address === undefined ? [] : entriesFor(entries, who.address, who.port);
  const revoked = [...mine, ...vouching].find((entry) => entry.marker === "revoked" && entry.key === blob);
  if (revoked !== undefined) return { verdict: "revoked", by: revoked };
  const recorded = mine.filter((entry) => entry.marker === "host");
  const known = recorded.find((entry) => entry.key === blob);
  if (known !== undefined) return { verdict: "known", by: known };
  if (recorded.length > 0) return { verdict: "changed", recorded };
  const vouched = vouching.find((entry) => entry.marker === "host" && entry.key === blob);
  if (vouched !== undefined) return { verdict: "known", by: vouched };
  const authority = mine.find((entry) => entry.marker === "authority");
  return authority === undefined ? { verdict: "unknown" } : { verdict: "authority-only", by: authority };
}

/** The types of the keys recorded for the host, each once, in order of appearance. */
export function knownTypes(entries: readonly KnownLine[], who: Who): readonly string[] {
  const names = who.address === undefined ? [who.host] : [who.host, who.address];
  const recorded = names.flatMap((name) => entriesFor(entries, name, who.port)).filter((entry) => entry.marker === "host");
  return [...new Set(recorded.map((entry) => entry.type))];
}

/** The lines whose host field matches. */
export function entriesFor(entries: readonly KnownLine[], host: string, port: number): readonly KnownLine[] {
  const name = recordedName(host, port);
  return entries.filter((entry) => matchesHosts(entry.hosts, name));
}

/** How a host is written down: its name in small letters, `[name]:port` for a port other than 22. */
export function recordedName(host: string, port: number): string {
  return port === 22 ? host.toLowerCase() : `[${host.toLowerCase()}]:${port}`;
}

/** One line to append for this key. */
export function knownHostsLine(who: Pick<Who, "host" | "port">, key: Uint8Array): string {
  return `${recordedName(who.host, who.port)} ${keyType(key) ?? "unknown"} ${Buffer.from(key).toString("base64")}`;
}

/** True when a host field (comma list, wildcards, negations, or one hash) matches the recorded name. A negation that matches wins. */
export function matchesHosts(hosts: string, name: string): boolean {
  if (hosts.startsWith("|")) return matchesHash(hosts, name);
  const patterns = hosts.split(",").map((pattern) => pattern.toLowerCase());
  if (patterns.some((pattern) => pattern.startsWith("!") && glob(pattern.slice(1), name))) return false;
  return patterns.some((pattern) => !pattern.startsWith("!") && glob(pattern, name));
}

/** True when the pattern, in which `*` is any text and `?` any one character, matches the whole name. */
export function glob(pattern: string, name: string): boolean {
  // matched[n]: the pattern so far matches the first n characters. Not a regular expression: many stars would take it for ever.
  let matched: readonly boolean[] = Array.from({ length: name.length + 1 }, (_, length) => length === 0);
  for (const token of pattern.split("")) {
    const before = matched;
    let any = false;
    matched = before.map((reached, length) => {
      any ||= reached;
      return token === "*" ? any : length > 0 && before[length - 1] === true && (token === "?" || token === name[length - 1]);
    });
  }
  return matched[name.length] === true;
}

function matchesHash(hosts: string, name: string): boolean {
  const [, version, salt = "", hash = ""] = hosts.split("|");
  if (version !== "1") return false;
  return createHmac("sha1", Buffer.from(salt, "base64")).update(name).digest("base64") === hash;
}

const markers: Readonly<Record<string, KnownLine["marker"]>> = { "@revoked": "revoked", "@cert-authority": "authority" };

function parseLine(line: string, at: { readonly file: string; readonly line: number }): KnownLine | undefined {
  const words = line.split(/[ \t]+/);
  const marked = line.startsWith("@");
  const marker = marked ? markers[words[0] ?? ""] : "host";
  const [hosts, type, encoded] = words.slice(marked ? 1 : 0);
  if (marker === undefined || hosts === undefined || type === undefined || encoded === undefined) return undefined;
  const blob = Buffer.from(encoded, "base64");
  return keyType(blob) === type ? { marker, hosts, type, key: blob.toString("base64"), ...at } : undefined;
}
