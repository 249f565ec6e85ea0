// Zone files in the master format of RFC 1035 §5: $ORIGIN, $TTL, $INCLUDE, $GENERATE, and records in every order of class and TTL.
import { basename } from "node:path";
import { parseIp } from "../../lib/ip.ts";
import type { JsonObject } from "../../lib/json.ts";
import { didYouMean } from "../../lib/suggest.ts";
import type { Position } from "../../model/problem.ts";
import { nameFieldsOf } from "../../model/record-data.ts";
import { generated } from "./generate.ts";
import { type Line, linesOf, type Word, wrong } from "./lines.ts";
import { isMade, type Parts, partsOf, refuseData, refuseTemplate } from "./parts.ts";
import { seconds } from "./seconds.ts";

export interface ZoneRecord {
  /** Absolute, lower case, without a last dot. */
  readonly name: string;
  readonly type: string;
  /** As in a zone file, names in it absolute and lower case. */
  readonly data: string;
  /** Seconds; undefined is the file's default. */
  readonly ttl?: number;
  readonly at: Position;
}

export interface ZoneFile {
  /** The owner of the SOA, else the first origin; without a last dot. */
  readonly zone: string;
  /** Without the SOA. */
  readonly records: readonly ZoneRecord[];
  readonly soa?: { readonly owner: string; readonly data: string; readonly ttl?: number; readonly at: Position };
  /** Of the first $TTL; without one that of the SOA, else that of most records. */
  readonly ttl?: number;
  /** What named.conf says of it, as params of the role. */
  readonly told?: JsonObject;
  readonly view?: string;
  /** What was read, but not as somebody may have meant it. */
  readonly notes: readonly { readonly message: string; readonly at: Position }[];
}

export interface ZoneSource {
  readonly file: string;
  readonly text: string;
  /** The zone's name, where it is known from elsewhere. */
  readonly origin?: string;
  /** The text of an included file; throws ProblemError when there is none. */
  include(path: string, at: Position): { readonly file: string; readonly text: string };
}

interface Reading {
  readonly source: ZoneSource;
  origin: string | undefined;
  owner: string | undefined;
  /** Of the last $TTL. */
  ttl: number | undefined;
  firstTtl: number | undefined;
  /** Names that a DHCP server keeps (RFC 4701). */
  readonly leases: Set<string>;
  readonly records: ZoneRecord[];
  soa: ZoneFile["soa"];
  readonly notes: { readonly message: string; readonly at: Position }[];
  depth: number;
}

/** Throws ProblemError at the first thing that cannot be read. */
export function parseZone(source: ZoneSource): ZoneFile {
  const empty = { owner: undefined, ttl: undefined, firstTtl: undefined, soa: undefined, depth: 0 };
  const reading: Reading = { source, origin: dotless(source.origin), records: [], notes: [], leases: new Set(), ...empty };
  readLines(linesOf(source.file, source.text), reading);
  const [first] = reading.records;
  if (reading.soa === undefined && first === undefined)
    throw wrong("there are no records in this file", { file: source.file, line: 1, column: 1 }, "is it a zone file?");
  const { soa, notes } = reading;
  const zone = soa?.owner ?? reading.origin ?? "";
  const ttl = reading.firstTtl ?? soa?.ttl ?? commonest(reading.records.flatMap((one) => one.ttl ?? []));
  const kept = reading.records.filter(({ name }) => !reading.leases.has(name));
  const records = kept.map(({ ttl: own, ...rest }) => (own === undefined || own === ttl ? rest : { ...rest, ttl: own }));
  return { zone, records, notes, ...(soa !== undefined && { soa }), ...(ttl !== undefined && { ttl }) };
}

function commonest(values: readonly number[]): number | undefined {
  const counted = [...Map.groupBy(values, (value) => value)].toSorted(([, one], [, other]) => other.length - one.length);
  return counted[0]?.[0];
}

function readLines(lines: readonly Line[], reading: Reading): void {
  for (const line of lines) {
    const [first] = line.words;
    if (first !== undefined && !line.indented && !first.quoted && first.text.startsWith("$")) directive(line.words, reading);
    else record(line, reading);
  }
}

function directive([word, value, ...rest]: readonly Word[], reading: Reading): void {
  if (word === undefined) return;
  const name = word.text.toUpperCase();
  const known = directives.get(name);
  if (known === undefined)
    throw wrong(`there is no directive ${word.text}`, word.at, didYouMean(name, directives.keys()) ?? `there are: ${[...directives.keys()].join(", ")}`);
  if (value === undefined) throw wrong(`${name} says nothing`, word.at, usage.get(name));
  known([value, ...rest], reading);
}

const usage: ReadonlyMap<string, string> = new Map([
  ["$ORIGIN", "$ORIGIN example.org."],
  ["$TTL", "$TTL 1h"],
  ["$INCLUDE", "$INCLUDE FILE"],
  ["$GENERATE", "$GENERATE 1-9 host-$ A 192.0.2.$"],
]);

type Directive = (words: readonly [Word, ...Word[]], reading: Reading) => void;

const directives: ReadonlyMap<string, Directive> = new Map<string, Directive>([
  [
    "$ORIGIN",
    ([name], reading) => {
      reading.origin = absolute(name, reading);
    },
  ],
  [
    "$TTL",
    ([value], reading) => {
      const ttl = seconds(value.text);
      if (ttl === undefined) throw wrong(`"${value.text}" is no time`, value.at, "seconds, or 1h30m");
      reading.ttl = ttl;
      reading.firstTtl ??= ttl;
    },
  ],
  ["$INCLUDE", include],
  ["$GENERATE", (words, reading) => readLines(generated(words), reading)],
]);

// An included file has an origin of its own; the owner goes on (RFC 1035 §5.1).
function include([path, origin]: readonly [Word, ...Word[]], reading: Reading): void {
  if (reading.depth >= 10) throw wrong("files include each other more than 10 deep", path.at, "does one include itself?");
  const { file, text } = reading.source.include(path.text, path.at);
  const before = reading.origin;
  if (origin !== undefined) reading.origin = absolute(origin, reading);
  reading.depth += 1;
  readLines(linesOf(file, text), reading);
  reading.depth -= 1;
  reading.origin = before;
}

function record({ words, indented }: Line, reading: Reading): void {
  const [first, ...others] = words;
  if (first === undefined) return;
  const rest = indented ? words : others;
  if (!indented) reading.owner = absolute(first, reading);
  const { ttl = reading.ttl, type, data } = partsOf(rest, first);
  const owner = reading.owner;
  if (owner === undefined) throw wrong("the first record has no name", first.at, "begin the line with a name, or with @ for the zone itself");
  if (type.text.toUpperCase() === "SOA") {
    start(owner, { ttl, type, data }, reading);
    return;
  }
  refuseData(type, data);
  if (!indented) noteDoubled(first, owner, reading);
  if (type.text.toUpperCase() === "DHCID") reading.leases.add(owner);
  if (isMade(type.text.toUpperCase())) return;
  reading.records.push({
    name: owner,
    type: type.text.toUpperCase(),
    data: dataOf(type, data, reading),
    ...(ttl !== undefined && { ttl }),
    at: (indented ? type : first).at,
  });
}

function start(owner: string, { ttl, data }: Parts, reading: Reading): void {
  if (reading.soa !== undefined) throw wrong("a second SOA", data[0]?.at, "a file holds one zone");
  if (data.length !== 7) throw wrong(`this SOA has ${data.length} fields`, data[0]?.at, "server, mailbox, serial, refresh, retry, expire, minimum");
  const [server, mailbox, serial, ...times] = data as readonly [Word, Word, Word, ...Word[]];
  if (!/^\d+$/.test(serial.text))
    reading.notes.push({ message: `the serial "${serial.text}" is no number: it is left out, hlx counts serials itself`, at: serial.at });
  const bad = times.find(({ text }) => seconds(text) === undefined);
  if (bad !== undefined) throw wrong(`"${bad.text}" is no time`, bad.at, "seconds, or 1h30m");
  if (/\.in-addr\.arpa$/.test(owner) && !/^([0-9/-]+\.)*in-addr\.arpa$/.test(owner))
    throw wrong(`"${owner}" is the reverse zone of no address`, server.at, "1.168.192.in-addr.arpa is that of 192.168.1.0/24");
  const names = [server, mailbox].map((word) => `${absolute(word, reading)}.`);
  reading.soa = {
    owner,
    data: [...names, /^\d+$/.test(serial.text) ? serial.text : "0", ...times.map(({ text }) => String(seconds(text)))].join(" "),
    at: server.at,
    ...(ttl !== undefined && { ttl }),
  };
}

function dataOf({ text: type }: Word, data: readonly Word[], reading: Reading): string {
  const names = nameFieldsOf(type.toUpperCase());
  const address = /^a(aaa)?$/i.test(type) && data[0] !== undefined ? parseIp(data[0].text) : undefined;
  if (address !== undefined) return data[0]?.text.toLowerCase() ?? "";
  return data.map((word, index) => (word.quoted ? `"${word.text}"` : names.includes(index) ? dotted(word, reading) : word.text)).join(" ");
}

function dotted(word: Word, reading: Reading): string {
  return word.text === "." ? "." : `${absolute(word, reading)}.`;
}

function absolute({ text, at }: Word, { origin, source }: Reading): string {
  if (text.endsWith(".") && !text.endsWith("\\.")) return dotless(text) ?? "";
  if (origin === undefined)
    throw wrong(`"${text}" is relative, and this file does not say to which zone`, at, `say it: ZONE=${basename(source.file)}, or give named.conf as well`);
  refuseTemplate({ text, at });
  return text === "@" ? origin : `${text.toLowerCase()}${origin === "" ? "" : `.${origin}`}`;
}

// ca.example.org in the zone example.org is ca.example.org.example.org: almost never meant.
function noteDoubled({ text, at }: Word, owner: string, { origin, notes }: Reading): void {
  if (origin === undefined || text.endsWith(".") || !text.toLowerCase().endsWith(`.${origin}`)) return;
  notes.push({ message: `"${text}" has no last dot, so it is ${owner}: was ${text}. meant?`, at });
}

function dotless(name: string | undefined): string | undefined {
  return name?.toLowerCase().replace(/\.$/, "");
}
