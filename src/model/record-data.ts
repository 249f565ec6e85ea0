// The data of resource records: which of its fields are names, and how text is written.
import { fqdn } from "./fqdn.ts";

/** The types of records that may be written out, and which field of the data is a name (RFC 1035, 2782, 3403, 9460, 6672). */
const nameFields: Readonly<Record<string, readonly number[]>> = {
  A: [],
  AAAA: [],
  AFSDB: [1],
  CAA: [],
  CNAME: [0],
  DNAME: [0],
  DS: [],
  HINFO: [],
  HTTPS: [1],
  KX: [1],
  LOC: [],
  MX: [1],
  NAPTR: [5],
  NS: [0],
  OPENPGPKEY: [],
  PTR: [0],
  RP: [0, 1],
  SMIMEA: [],
  SPF: [],
  SRV: [3],
  SSHFP: [],
  SVCB: [1],
  TLSA: [],
  TXT: [],
  URI: [],
};

/** Names of the types, sorted. SOA is a zone's own; DNSSEC's are made by signing. */
export const recordTypes: readonly string[] = Object.keys(nameFields);

/** Which fields of a type's data are names, from 0. */
export function nameFieldsOf(type: string): readonly number[] {
  return nameFields[type] ?? [];
}

/** The data with every name in it absolute (by the rule of `fqdn`) and lower case, with a last dot; text of TXT and SPF in quotes, in pieces of at most 255 bytes. */
export function absoluteData(type: string, data: string, domain: string): string {
  if (type === "TXT" || type === "SPF") return quotedText(data);
  const fields = nameFieldsOf(type);
  if (fields.length === 0) return data.trim();
  return data
    .trim()
    .split(/\s+/)
    .map((field, index) => (fields.includes(index) ? `${fqdn(field, domain)}.` : field))
    .join(" ");
}

// What begins with a quote is in zone-file form already.
function quotedText(data: string): string {
  const text = data.trim();
  if (text.startsWith('"')) return text;
  const pieces = [""];
  for (const character of text) {
    const last = `${pieces.at(-1) ?? ""}${character}`;
    if (Buffer.byteLength(last) > 255) pieces.push(character);
    else pieces[pieces.length - 1] = last;
  }
  return pieces.map((piece) => `"${piece.replace(/["\\]/g, "\\$&")}"`).join(" ");
}
