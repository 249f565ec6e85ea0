// From files to what they say: which kind each is, which zone it holds, and where the files are that it includes.
import { readFileSync, statSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { basename, dirname, isAbsolute, join, resolve } from "node:path";
import { didYouMean } from "../lib/suggest.ts";
import { namesBeside, why } from "../lib/why.ts";
import { decodeUtf8 } from "../model/documents/utf8.ts";
import { type Position, ProblemError } from "../model/problem.ts";
import { type Include, readDhcpd, readDhcpdDefaults } from "./dhcpd.ts";
import { type Gathered, nothing } from "./gathered.ts";
import { readKea } from "./kea.ts";
import { readKeaDdns } from "./kea-ddns.ts";
import { type NamedZone, readNamed } from "./named.ts";
import { readPihole } from "./pihole.ts";
import { parseZone, type ZoneFile } from "./zone/parse.ts";

/** What can be imported. */
export const importKinds = ["zones", "dhcpd", "kea", "pihole"] as const;
export type ImportKind = (typeof importKinds)[number];

interface Source {
  readonly file: string;
  readonly text: string;
  /** Of `ZONE=FILE`. */
  readonly zone?: string;
}

/** Reads the sources as one. Those of kind "zones" are zone files and named.conf; `ZONE=FILE` says which zone a file is. Throws ProblemError. */
export async function readSources(kinds: readonly ImportKind[], sources: readonly string[], cwd: string): Promise<readonly Gathered[]> {
  const found = (await Promise.all(sources.map((source) => filesOf(source, cwd)))).flat();
  const sorted = found.map((source) => ({ source, kind: kinds.length === 1 ? kinds[0] : kindOf(source, kinds) }));
  const of = (wanted: ImportKind): readonly Source[] => sorted.flatMap(({ source, kind }) => (kind === wanted ? [source] : []));
  return [
    ...zonesAndServers(of("zones")),
    ...of("dhcpd").map((one) => (/^\s*INTERFACES(v4)?=/m.test(one.text) ? readDhcpdDefaults(one) : readDhcpd(one, includeFor(one.file)))),
    ...of("kea").flatMap((one) => (isDdns(one) ? [] : [readKea(one)])),
    // It knows more of names than the DHCP server itself does.
    ...of("kea").flatMap((one) => (isDdns(one) ? [readKeaDdns(one)] : [])),
    ...of("pihole").map(readPihole),
  ];
}

function kindOf({ file, text }: Source, kinds: readonly ImportKind[]): ImportKind {
  const guess: ImportKind = /^\s*(subnet|host|shared-network)\s[^;]*\{|^\s*INTERFACESv4=/m.test(text)
    ? "dhcpd"
    : /"Dhcp(4|Ddns)"/.test(text)
      ? "kea"
      : /pihole|setupVars|custom\.list/.test(file)
        ? "pihole"
        : "zones";
  return kinds.includes(guess) ? guess : (kinds[0] ?? "zones");
}

function isDdns({ text }: Source): boolean {
  return text.includes('"DhcpDdns"');
}

async function filesOf(source: string, cwd: string): Promise<readonly Source[]> {
  const [, zone, path = source] = /^([A-Za-z0-9._*-]+)=(.+)$/.exec(source) ?? [];
  const file = resolve(cwd, path);
  if (statSync(file, { throwIfNoEntry: false })?.isDirectory() !== true) return [{ ...readText(file, path), ...(zone !== undefined && { zone }) }];
  const names = (await readdir(file)).filter((name) => known.test(name)).sort();
  if (names.length === 0) throw new ProblemError({ code: "usage", message: `nothing in ${path} looks like something to import`, hint: "name the files" });
  return names.map((name) => readText(join(file, name), join(path, name)));
}

// Of a folder only what a server's own names say.
const known =
  /^(named\.conf.*|dhcpd\.conf|kea-dhcp4\.conf|kea-dhcp-ddns\.conf|pihole\.toml|custom\.list|setupVars\.conf|0[45]-pihole-.*\.conf|db\..*|.*\.zone)$/;

function readText(file: string, shown: string): Source {
  try {
    return { file, text: decodeUtf8(file, readFileSync(file)) };
  } catch (cause) {
    if (cause instanceof ProblemError) throw cause;
    const hint = didYouMean(basename(file), namesBeside(file));
    throw new ProblemError({ code: "usage", message: `cannot read ${shown}: ${why(cause)}`, ...(hint !== undefined && { hint }), cause });
  }
}

const isNamed = /^\s*(zone|options|acl|include|controls|view|logging|statistics-channels|key)\b[^;\n]*[{"]/m;

function zonesAndServers(sources: readonly Source[]): readonly Gathered[] {
  const servers = sources
    .filter(({ text, zone }) => zone === undefined && isNamed.test(text))
    .map((source) => ({ source, named: readNamed(source, includeFor(source.file)) }));
  const zones = servers.flatMap(({ source, named }) => named.zones.map((zone) => ({ zone, from: source.file })));
  const files = sources.filter((source) => !servers.some((server) => server.source === source));
  const read = files.map((source) => {
    const named = zones.find(({ zone }) => sameFile(zone, source.file))?.zone;
    return { ...zoneOf(source, source.zone ?? named?.name), ...(named && toldOf(named)) };
  });
  const names = new Set(read.map(({ zone, view = "" }) => `${view} ${zone}`));
  const others = zones.filter(({ zone: { name, view = "" } }) => !names.has(`${view} ${name}`) && !builtIn.test(name));
  const all = [{ ...nothing, zones: read }, ...others.map(({ zone, from }) => zoneNamed(zone, from))];
  const order = zones.map(({ zone: { name, view = "" } }) => `${view} ${name}`);
  const place = ({ zone, view = "" }: ZoneFile): number => order.indexOf(`${view} ${zone}`);
  const sorted = all.flatMap((one) => one.zones).toSorted((one, other) => place(one) - place(other));
  return [...servers.map(({ named }) => named.gathered), { ...nothing, zones: sorted, notes: all.flatMap(({ notes }) => notes) }];
}

const builtIn = /^(localhost|0\.in-addr\.arpa|127\.in-addr\.arpa|255\.in-addr\.arpa)$/;

function sameFile({ file }: NamedZone, path: string): boolean {
  return file !== undefined && basename(file.text) === basename(path).replace(/\.j2$/, "");
}

function zoneOf({ file, text }: Source, origin: string | undefined): ZoneFile {
  return parseZone({ file, text, ...(origin !== undefined && { origin }), include: (path, at) => included(path, file, at) });
}

function toldOf({ told, view }: NamedZone): Pick<ZoneFile, "told" | "view"> {
  return { told, ...(view !== undefined && { view }) };
}

function zoneNamed(named: NamedZone, from: string): Gathered {
  const { name, file, word } = named;
  const found = file === undefined ? undefined : beside(file.text, from);
  if (found === undefined)
    return { ...nothing, notes: [{ message: `zone "${name}": its file ${file?.text ?? ""} is not here, its records are not taken over`, at: word.at }] };
  return { ...nothing, zones: [{ ...zoneOf(found, name), ...toldOf(named) }] };
}

function included(path: string, from: string, at: Position): Source {
  const found = beside(path, from);
  if (found === undefined) throw new ProblemError({ code: "input", message: `the included file ${path} is not here`, at, hint: "put it beside this one" });
  return found;
}

function includeFor(from: string): Include {
  return ({ text }) => beside(text, from);
}

// A server's paths are absolute: a copy has the file beside, or in the folder of the same name. Only below /etc the path itself is meant.
function beside(path: string, from: string): Source | undefined {
  const here = dirname(from);
  const near = isAbsolute(path) ? [join(here, basename(path)), join(here, basename(dirname(path)), basename(path))] : [join(here, path)];
  const candidates = [...near, ...near.map((file) => `${file}.j2`), ...(isAbsolute(path) && here.startsWith("/etc/") ? [path] : [])];
  const file = candidates.find((one) => statSync(one, { throwIfNoEntry: false })?.isFile() === true);
  return file === undefined ? undefined : readText(file, path);
}
