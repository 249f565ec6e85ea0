// The parts of a record's line after its name: time to live and class in any order, type, data.
import { parseIp } from "../../lib/ip.ts";
import { didYouMean } from "../../lib/suggest.ts";
import { recordTypes } from "../../model/record-data.ts";
import { type Word, wrong } from "./lines.ts";
import { seconds } from "./seconds.ts";

export interface Parts {
  readonly ttl: number | undefined;
  readonly type: Word;
  readonly data: readonly Word[];
}

const classes = ["IN", "CH", "HS"];

/** Throws ProblemError at what is no record. `line` is the line's first word. */
export function partsOf(words: readonly Word[], line: Word): Parts {
  const index = words.findIndex(({ text }) => seconds(text) === undefined && !classes.includes(text.toUpperCase()));
  const [type, ...data] = index === -1 ? [] : words.slice(index);
  if (type === undefined) throw wrong("this line has no record type", line.at, "name, time to live, class, type, data: www 1h IN A 192.0.2.1");
  refuseType(type);
  if (data.length === 0) throw wrong(`this ${type.text} record has no data`, type.at, "write it after the type");
  const before = words.slice(0, index).find(({ text }) => seconds(text) !== undefined);
  return { ttl: before === undefined ? undefined : seconds(before.text), type, data };
}

// What signing and DHCP make: made again, not imported.
const made = ["RRSIG", "NSEC", "NSEC3", "NSEC3PARAM", "DNSKEY", "CDS", "CDNSKEY", "DHCID"];

/** True for types that are read and left out. */
export function isMade(type: string): boolean {
  return made.includes(type) || type === "TYPE65534";
}

function refuseType(type: Word): void {
  const upper = type.text.toUpperCase();
  if (upper === "SOA" || recordTypes.includes(upper) || isMade(upper)) return;
  refuseTemplate(type);
  throw wrong(`there is no record type "${type.text}"`, type.at, didYouMean(upper, recordTypes) ?? "is this a zone file?");
}

/** Throws ProblemError when the data of an A or AAAA record is no address. */
export function refuseData({ text: type }: Word, [first]: readonly Word[]): void {
  if (first === undefined || !/^a(aaa)?$/i.test(type)) return;
  const version = type.length === 1 ? 4 : 6;
  if (parseIp(first.text)?.version === version) return;
  refuseTemplate(first);
  throw wrong(`"${first.text}" is no IPv${version} address`, first.at, `an ${type.toUpperCase()} record holds an address`);
}

/** Throws ProblemError when the word is to be filled in by somebody else. */
export function refuseTemplate({ text, at }: Pick<Word, "text" | "at">): void {
  if (/\{[{%]/.test(text)) throw wrong(`${text} is filled in by a template`, at, "render it first: hlx reads what a name server reads");
}
