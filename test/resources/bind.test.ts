// Zones as data: how records are spelled, what is refused, what is read from BIND, and what is sent to it.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ProblemError } from "../../src/model/problem.ts";
import { canonicalData } from "../../src/resources/bind/rdata.ts";
import { updateText } from "../../src/resources/bind/records-steps.ts";
import { rrSets, sameSets, type ZoneRecord } from "../../src/resources/bind/rrsets.ts";
import { steps, zoneText } from "../../src/resources/bind/zone-steps.ts";
import { parseZone } from "../../src/resources/bind/zone-text.ts";
import { bindConfig } from "../../src/resources/bind-config.ts";
import { bindRecords } from "../../src/resources/bind-records.ts";
import { bindZone } from "../../src/resources/bind-zone.ts";

const soa = { mname: "dns01.home", rname: "hostmaster.home.", refresh: 3600, retry: 900, expire: 604800, minimum: 300 };
const home = (records: readonly ZoneRecord[], more: object = {}) => bindZone({ zone: "Home.", soa, records, ...more }).desired;
const record = (name: string, type: string, data: string): ZoneRecord => ({ name, type, data });

describe("data", () => {
  test.each([
    ["A", " 192.168.1.2 ", "192.168.1.2"],
    ["AAAA", "FD00:0::0001", "fd00::1"],
    ["CNAME", "DNS01", "dns01.home."],
    ["CNAME", "www.example.org.", "www.example.org."],
    ["CNAME", "ocean.home", "ocean.home."],
    ["NS", "@", "home."],
    ["MX", "010 Mail", "10 mail.home."],
    ["SRV", "0 5 80 dns01", "0 5 80 dns01.home."],
    ["SRV", "0 0 0 .", "0 0 0 ."],
    ["TXT", "v=spf1 -all; x", '"v=spf1 -all; x"'],
    ["TXT", '"two" "strings"', '"two" "strings"'],
    ["TXT", 'say "hi" \\ ü', '"say \\"hi\\" \\\\ \\195\\188"'],
    ["TXT", `"${"a".repeat(300)}"`, `"${"a".repeat(255)}" "${"a".repeat(45)}"`],
    ["TXT", '"second \\195\\188"', '"second \\195\\188"'],
    ["CAA", "0 Issue letsencrypt.org", '0 issue "letsencrypt.org"'],
    ["SSHFP", "4 2 12ab 34CD", "4 2 12AB34CD"],
    ["TLSA", "3 1 1 0123", "3 1 1 0123"],
    ["HTTPS", '1 . alpn="h2,h3" port=443', "1 . alpn=h2,h3 port=443"],
    ["NAPTR", '100 10 "u" "E2U+sip" "!^.*$!sip:a@b!" .', '100 10 "u" "E2U+sip" "!^.*$!sip:a@b!" .'],
    ["LOC", "52 22 23.000 N  4 53 32.000 E -2.00m", "52 22 23.000 N 4 53 32.000 E -2.00m"],
    ["A", "192.168.1", undefined],
    ["A", "fd00::1", undefined],
    ["AAAA", "192.168.1.2", undefined],
    ["A", "", undefined],
    ["CNAME", "two names", undefined],
    ["CNAME", "evil\n$INCLUDE /etc/shadow", undefined],
    ["CNAME", "a;b", undefined],
    ["MX", "mail", undefined],
    ["MX", "ten mail", undefined],
    ["SRV", "0 5 dns01", undefined],
    ["SSHFP", "4 2 xyz", undefined],
    ["TXT", '"open', undefined],
    ["TXT", '"a" ) (', undefined],
    ["CAA", "0 issue", undefined],
  ])("%s %j is %j", (type, data, expected) => expect(canonicalData(type, data, "home")).toBe(expected));

  test("what is canonical stays as it is", () =>
    fc.assert(
      fc.property(fc.constantFrom("TXT", "CNAME", "CAA", "SRV", "HTTPS", "LOC", "SSHFP"), fc.string({ unit: "binary" }), (type, data) => {
        const once = canonicalData(type, data, "home");
        expect(once === undefined || canonicalData(type, once, "home") === once).toBe(true);
        expect(once ?? "").not.toMatch(/[\n\r\0]/);
      }),
    ));
});

describe("records", () => {
  test.each<readonly [string, readonly ZoneRecord[], RegExp]>([
    ["a type that there is not", [record("a", "AAA", "x")], /no type "AAA"/],
    ["a start of authority", [record("@", "SOA", "x")], /no type "SOA"/],
    ["what BIND makes", [record("@", "RRSIG", "x")], /no type "RRSIG"/],
    ["a name with a space", [record("a b", "A", "10.0.0.1")], /no name of DNS/],
    ["a name with a directive", [record("$INCLUDE", "A", "10.0.0.1")], /no name of DNS/],
    ["a label that is too long", [record("a".repeat(64), "A", "10.0.0.1")], /no name of DNS/],
    ["a name of another zone", [record("a.example.org.", "A", "10.0.0.1")], /outside of the zone/],
    ["wrong data", [record("a", "A", "10.0.0.256")], /no data of type A/],
    ["a CNAME beside something", [record("a", "CNAME", "b"), record("a", "A", "10.0.0.1")], /a is a CNAME and has A, too/],
    ["a CNAME of two", [record("a", "CNAME", "b"), record("a", "CNAME", "c")], /a is a CNAME of b.home. and c.home./],
  ])("%s is refused", (_, records, message) => expect(() => rrSets(records, { zone: "home", ttl: 60 })).toThrow(message));

  test("everything that is wrong is said at once", () => {
    const wrong = [record("a b", "A", "10.0.0.1"), record("a", "A", "x")];
    expect(() => rrSets(wrong, { zone: "home", ttl: 60 })).toThrow(/no name of DNS.*no data of type A/);
  });

  test("the same said otherwise is the same zone", () => {
    const [a, b] = [
      home([record("WWW", "cname", "Ocean"), record("@", "NS", "dns01")]),
      home([record("@", "NS", "dns01.home."), record("www.home", "CNAME", "ocean.home.")]),
    ];
    expect(a).toEqual(b);
    expect(Object.keys(a.records)).toEqual(["@ NS", "www CNAME"]);
  });

  test("a mailbox with an @ is refused", () => expect(() => bindZone({ zone: "home", soa: { ...soa, rname: "me@home" }, records: [] })).toThrow(ProblemError));
});

describe("what BIND prints", () => {
  const printed = zoneText(home([record("@", "NS", "dns01"), record("DNS01", "A", "10.0.0.1"), record("*", "TXT", "a; b")]))
    .split("\n")
    .slice(3)
    .map((line) => line.replace(/^(\S+)/, (name) => (name === "@" ? "home." : `${name}.home.`)));

  test("is what was written", () => {
    const { records } = home([record("@", "NS", "dns01"), record("DNS01", "A", "10.0.0.1"), record("*", "TXT", "a; b")]);
    const read = parseZone(["home. 3600 IN SOA dns01.home. hostmaster.home. 7 3600 900 604800 300", ...printed], "home");
    expect(sameSets(read?.records ?? {}, records)).toBe(true);
    expect(read).toMatchObject({ serial: 7, soa: { mname: "dns01.home.", minimum: 300 }, dhcp: [] });
  });

  test.each<readonly [string, readonly string[]]>([
    ["nothing", []],
    ["a failed transfer", ["; Transfer failed."]],
    ["another zone", ["other. 1 IN SOA a. b. 1 2 3 4 5"]],
    ["half an authority", ["home. 1 IN SOA a. b. 1 2 3"]],
    ["an authority of words", ["home. 1 IN SOA a. b. one two three four five"]],
  ])("%s is no zone", (_, lines) => expect(parseZone(lines, "home")).toBeUndefined());

  test("names like those of objects are names", () => {
    const read = parseZone(["home. 1 IN SOA a. b. 1 2 3 4 5", "__proto__.home. 1 IN A 10.0.0.1", 'constructor.home. 1 IN TXT "x"'], "home");
    expect(Object.keys(read?.records ?? {})).toEqual(["__proto__ A", "constructor TXT"]);
  });

  test("whatever else it is, it is data or nothing", () =>
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.string(), fc.constantFrom(...printed, "home. 9 IN SOA a. b. 1 2 3 4 5"))), (lines) => {
        const read = parseZone(lines, "home");
        expect(read === undefined || Object.keys(read.records).every((key) => /^\S+ [A-Z0-9-]+$/.test(key))).toBe(true);
      }),
    ));
});

describe("the zone's text", () => {
  test("takes its serial in the third line only", () => {
    const lines = zoneText(home([record("a", "TXT", "@serial@")])).split("\n");
    expect(lines[2]).toBe("@ 3600 IN SOA dns01.home. hostmaster.home. @serial@ 3600 900 604800 300");
    expect(lines[3]).toBe('a 3600 IN TXT "@serial@"');
  });

  test.each([
    ["date", "2026112100"],
    ["epoch", "1795219200"],
    ["increment", ""],
  ] as const)("with serials by %s begins at %j", (serial, least) => {
    const desired = home([record("@", "NS", "dns01")], { serial });
    const change = { property: "serial", before: { value: null }, after: { value: "+1" }, risk: "reload", view: "value" } as const;
    const [step] = steps(desired, { found: "absent" }, { changes: [change], now: new Date("2026-11-21T00:00:00Z") });
    expect(step).toMatchObject({
      do: "guarded",
      putBack: ["/var/lib/bind/hlx/home.zone"],
      steps: [{ args: ["home", "", "/var/lib/bind/hlx/home.zone", least, ""] }, {}],
    });
  });

  test.each([
    [{ zone: "home", view: "inside" }, "/var/lib/bind/hlx/inside_home.zone", "/etc/bind/hlx/local-inside.key"],
    [{ zone: "0/25.1.168.192.in-addr.arpa" }, "/var/lib/bind/hlx/0_25.1.168.192.in-addr.arpa.zone", "/etc/bind/hlx/local.key"],
    [{ zone: "home", signed: true }, "/var/lib/bind/home.zone", "/etc/bind/hlx/local.key"],
  ])("of %j is in a file of its own", (options, file, key) => expect(bindZone({ soa, records: [], ...options }).desired).toMatchObject({ file, key }));
});

describe("an update", () => {
  const dyn = (...records: ZoneRecord[]) => bindRecords({ zone: "dyn", records }).desired;
  const sets = (...records: ZoneRecord[]) => rrSets(records, { zone: "dyn", ttl: 3600 });

  test.each([
    ["of nothing is nothing", dyn(record("a", "A", "10.0.0.1")), sets(record("a", "A", "10.0.0.1")), ""],
    ["adds what is not there, if it still is not", dyn(record("a", "A", "10.0.0.1")), {}, "prereq nxrrset a.dyn. A\nupdate add a.dyn. 3600 A 10.0.0.1"],
    ["removes what is there, if it still is the same", dyn(), sets(record("a", "A", "10.0.0.1")), "prereq yxrrset a.dyn. A 10.0.0.1\nupdate delete a.dyn. A"],
    [
      "replaces a CNAME by an address: what goes, goes first",
      dyn(record("a", "A", "10.0.0.1")),
      sets(record("a", "CNAME", "b")),
      "prereq nxrrset a.dyn. A\nprereq yxrrset a.dyn. CNAME b.dyn.\nupdate delete a.dyn. CNAME\nupdate add a.dyn. 3600 A 10.0.0.1",
    ],
    [
      "replaces the zone's own servers: what comes, comes first",
      dyn(record("@", "NS", "b")),
      sets(record("@", "NS", "a")),
      "prereq yxrrset dyn. NS a.dyn.\nupdate add dyn. 3600 NS b.dyn.\nupdate delete dyn. NS a.dyn.",
    ],
  ])("%s", (...[, desired, actual, expected]) =>
    expect(updateText(desired, actual)).toBe(expected === "" ? "" : `server 127.0.0.1\nzone dyn.\n${expected}\nsend\n`),
  );

  test("of much is cut into messages, never in the middle of a name", () => {
    const many = Array.from({ length: 1000 }, (_, index) => record(`host${index}`, "A", `10.0.${index >> 8}.${index & 255}`));
    const messages = updateText(dyn(...many), {})
      .split("send\n")
      .slice(0, -1);
    expect(messages.length).toBeGreaterThan(2);
    expect(messages.every((message) => message.length < 18_000)).toBe(true);
    expect(messages.join("").match(/update add/g)).toHaveLength(1000);
  });
});

test("the configuration provides its zones", () => {
  expect(bindConfig({ content: "", zones: [{ zone: "home" }, { zone: "home", view: "inside" }] }).provides).toEqual([
    "bind-zone:home",
    "bind-zone:home IN inside",
  ]);
});
