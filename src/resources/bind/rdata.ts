// Record data in one spelling, so that what people write and what BIND prints are equal when they mean the same.
import { ipText, parseIp } from "../../lib/ip.ts";
import { absoluteData } from "../../model/record-data.ts";

/** One word of record data: what stood between spaces, or between quotes. */
interface Word {
  readonly text: string;
  readonly quoted: boolean;
}

/** Types that end with hexadecimal digits, after so many words (RFC 4034, 4255, 6698, 8162). BIND prints them in pieces. */
const hexAfter: ReadonlyMap<string, number> = new Map([
  ["DS", 3],
  ["SSHFP", 2],
  ["TLSA", 3],
  ["SMIMEA", 3],
]);

/** Types whose data are a name, and how many numbers stand before it. */
const numbersBefore: ReadonlyMap<string, number> = new Map([
  ["CNAME", 0],
  ["DNAME", 0],
  ["NS", 0],
  ["PTR", 0],
  ["MX", 1],
  ["SRV", 3],
]);

/** Names as they stand in a zone: labels of at most 63 characters, absolute. */
export const namePattern = "^(?=.{1,254}$)(\\.|([A-Za-z0-9_*/+~=-]{1,63}\\.)+)$";
const isName = new RegExp(namePattern);

/** The data as they are compared and written; undefined when they are no data of this type. Names in it that have no last dot are relative to the domain. */
export function canonicalData(type: string, data: string, domain: string): string | undefined {
  if (data.trim() === "" || /[\u0000-\u0008\u000a-\u001f\u007f]/.test(data)) return undefined;
  if (type === "A") return address(data, 4);
  if (type === "AAAA") return address(data, 6);
  const words = wordsOf(absoluteData(type, data, domain));
  return words === undefined || words.length === 0 ? undefined : spelled(type, words);
}

function address(data: string, version: 4 | 6): string | undefined {
  const parsed = parseIp(data.trim());
  return parsed?.version === version ? ipText(parsed.value, version) : undefined;
}

function spelled(type: string, words: readonly Word[]): string | undefined {
  const [numbers, hex] = [numbersBefore.get(type), hexAfter.get(type)];
  if (type === "TXT" || type === "SPF") return words.flatMap(stringsOf).join(" ");
  if (numbers !== undefined) return named(words, numbers);
  if (hex !== undefined) return hexadecimal(words, hex);
  if (type === "SVCB" || type === "HTTPS") return words.map(({ text }) => text.replace(/^([a-z0-9]+=)"([^"\\ ;()]*)"$/, "$1$2")).join(" ");
  return type === "CAA" ? authority(words) : words.map(({ text, quoted }) => (quoted ? `"${text}"` : text)).join(" ");
}

function named(words: readonly Word[], numbers: number): string | undefined {
  const [before, name] = [words.slice(0, numbers).map(({ text }) => text), words[numbers]?.text];
  if (words.length !== numbers + 1 || name === undefined || !before.every(isNumber) || !isName.test(name)) return undefined;
  return [...before.map((text) => String(Number(text))), name].join(" ");
}

function hexadecimal(words: readonly Word[], numbers: number): string | undefined {
  const texts = words.map(({ text }) => text);
  const [before, digits] = [texts.slice(0, numbers), texts.slice(numbers).join("").toUpperCase()];
  return before.length === numbers && before.every(isNumber) && /^([0-9A-F]{2})+$/.test(digits) ? [...before, digits].join(" ") : undefined;
}

// RFC 8659: flags, tag, value; BIND always quotes the value.
function authority([flags, tag, value, ...more]: readonly Word[]): string | undefined {
  if (flags === undefined || tag === undefined || value === undefined || more.length > 0 || !isNumber(flags.text)) return undefined;
  return `${flags.text} ${tag.text.toLowerCase()} "${value.text}"`;
}

function isNumber(text: string): boolean {
  return /^[0-9]{1,5}$/.test(text);
}

// A string has at most 255 bytes (RFC 1035, 3.3).
function stringsOf({ text }: Word): readonly string[] {
  const bytes = bytesOf(text);
  const count = Math.max(1, Math.ceil(bytes.length / 255));
  const parts = Array.from({ length: count }, (_, index) => bytes.slice(index * 255, index * 255 + 255));
  return parts.map((part) => `"${part.map(escaped).join("")}"`);
}

/** The bytes of a text with the escapes of zone files: \DDD and \X. */
function bytesOf(text: string): readonly number[] {
  const parts = text.match(/\\[0-9]{3}|\\.|[^\\]/gsu) ?? [];
  return parts.flatMap((part) => (/^\\[0-9]{3}$/.test(part) ? [Number(part.slice(1)) & 255] : [...Buffer.from(part.replace(/^\\(?=.)/s, ""))]));
}

function escaped(byte: number): string {
  if (byte < 32 || byte > 126) return `\\${String(byte).padStart(3, "0")}`;
  return byte === 34 || byte === 92 ? `\\${String.fromCharCode(byte)}` : String.fromCharCode(byte);
}

/** Words between spaces; quotes keep spaces, a backslash takes the next character as it is. Undefined when a quote is not closed, or for a comment or parenthesis. */
function wordsOf(data: string): readonly Word[] | undefined {
  const pattern = /[ \t]*(?:"((?:[^"\\]|\\.)*)"|((?:[^"\\ \t;()]|\\.|(?<=[a-z0-9]=)"(?:[^"\\]|\\.)*")+))/gsuy;
  const found = [...data.matchAll(pattern)];
  const read = found.reduce((sum, [all]) => sum + all.length, 0);
  if (data.slice(read).trim() !== "") return undefined;
  return found.map(([, quoted, bare = ""]) => (quoted === undefined ? { text: bare, quoted: false } : { text: quoted, quoted: true }));
}
