// kea-dhcp4.conf: JSON with comments and commas to spare; subnets, pools, reservations (Kea Administrator Reference Manual, "The DHCPv4 Server").
import { subnetOf } from "../lib/ip.ts";
import { isRecord, type Json, type JsonObject } from "../lib/json.ts";
import { isQuiet } from "../model/dhcp/kea-fixed.ts";
import { keaKnown } from "../model/dhcp/kea-read.ts";
import { type Document, type Path, parseYaml } from "../model/documents/parse.ts";
import { leftInClear, secretInJson } from "./clear.ts";
import { type Gathered, type GatheredHost, type GatheredSubnet, type Note, nothing, some } from "./gathered.ts";
import { common, differing, inheritedMembers } from "./kea-common.ts";
import { wrong } from "./zone/lines.ts";

interface Node {
  readonly value: JsonObject;
  readonly path: Path;
  readonly document: Document;
}

/** Throws ProblemError where it cannot be read; what has no counterpart is noted. */
export function readKea({ file, text }: { readonly file: string; readonly text: string }): Gathered {
  const document = parseYaml(file, withoutComments(text));
  const root = isRecord(document.value) ? document.value["Dhcp4"] : undefined;
  if (!isRecord(root)) throw wrong("there is no Dhcp4 in this file", document.at([]), 'kea-dhcp4.conf begins with { "Dhcp4": …');
  const top: Node = { value: root as JsonObject, path: ["Dhcp4"], document };
  const nets = [...members(top, "subnet4"), ...members(top, "shared-networks").flatMap((network) => members(network, "subnet4"))];
  const hosts = [...members(top, "reservations"), ...nets.flatMap((net) => members(net, "reservations"))];
  const shared = common(
    top.value,
    nets.map(({ value }) => value),
  );
  const secrets = Object.entries(root as JsonObject).flatMap(([name, value]) => {
    const secret = secretInJson(value);
    return secret === undefined || keaKnown.includes(name) || ours.includes(name) ? [] : [{ name, secret }];
  });
  const open = Object.fromEntries(Object.entries(shared).filter(([name]) => !secrets.some((one) => one.name === name)));
  return {
    ...nothing,
    subnets: nets.map((net) => subnet(net, top)),
    hosts: hosts.flatMap(host),
    params: { dhcp: paramsOf({ ...top, value: open }) },
    notes: [
      ...secrets.map(({ name, secret }) => leftInClear({ part: `"${name}"`, secret, at: document.at(["Dhcp4", name], "key") })),
      ...nets.flatMap((net) => unknown(net, [...Object.keys(net.value).filter((key) => !knownSubnet.includes(key)), ...differing(net.value, shared)])),
    ],
  };
}

// JSON is YAML but for comments of two slashes and stars, and tabs; places stay.
function withoutComments(text: string): string {
  const blank = (comment: string): string => comment.replace(/[^\n]/g, " ");
  return text.replace(/"(?:[^"\\]|\\.)*"|\/\*[\s\S]*?\*\/|(?:\/\/|#).*|\t/g, (found) => (found.startsWith('"') ? found : blank(found)));
}

function members({ value, path, document }: Node, key: string): readonly Node[] {
  const list = value[key];
  if (!Array.isArray(list)) return [];
  return list.flatMap((item: Json, index) => (isRecord(item) ? [{ value: item as JsonObject, path: [...path, key, index], document }] : []));
}

function subnet(net: Node, top: Node): GatheredSubnet {
  const { value, path, document } = net;
  const [cidr, at] = [value["subnet"], document.at([...path, "subnet"])];
  if (typeof cidr !== "string" || subnetOf(cidr)?.version !== 4) throw wrong(`"${String(cidr)}" is no network`, at, '"subnet": "192.168.1.0/24"');
  const [router, domain] = [option(net, "routers") ?? option(top, "routers"), option(net, "domain-name") ?? option(top, "domain-name")];
  return {
    cidr,
    at,
    pools: members(net, "pools").map((pool) => range(pool)),
    dns: (option(net, "domain-name-servers") ?? option(top, "domain-name-servers") ?? "").split(/[\s,]+/).filter((one) => one !== ""),
    ...(typeof value["id"] === "number" && { id: value["id"] }),
    ...(router !== undefined && { gateway: router.split(/[\s,]/)[0] ?? router }),
    ...(domain !== undefined && { domain }),
  };
}

function option(node: Node, name: string): string | undefined {
  const found = members(node, "option-data").find(({ value }) => value["name"] === name)?.value["data"];
  return typeof found === "string" ? found.trim() : undefined;
}

function range({ value, path, document }: Node): readonly [string, string] {
  const pool = String(value["pool"]);
  const block = subnetOf(pool);
  const [from, to] = pool.split("-").map((end) => end.trim());
  if (block !== undefined || from === undefined || to === undefined)
    throw wrong(`"${pool}" is no range`, document.at([...path, "pool"]), 'write it as "192.168.1.100 - 192.168.1.199"');
  return [from, to];
}

function host({ value, path, document }: Node): readonly GatheredHost[] {
  const [mac, address, name] = [value["hw-address"], value["ip-address"], value["hostname"]];
  if (typeof mac !== "string") return [];
  const called = typeof name === "string" && name !== "" ? name.replace(/\.$/, "") : `host-${mac.replaceAll(":", "").toLowerCase()}`;
  return [{ name: called, mac: mac.toLowerCase(), at: document.at(path), ...(typeof address === "string" && { address }) }];
}

function paramsOf(top: Node): JsonObject {
  const [lease, longest] = [top.value["valid-lifetime"], top.value["max-valid-lifetime"]];
  const options = Object.fromEntries(
    members(top, "option-data").flatMap(({ value: { name, data } }) => (derived.includes(String(name)) ? [] : [[String(name), data ?? ""]])),
  );
  const zone = zoneOf(top.value);
  const sends = zone !== undefined;
  const extra = Object.fromEntries(
    Object.entries(top.value).filter(
      ([name, value]) => !keaKnown.includes(name) && !ours.includes(name) && !isQuiet(name, value, []) && !(sends && name === "ddns-override-client-update"),
    ),
  );
  return some({
    server: "kea",
    // Kea's own default.
    lease: typeof lease === "number" ? lease : 7200,
    maxLease: typeof longest === "number" ? longest : undefined,
    authoritative: top.value["authoritative"] === true ? undefined : false,
    interfaces: interfacesOf(top.value),
    boot: bootOf(top.value),
    options: Object.keys(options).length === 0 ? undefined : (options as JsonObject),
    ddns: zone === undefined ? undefined : { zone },
    extra: Object.keys(extra).length === 0 ? undefined : extra,
  });
}

function interfacesOf({ "interfaces-config": config }: JsonObject): readonly string[] {
  const interfaces = isRecord(config) ? config["interfaces"] : undefined;
  return Array.isArray(interfaces) ? interfaces.map((one) => String(one).split("/")[0] ?? "").filter((one) => one !== "*") : [];
}

function bootOf({ "boot-file-name": file, "next-server": server }: JsonObject): JsonObject | undefined {
  return typeof file === "string" ? some({ file, server: typeof server === "string" ? server : undefined }) : undefined;
}

// These follow from the inventory.
const derived = ["routers", "domain-name-servers", "domain-name", "domain-search"];
// Read above, in whatever way they are written.
const ours = ["shared-networks", "reservations"];
const knownSubnet = ["id", "subnet", "pools", "option-data", "reservations", ...inheritedMembers];

// Where every subnet sends names to one zone; with which key is in kea-dhcp-ddns.conf.
function zoneOf({ "dhcp-ddns": ddns, "ddns-send-updates": sends = true, "ddns-qualifying-suffix": suffix }: JsonObject): string | undefined {
  if (!isRecord(ddns) || ddns["enable-updates"] !== true || sends !== true || typeof suffix !== "string" || suffix === "") return undefined;
  return suffix.replace(/\.$/, "");
}

function unknown({ path, document }: Node, keys: readonly string[]): readonly Note[] {
  return keys.map((key) => ({ message: `"${key}" is not taken over`, at: document.at([...path, key], "key") }));
}
