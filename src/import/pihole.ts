// Pi-hole: pihole.toml of version 6, and the lists of version 5 (custom.list, setupVars.conf, dnsmasq's files for aliases and reservations).
import { parseIp, subnetOf } from "../lib/ip.ts";
import type { Json, JsonObject } from "../lib/json.ts";
import { type Gathered, type GatheredHost, type GatheredName, type Note, nothing, some } from "./gathered.ts";
import { parseToml } from "./toml.ts";
import { wrong } from "./zone/lines.ts";

interface Source {
  readonly file: string;
  readonly text: string;
}

/** By the file's name. Throws ProblemError for a file that is none of Pi-hole's, and where one cannot be read. */
export function readPihole(source: Source): Gathered {
  const [, reader] = readers.find(([name]) => name.test(source.file)) ?? [];
  const hint = "pihole.toml, custom.list, setupVars.conf, 05-pihole-custom-cname.conf or 04-pihole-static-dhcp.conf; unpack a Teleporter archive first";
  if (reader === undefined) throw wrong("this is no file of Pi-hole's that is imported", { file: source.file, line: 1, column: 1 }, hint);
  return reader(source);
}

const readers: readonly (readonly [name: RegExp, read: (source: Source) => Gathered])[] = [
  [/pihole\.toml$/, readToml],
  [/custom\.list$/, readList],
  [
    /setupVars\.conf(\.j2)?$/,
    ({ text }) => ({ ...nothing, params: { pihole: some({ upstreams: rows(text).flatMap(({ row }) => /^PIHOLE_DNS_\d+=(.+)$/.exec(row)?.[1] ?? []) }) } }),
  ],
  [
    /custom-cname\.conf$/,
    ({ file, text }) => ({ ...nothing, aliases: rows(text).flatMap(({ row, line }) => aliasesIn(row.replace(/^cname=/, ""), { file, line, column: 1 })) }),
  ],
  [
    /static-dhcp\.conf$/,
    ({ file, text }) => ({
      ...nothing,
      hosts: rows(text).flatMap(({ row, line }) => reservationIn(row.replace(/^dhcp-host=/, ""), { file, line, column: 1 })),
    }),
  ],
];

interface Row {
  readonly row: string;
  readonly line: number;
}

function rows(text: string): readonly Row[] {
  return text.split(/\r?\n/).flatMap((row, index) => (/^\s*(#|$)/.test(row) ? [] : [{ row: row.trim(), line: index + 1 }]));
}

// Nothing says in which domain its names are: what comes after the first dot.
function readList({ file, text }: Source): Gathered {
  const names = rows(text).flatMap((row) => namesIn(row, file));
  const placed = names.map((one) => ({ ...one, ...(one.name.includes(".") && { zone: one.name.slice(one.name.indexOf(".") + 1).toLowerCase() }) }));
  return { ...nothing, names: placed, params: { pihole: { local: ["*"] } }, notes: names.flatMap(short) };
}

// An address and its names, as in /etc/hosts.
function namesIn({ row, line }: Row, file: string): readonly GatheredName[] {
  const [address = "", ...names] = row.replace(/#.*/, "").trim().split(/\s+/);
  const at = { file, line, column: 1, text: row };
  if (parseIp(address) === undefined || names.length === 0) throw wrong(`"${row}" is no address with a name`, at, "192.168.1.2 dns01.home");
  return names.map((name) => ({ name, address, at }));
}

type At = Pick<GatheredName["at"], "file" | "line" | "column">;

// Aliases, then the target, then perhaps a time to live.
function aliasesIn(row: string, at: At): Gathered["aliases"] {
  const words = row.split(",").map((word) => word.trim());
  const [time] = /^\d+$/.exec(words.at(-1) ?? "") ?? [];
  const names = time === undefined ? words : words.slice(0, -1);
  const target = names.at(-1) ?? "";
  return names.slice(0, -1).map((name) => ({ name: name.toLowerCase(), target, at, ...(time !== undefined && { ttl: Number(time) }) }));
}

// MAC, address and name in any order, as dnsmasq takes them.
function reservationIn(row: string, at: At): readonly GatheredHost[] {
  const words = row.split(",").map((word) => word.trim());
  const mac = words.find((word) => /^([0-9a-f]{2}:){5}[0-9a-f]{2}$/i.test(word));
  const address = words.find((word) => parseIp(word)?.version === 4);
  const name = words.find((word) => word !== mac && word !== address && /^[a-z][a-z0-9._-]*$/i.test(word));
  return mac === undefined || address === undefined
    ? []
    : [{ name: name ?? `host-${mac.replaceAll(":", "").toLowerCase()}`, mac: mac.toLowerCase(), address, at }];
}

function readToml({ file, text }: Source): Gathered {
  const values = parseToml(file, text);
  const domain = values.get("dns.domain.name")?.value;
  const zone = typeof domain === "string" && domain !== "" ? domain.toLowerCase() : undefined;
  const names = listIn(values, "dns.hosts").flatMap(({ item, line }) => namesIn({ row: item, line }, file));
  const forwards = listIn(values, "dns.revServers").map(({ item, line }) => ({ words: item.split(","), line }));
  const at = (line: number): At => ({ file, line, column: 1 });
  return {
    ...nothing,
    names: names.map((one) => ({ ...one, ...(zone !== undefined && { zone }) })),
    aliases: listIn(values, "dns.cnameRecords").flatMap(({ item, line }) => aliasesIn(item, at(line))),
    hosts: listIn(values, "dhcp.hosts").flatMap(({ item, line }) => reservationIn(item, at(line))),
    subnets: forwards.flatMap(({ words: [, cidr = "", , served], line }) =>
      subnetOf(cidr) === undefined ? [] : [{ cidr, dns: [], pools: [], at: at(line), ...(served !== undefined && { domain: served }) }],
    ),
    params: { pihole: paramsOf(values, { forwards: forwards.map(({ words }) => words), local: names.length > 0 }) },
    notes: [...(values.get("dhcp.active")?.value === true ? [serves(at(values.get("dhcp.active")?.line ?? 1))] : []), ...names.flatMap(short)],
  };
}

function serves(at: At): Note {
  return { message: "that it serves DHCP is not taken over: the role dhcp does", at };
}

function short({ name, at }: GatheredName): readonly Note[] {
  return name.includes(".") ? [] : [{ message: `the name ${name} without its domain is not taken over: the role writes whole names`, at }];
}

type Values = ReturnType<typeof parseToml>;

function listIn(values: Values, key: string): readonly { readonly item: string; readonly line: number }[] {
  const { value, line } = values.get(key) ?? { value: [], line: 0 };
  return Array.isArray(value) ? value.map((item) => ({ item: String(item), line })) : [];
}

interface Found {
  /** `true,CIDR,SERVER,DOMAIN`. */
  readonly forwards: readonly (readonly string[])[];
  readonly local: boolean;
}

// Networks are by their CIDR here: whoever knows their names writes those.
function paramsOf(values: Values, { forwards, local }: Found): JsonObject {
  const active = forwards.filter(([on]) => on === "true").map(([, cidr = "", server = ""]) => [cidr, server] as const);
  const settings = [...values].flatMap(([key, { value, changed }]): [string, Json][] => (changed && !kept.test(key) ? [[key, value as Json]] : []));
  return some({
    upstreams: listIn(values, "dns.upstreams").map(({ item }) => item),
    forward: active.length === 0 ? undefined : Object.fromEntries(active),
    local: local ? ["*"] : undefined,
    settings: settings.length === 0 ? undefined : Object.fromEntries(settings),
  });
}

// What has params of its own, what the inventory says, and what is secret.
const kept = /^dns\.(hosts|cnameRecords|upstreams|revServers)$|^dhcp\.|pwhash|password|secret|_pw$/;
