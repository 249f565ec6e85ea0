// Zone files: every way to write a record, and what is refused at its place.
import { describe, expect, test } from "vitest";
import { parseZone } from "../../src/import/zone/parse.ts";
import { ProblemError } from "../../src/model/problem.ts";

const soa = "@ SOA ns h 1 2 3 4 5\n";

function parse(text: string, origin: string | undefined = "x.test", files: Readonly<Record<string, string>> = {}) {
  const include = (path: string) => ({ file: path, text: files[path] ?? "" });
  return parseZone({ file: "db.x", text, include, ...(origin !== "" && { origin }) });
}

const shown = (text: string, files?: Readonly<Record<string, string>>) =>
  parse(text, undefined, files).records.map(({ name, ttl, type, data }) => [name, ttl, type, data].filter((one) => one !== undefined).join(" "));

const written: readonly (readonly [what: string, text: string, records: readonly string[]])[] = [
  ["time, then class", "$TTL 300\na 60 IN A 192.0.2.1", ["a.x.test 60 A 192.0.2.1"]],
  ["class, then time", "$TTL 300\na IN 1h30m A 192.0.2.1", ["a.x.test 5400 A 192.0.2.1"]],
  ["several default times, as BIND writes them", "$TTL 300\na A 192.0.2.1\n$TTL 60\nb A 192.0.2.2", ["a.x.test A 192.0.2.1", "b.x.test 60 A 192.0.2.2"]],
  [
    "no default time: that of most records",
    "a 60 A 192.0.2.1\nb 60 A 192.0.2.2\nc 9 A 192.0.2.3",
    ["a.x.test A 192.0.2.1", "b.x.test A 192.0.2.2", "c.x.test 9 A 192.0.2.3"],
  ],
  ["neither", "a a 192.0.2.1", ["a.x.test A 192.0.2.1"]],
  ["the owner of the line before", "a A 192.0.2.1\n  AAAA 2001:DB8::1", ["a.x.test A 192.0.2.1", "a.x.test AAAA 2001:db8::1"]],
  ["the zone itself", "@ MX 10 mail", ["x.test MX 10 mail.x.test."]],
  ["absolute names", "a.y.test. CNAME B.x.TEST.", ["a.y.test CNAME b.x.test."]],
  ["an origin", "$ORIGIN sub\na A 192.0.2.1\n$ORIGIN z.test.\na A 192.0.2.2", ["a.sub.x.test A 192.0.2.1", "a.z.test A 192.0.2.2"]],
  ["parentheses", "a SRV (0 ; priority\n 5\n 80 b )\nc A 192.0.2.3", ["a.x.test SRV 0 5 80 b.x.test.", "c.x.test A 192.0.2.3"]],
  ["quotes with everything in them", 'a TXT "x;y(z" "\\"q\\" \\\\"', ['a.x.test TXT "x;y(z" "\\"q\\" \\\\"']],
  ["an escaped dot and byte", "a\\.b A 192.0.2.1\nc\\032d A 192.0.2.2", ["a\\.b.x.test A 192.0.2.1", "c\\032d.x.test A 192.0.2.2"]],
  ["$GENERATE with offset, width and base", "$GENERATE 9-11/2 h${1,3,x}-$ A 192.0.2.$", ["h00a-9.x.test A 192.0.2.9", "h00c-11.x.test A 192.0.2.11"]],
  ["$INCLUDE with an origin", "$INCLUDE more sub\nb A 192.0.2.2", ["a.sub.x.test A 192.0.2.1", "b.x.test A 192.0.2.2"]],
  ["numbers as names", "10 PTR a", ["10.x.test PTR a.x.test."]],
  ["what signing makes is left out", "a A 192.0.2.1\na RRSIG A 13 2 300 x\na NSEC b A", ["a.x.test A 192.0.2.1"]],
  ["names of leases are a DHCP server's", "a A 192.0.2.1\nb A 192.0.2.2\nb DHCID AAIB", ["a.x.test A 192.0.2.1"]],
  ["lines of CRLF", "a A 192.0.2.1\r\nb A 192.0.2.2\r\n", ["a.x.test A 192.0.2.1", "b.x.test A 192.0.2.2"]],
  ["the root", "@ MX 0 .", ["x.test MX 0 ."]],
];

describe("a zone file may have", () => {
  test.each(written)("%s", (_, text, records) => expect(shown(`${soa}${text}\n`, { more: "a A 192.0.2.1\n" })).toEqual(records));
});

const refused: readonly (readonly [what: string, text: string, said: string])[] = [
  ["a quote left open", 'a TXT "x', "1:7 this quote is not closed"],
  ["a parenthesis left open", "a MX ( 10\n b", "1:6 this parenthesis is not closed"],
  ["one that closes nothing", "a A 192.0.2.1 )", "1:15 this parenthesis closes nothing"],
  ["an unknown type", "a AA 192.0.2.1", '1:3 there is no record type "AA"'],
  ["no type", "a 300 IN", "1:1 this line has no record type"],
  ["no data", "a A", "1:3 this A record has no data"],
  ["no address", "a A x.y.z", '1:5 "x.y.z" is no IPv4 address'],
  ["the other address", "a AAAA 192.0.2.1", '1:8 "192.0.2.1" is no IPv6 address'],
  ["a template's marker", "a A {{ ip }}", "1:5 {{ ip }} is filled in by a template"],
  ["an unknown directive", "$ORIGN x.", "1:1 there is no directive $ORIGN"],
  ["a time that is none", "$TTL soon", '1:6 "soon" is no time'],
  ["a range that is none", "$GENERATE 9-1 a$ A 192.0.2.$", '1:11 "9-1" is no range'],
  ["a range that is too long", "$GENERATE 0-999999 a$ A 192.0.2.1", '1:11 "0-999999" makes more than 65536 records'],
  ["two SOA", `${soa}${soa}`, "2:7 a second SOA"],
  ["half an SOA", "@ SOA ns h 1", "1:7 this SOA has 3 fields"],
  ["nothing", "; only a comment\n", "1:1 there are no records in this file"],
  ["files that include themselves", "$INCLUDE self", "1:10 files include each other more than 10 deep"],
  ["a reverse zone of nothing", "xxx.in-addr.arpa. SOA ns h 1 2 3 4 5", '1:23 "xxx.in-addr.arpa" is the reverse zone of no address'],
];

function saidOf(work: () => unknown): string {
  try {
    work();
    return "nothing";
  } catch (thrown) {
    if (!(thrown instanceof ProblemError)) throw thrown;
    const [{ at, message }] = thrown.problems;
    return `${at?.line}:${at?.column} ${message}`;
  }
}

describe("refused, at its place, is", () => {
  test.each(refused)("%s", (_, text, said) => expect(saidOf(() => parse(text, "x.test", { self: "$INCLUDE self" }))).toBe(said));
  test("a relative name in a file that does not say which zone it is", () =>
    expect(saidOf(() => parse("@ SOA ns h 1 2 3 4 5", ""))).toBe('1:1 "@" is relative, and this file does not say to which zone'));
});

describe("said is", () => {
  test("a serial that is filled in elsewhere", () => expect(parse("@ SOA ns h {{ epoch }} 2 3 4 5\na A 192.0.2.1").notes).toHaveLength(1));
  test("a name that lacks its last dot", () => expect(parse(`${soa}a.x.test A 192.0.2.1`).notes[0]?.message).toContain("so it is a.x.test.x.test"));
});
