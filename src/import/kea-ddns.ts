// kea-dhcp-ddns.conf: which zones get names of leases, at which server, with which key (Kea Administrator Reference Manual, "The DHCP-DDNS Server").
import { isRecord, type Json, type JsonObject } from "../lib/json.ts";
import { parseLooseJson } from "../lib/loose-json.ts";
import { type Gathered, nothing, some } from "./gathered.ts";
import { wrong } from "./zone/lines.ts";

/** Params of the role's ddns; the key's secret is not taken over. Throws ProblemError where it cannot be read. */
export function readKeaDdns({ file, text }: { readonly file: string; readonly text: string }): Gathered {
  const at = { file, line: 1, column: 1 };
  const root = parsed(text);
  if (!isRecord(root)) throw wrong("there is no DhcpDdns in this file", at, 'kea-dhcp-ddns.conf begins with { "DhcpDdns": …');
  const [forward] = domainsIn(root as JsonObject, "forward-ddns");
  if (forward === undefined) return { ...nothing, notes: [{ message: "no zone here gets names of leases", at }] };
  const [server] = listIn(forward, "dns-servers").flatMap((one) => one["ip-address"] ?? []);
  const key = forward["key-name"];
  const ddns = some({
    zone: String(forward["name"] ?? "").replace(/\.$/, ""),
    server: server === "127.0.0.1" ? undefined : server,
    key,
    reverse: domainsIn(root as JsonObject, "reverse-ddns").length > 0 ? true : undefined,
  });
  const notes = key === undefined ? [] : [{ message: `key ${String(key)}: its secret is not written down (hlx secrets set tsig.${String(key)})`, at }];
  return { ...nothing, params: { dhcp: { ddns } }, notes };
}

function parsed(text: string): unknown {
  try {
    const value = parseLooseJson(text);
    return isRecord(value) ? value["DhcpDdns"] : undefined;
  } catch {
    return undefined;
  }
}

function domainsIn(root: JsonObject, which: string): readonly JsonObject[] {
  const part = root[which];
  return isRecord(part) ? listIn(part as JsonObject, "ddns-domains") : [];
}

function listIn(node: JsonObject, name: string): readonly JsonObject[] {
  const list: Json | undefined = node[name];
  return Array.isArray(list) ? list.filter((one): one is JsonObject => isRecord(one)) : [];
}
