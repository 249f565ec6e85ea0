// The record model: what names, addresses and reservations follow from an inventory.
import { describe, expect, test } from "vitest";
import { loadInventory } from "../../src/inventory/load.ts";
import { type DnsRecord, inZone, recordsOf, reservationsOf } from "../../src/model/names.ts";
import { absoluteData } from "../../src/model/record-data.ts";
import { addressOfReverse, reverseName, reverseZones } from "../../src/model/reverse.ts";
import { viewOf } from "../../src/model/role.ts";

const text = `
format: 1
networks:
  lan:
    cidr: 10.7.0.0/24
    domain: Home.test
    records:
      "*": web
      "@": [{ type: MX, data: 10 mail, ttl: 600 }, { type: TXT, data: "v=spf1 -all" }]
      printer: 50
      outside: 203.0.113.9
      far: web.tail
      _http._tcp: { type: SRV, data: 0 0 80 web }
  lan6: { cidr: "fd00:7::/64", domain: home.test }
  tail: { cidr: 100.64.0.0/10 }
hosts:
  web: { lan: 2, lan6: 2, tail: 100.64.0.9, mac: "AA:BB:CC:00:00:02", aliases: [www, shop.home.test] }
  plain: { lan: 3 }
devices:
  gw: { lan: 1, mac: "aa:bb:cc:00:00:01" }
`;
const inventory = loadInventory({ file: "/lab/inventory.yaml", text });
const view = viewOf(inventory);
const shown = (records: readonly DnsRecord[]) => records.map(({ name, ttl, type, data }) => [name, ...(ttl === undefined ? [] : [ttl]), type, data].join(" "));

describe("records of an inventory", () => {
  const records = recordsOf(view);
  test("the zone of a domain has hosts, devices, aliases and the network's own records", () =>
    expect(shown(inZone(records, "home.test")).sort()).toEqual([
      "*.home.test A 10.7.0.2",
      "_http._tcp.home.test SRV 0 0 80 web.home.test.",
      "far.home.test A 100.64.0.9",
      "gw.home.test A 10.7.0.1",
      "home.test 600 MX 10 mail.home.test.",
      'home.test TXT "v=spf1 -all"',
      "outside.home.test A 203.0.113.9",
      "plain.home.test A 10.7.0.3",
      "printer.home.test A 10.7.0.50",
      "shop.home.test CNAME web.home.test.",
      "web.home.test A 10.7.0.2",
      "web.home.test AAAA fd00:7::2",
      "www.home.test CNAME web.home.test.",
    ]));
  test("reverse zones have one PTR for each host and device, of both families", () =>
    expect(shown(inZone(records, "arpa")).sort()).toEqual([
      "1.0.7.10.in-addr.arpa PTR gw.home.test.",
      `2.${"0.".repeat(23)}7.0.0.0.0.0.d.f.ip6.arpa PTR web.home.test.`,
      "2.0.7.10.in-addr.arpa PTR web.home.test.",
      "3.0.7.10.in-addr.arpa PTR plain.home.test.",
    ]));
  test("each says where it stands", () => {
    const at = (name: string) => records.filter((record) => record.name === name).map(({ path }) => inventory.at?.(path)?.line);
    expect([at("printer.home.test"), at("www.home.test"), at("gw.home.test")]).toEqual([[10], [17], [20]]);
  });
  test("a network alone", () => expect(shown(recordsOf(view, ["lan6"])).length).toBe(4));
  test("a network without a domain has none", () => expect(recordsOf(view, ["tail"])).toEqual([]));
});

describe("reservations", () => {
  test("whoever has a MAC and an IPv4 address, small letters", () =>
    expect(reservationsOf(view, "lan").map(({ name, fqdn, mac, address }) => [name, fqdn, mac, address])).toEqual([
      ["web", "web.home.test", "aa:bb:cc:00:00:02", "10.7.0.2"],
      ["gw", "gw.home.test", "aa:bb:cc:00:00:01", "10.7.0.1"],
    ]));
  test("no IPv6 ones: DHCPv6 knows no MACs", () => expect(reservationsOf(view, "lan6")).toEqual([]));
});

describe("reverse zones", () => {
  test.each([
    ["192.168.1.0/24", ["1.168.192.in-addr.arpa"]],
    ["192.168.1.128/25", ["1.168.192.in-addr.arpa"]],
    ["10.0.0.0/8", ["10.in-addr.arpa"]],
    ["172.16.0.0/15", ["16.172.in-addr.arpa", "17.172.in-addr.arpa"]],
    ["10.0.4.0/23", ["4.0.10.in-addr.arpa", "5.0.10.in-addr.arpa"]],
    ["fd00:7::/64", ["0.0.0.0.0.0.0.0.7.0.0.0.0.0.d.f.ip6.arpa"]],
    ["fd00::/7", ["c.f.ip6.arpa", "d.f.ip6.arpa"]],
    ["fd00::/126", [`${"0.".repeat(29)}d.f.ip6.arpa`]],
  ])("%s", (cidr, zones) => expect(reverseZones(cidr)).toEqual(zones));
  test("100.64.0.0/10 has 64", () =>
    expect([reverseZones("100.64.0.0/10").length, reverseZones("100.64.0.0/10").at(-1)]).toEqual([64, "127.100.in-addr.arpa"]));
  test.each(["192.168.1.2", "fd00::1"])("%s there and back", (address) => expect(addressOfReverse(`${reverseName(address)}.`)).toBe(address));
  test.each(["dns01.home", "1.168.192.in-addr.arpa", "1.1.1.300.in-addr.arpa", "x.ip6.arpa"])("%s is no address", (name) =>
    expect(addressOfReverse(name)).toBeUndefined(),
  );
});

describe("data", () => {
  test.each([
    ["MX", "10 Mail", "10 mail.home."],
    ["MX", "10 mail.example.", "10 mail.example."],
    ["CNAME", "@", "home."],
    ["NS", "ns.home", "ns.home."],
    ["SRV", "0  5 443 a", "0 5 443 a.home."],
    ["TXT", 'say "hi"', '"say \\"hi\\""'],
    ["TXT", '"a" "b"', '"a" "b"'],
    ["TXT", "x".repeat(300), `"${"x".repeat(255)}" "${"x".repeat(45)}"`],
    ["SSHFP", "4 2 ab", "4 2 ab"],
  ])("%s %s", (type, data, expected) => expect(absoluteData(type, data, "home")).toBe(expected));
});
