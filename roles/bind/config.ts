// named.conf, as text.
import { localKeyFile, type TextInput, zoneFile } from "hlx";
import { addressOf, matched, type Place } from "./names.ts";
import type { BindParams, ZoneParams } from "./params.ts";
import { inventoryNetworks, isPrimary, type Zone } from "./zones.ts";

interface Forwarding {
  readonly forwarders?: readonly string[];
  readonly forward?: "first" | "only";
}

/** One view, or all there is: then it has no name. */
export interface Section extends Forwarding {
  readonly view?: string;
  readonly clients: readonly string[];
  readonly recursion?: boolean;
  readonly zones: readonly Zone[];
}

/** The file with the TSIG keys of the params. */
export const keysFile = "/etc/bind/hlx/keys.conf";

const banner = "// Kept by hlx: what is changed here by hand is overwritten. Zones, keys and options are params of the role bind.";

/** The name of the key that hlx itself uses. */
export function localKey(view?: string): string {
  return view === undefined ? "hlx-local" : `hlx-local-${view}`;
}

/** The whole configuration in one file: named-checkconf can look at it before it is in place. */
export function namedConf(params: BindParams, sections: readonly Section[], place: Place): string {
  const includes = [...sections.map(({ view }) => localKeyFile(view)), ...(Object.keys(params.keys).length === 0 ? [] : [keysFile])];
  const parts = [
    [banner],
    includes.map((path) => `include "${path}";`),
    Object.entries(params.acls).map(([name, elements]) => `acl "${name}" ${list(elements.map((element) => matched(element, place)))};`),
    block("options", optionLines(params, sections, place)),
    ...sections.map((section) => sectionLines(section, sections, { params, place })),
    params.extra.trimEnd().split("\n"),
  ];
  return `${parts
    .map((lines) => lines.filter((line) => line !== "").join("\n"))
    .filter((part) => part !== "")
    .join("\n\n")}\n`;
}

/** The TSIG keys: secrets are only here. */
export function keysConf(keys: BindParams["keys"]): TextInput {
  const pieces = Object.entries(keys).flatMap(([name, { algorithm, secret }]) => [
    `key "${name}" {\n\talgorithm ${algorithm};\n\tsecret "`,
    secret ?? { secret: `tsig.${name}` },
    '";\n};\n',
  ]);
  return ["// Kept by hlx.\n", ...pieces] as TextInput;
}

function optionLines(params: BindParams, sections: readonly Section[], place: Place): readonly string[] {
  const { recursion, recursionFor, queriesFrom, dnssecValidation, listen, catalogs, options } = params;
  const clients = recursionFor?.map((element) => matched(element, place)) ?? ["localhost", "localnets", ...inventoryNetworks(place)];
  const elsewhere = sections.flatMap(({ zones }) =>
    zones.filter(({ params: { type } }) => type === "forward" || type === "stub").map(({ zone }) => `"${zone}"`),
  );
  return [
    'directory "/var/cache/bind";',
    ...listenLines(listen, place),
    `allow-query ${list(queriesFrom.map((element) => matched(element, place)))};`,
    `recursion ${recursion ? "yes" : "no"};`,
    ...(recursion ? [`allow-recursion ${list(clients)};`] : []),
    ...forwardLines(params, place),
    `dnssec-validation ${dnssecValidation};`,
    // What is asked elsewhere is seldom signed, though the world's root says that it should be.
    ...(dnssecValidation === "no" || elsewhere.length === 0 ? [] : [`validate-except ${list(elsewhere)};`]),
    "allow-transfer { none; };",
    ...catalogLines(catalogs, place),
    ...options,
  ];
}

function listenLines(listen: BindParams["listen"], place: Place): readonly string[] {
  if (listen === undefined) return ["listen-on { any; };", "listen-on-v6 { any; };"];
  const addresses = listen.map((name) => addressOf(name, place));
  const [four, six] = [addresses.filter((address) => !address.includes(":")), addresses.filter((address) => address.includes(":"))];
  return [`listen-on ${list([...new Set(["127.0.0.1", ...four])])};`, `listen-on-v6 ${list(six.length === 0 ? ["none"] : [...new Set(["::1", ...six])])};`];
}

function forwardLines({ forwarders, forward }: Forwarding, place: Place): readonly string[] {
  if (forwarders === undefined || forwarders.length === 0) return [];
  const addresses = forwarders.map((written) => {
    const [name = "", port] = written.split("#");
    return port === undefined ? addressOf(name, place) : `${addressOf(name, place)} port ${port}`;
  });
  return [`forwarders ${list(addresses)};`, `forward ${forward ?? "first"};`];
}

// `in-memory no` and `zone-directory` are one element: there is no semicolon between them.
function catalogLines(catalogs: BindParams["catalogs"], place: Place): readonly string[] {
  const names = Object.entries(catalogs);
  if (names.length === 0) return [];
  const each = names.map(
    ([zone, { primaries, key }]) =>
      `\tzone "${zone}" default-primaries ${list(primaries.map((name) => keyed(name, key, place)))} zone-directory "/var/cache/bind";`,
  );
  return ["catalog-zones {", ...each, "};"];
}

function sectionLines(section: Section, all: readonly Section[], { params, place }: { readonly params: BindParams; readonly place: Place }): readonly string[] {
  const [first] = all;
  const catalogs = section === first ? Object.entries(params.catalogs).map(([name, one]) => catalogZone(name, one, place)) : [];
  const zones = [...section.zones.map((zone) => zoneLines(zone, place)), ...catalogs].flat();
  const content = [...zones, 'include "/etc/bind/named.conf.default-zones";'];
  return section.view === undefined ? content : block(`view "${section.view}"`, [...viewLines(section, all, place), ...content]);
}

// hlx's own questions come over the loopback: the key alone says which view is meant.
function viewLines({ view, clients, recursion = true, ...forwarding }: Section, all: readonly Section[], place: Place): readonly string[] {
  const others = all.filter((other) => other.view !== view).map((other) => `!key ${localKey(other.view)}`);
  const elements = [...others, `key ${localKey(view)}`, ...clients.map((element) => matched(element, place))];
  return [`match-clients ${list(elements)};`, `recursion ${recursion ? "yes" : "no"};`, ...forwardLines(forwarding, place)];
}

function catalogZone(name: string, { primaries, key }: BindParams["catalogs"][string], place: Place): readonly string[] {
  return block(`zone "${name}"`, ["type secondary;", `primaries ${list(primaries.map((one) => keyed(one, key, place)))};`, `file "${secondaryFile(name)}";`]);
}

function zoneLines(zone: Zone, place: Place): readonly string[] {
  const { type } = zone.params;
  const lines = type === "primary" ? primaryLines(zone, place) : type === "forward" ? forwardZone(zone, place) : secondaryLines(zone, place);
  return block(`zone "${zone.zone}"`, [`type ${type};`, ...lines]);
}

function forwardZone({ zone, params }: Zone, place: Place): readonly string[] {
  const lines = forwardLines(params, place);
  if (lines.length === 0) throw new Error(`zone ${zone} is forwarded to nobody: write forwarders: [ADDRESS]`);
  return lines.map((line) => (params.forward === undefined ? line.replace("forward first;", "forward only;") : line));
}

function secondaryLines({ zone, view, params }: Zone, place: Place): readonly string[] {
  if (params.primaries.length === 0) throw new Error(`zone ${zone} is transferred from nobody: write primaries: [HOST]`);
  const primaries = list(params.primaries.map((name) => keyed(name, params.key, place)));
  const transfer = params.type === "stub" ? [] : [`allow-transfer ${list([`key ${localKey(view)}`, ...transferList(params, place)])};`];
  return [`primaries ${primaries};`, `file "${secondaryFile(view === undefined ? zone : `${view}_${zone}`)}";`, ...transfer];
}

function secondaryFile(name: string): string {
  return `/var/cache/bind/${name.replaceAll("/", "_")}.secondary`;
}

function primaryLines(zone: Zone, place: Place): readonly string[] {
  const { params, view } = zone;
  const notify = params.secondaries.map((name) => keyed(name, params.key, place));
  return [
    `file "${primaryFile(zone)}";`,
    `allow-transfer ${list([`key ${localKey(view)}`, ...transferList(params, place)])};`,
    ...(notify.length === 0 ? [] : [`also-notify ${list(notify)};`]),
    ...(params.mode === "dynamic" ? [`update-policy ${list([localKey(view), ...params.updateKeys].map((key) => `grant ${key} zonesub ANY`))};`] : []),
    ...(params.dnssec === undefined
      ? []
      : [`dnssec-policy "${params.dnssec}";`, `inline-signing ${params.mode === "dynamic" ? "no" : "yes"};`, 'key-directory "/var/lib/bind";']),
  ];
}

/** The file of a zone that is made here. */
export function primaryFile({ zone, view, params }: Zone): string {
  const written = params.mode === "dynamic" || params.dnssec !== undefined ? "by named" : "by hlx";
  return zoneFile({ zone, written, ...(view !== undefined && { view }) });
}

// A key is who may; without one it is the secondaries by their addresses.
function transferList({ key, secondaries, transferTo }: ZoneParams, place: Place): readonly string[] {
  const peers = key === undefined ? secondaries.map((name) => addressOf(name, place)) : [`key ${key}`];
  return [...peers, ...transferTo.map((element) => matched(element, place))];
}

function keyed(name: string, key: string | undefined, place: Place): string {
  return key === undefined ? addressOf(name, place) : `${addressOf(name, place)} key ${key}`;
}

function list(elements: readonly string[]): string {
  return elements.length === 0 ? "{ none; }" : `{ ${elements.map((element) => `${element};`).join(" ")} }`;
}

function block(head: string, lines: readonly string[]): readonly string[] {
  return [`${head} {`, ...lines.map((line) => `\t${line}`), "};"];
}

/** The zones that must be served once the configuration is loaded: those whose data are here. */
export function servedZones(sections: readonly Section[]): readonly { readonly zone: string; readonly view?: string }[] {
  return sections.flatMap(({ zones }) => zones.filter(isPrimary).map(({ zone, view }) => ({ zone, ...(view !== undefined && { view }) })));
}
