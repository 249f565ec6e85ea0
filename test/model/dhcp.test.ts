// DHCP as a model: what is rendered reads back as what was meant, and hand-written files are read as properties.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseLooseJson } from "../../src/lib/loose-json.ts";
import { readIsc } from "../../src/model/dhcp/isc-read.ts";
import { iscConf, iscDefaults } from "../../src/model/dhcp/isc-text.ts";
import { readKea } from "../../src/model/dhcp/kea-read.ts";
import { keaText } from "../../src/model/dhcp/kea-text.ts";
import type { DhcpModel, DhcpServerName, DhcpSettings } from "../../src/model/dhcp/model.ts";

const lan: DhcpModel = {
  server: "kea",
  interfaces: [],
  authoritative: true,
  subnets: [
    {
      id: 3_232_235_776,
      cidr: "192.168.1.0/24",
      pools: [{ from: "192.168.1.150", to: "192.168.1.239" }],
      options: { routers: "192.168.1.1", "domain-name-servers": "192.168.1.9, 192.168.1.2", "domain-name": "home", "domain-search": "home, dhcp.home" },
      lease: 3600,
      maxLease: 864_000,
      boot: { file: "pxelinux.0", server: "192.168.1.5" },
      ddns: "dhcp.home",
      reservations: [
        { name: "ocean", mac: "a6:47:8f:4b:cc:41", address: "192.168.1.143" },
        { name: "node005", mac: "92:6c:9a:65:20:23", address: "192.168.1.9" },
      ],
    },
    { id: 168_427_520, cidr: "10.10.0.0/16", pools: [], options: { "tftp-server-name": "a,b" }, lease: 60, maxLease: 60, reservations: [] },
  ],
  ddns: { server: "127.0.0.1", key: { name: "dhcp", file: "/etc/dhcp/hlx-ddns.key" }, zones: ["dhcp.home"] },
};

const read = (model: DhcpModel): DhcpSettings => (model.server === "kea" ? readKea(keaText(model)) : readIsc(iscConf(model), iscDefaults(model)));
const without = (settings: DhcpSettings, prefix: string): DhcpSettings =>
  Object.fromEntries(Object.entries(settings).filter(([property]) => !property.startsWith(prefix)));

const common = {
  authoritative: "yes",
  interfaces: "all",
  "boot:192.168.1.0/24": "pxelinux.0 from 192.168.1.5",
  "ddns:192.168.1.0/24": "dhcp.home",
  "lease:10.10.0.0/16": "60 s, at most 60 s",
  "lease:192.168.1.0/24": "3600 s, at most 864000 s",
  "option:10.10.0.0/16:tftp-server-name": "a,b",
  "option:192.168.1.0/24:domain-name": "home",
  "option:192.168.1.0/24:domain-name-servers": "192.168.1.9, 192.168.1.2",
  "option:192.168.1.0/24:domain-search": "home, dhcp.home",
  "option:192.168.1.0/24:routers": "192.168.1.1",
  "pool:192.168.1.0/24": "192.168.1.150-192.168.1.239",
  "reservation:node005": "92:6c:9a:65:20:23 → 192.168.1.9",
  "reservation:ocean": "a6:47:8f:4b:cc:41 → 192.168.1.143",
};

test("one model means the same to both servers, in each one's own words", () => {
  expect(without(read(lan), "extra:")).toEqual({ ...common, "subnet:10.10.0.0/16": "id 168427520", "subnet:192.168.1.0/24": "id 3232235776" });
  expect(without(read({ ...lan, server: "isc" }), "extra:")).toEqual({ ...common, "subnet:10.10.0.0/16": "served", "subnet:192.168.1.0/24": "served" });
});

test("how Kea is run is told of only where somebody asks for it", () => {
  const loggers = [{ name: "kea-dhcp4", severity: "DEBUG" }];
  const text = keaText({ ...lan, extra: { loggers, "lease-database": { type: "mysql", password: "p" } } });
  expect(Object.keys(readKea(keaText(lan))).filter((property) => property.startsWith("extra:"))).toEqual(["extra:ddns-override-client-update"]);
  expect(readKea(text)).not.toHaveProperty("extra:loggers");
  expect(readKea(text, ["loggers"])).toMatchObject({
    "extra:loggers": '[{"name":"kea-dhcp4","severity":"DEBUG"}]',
    "extra:lease-database": '{"password":"(hidden)","type":"mysql"}',
  });
});

test("reservations are one a line, in the order of their addresses", () => {
  for (const [text, pattern] of [
    [keaText(lan), /^ *\{ "hw-address": "92.*\n *\{ "hw-address": "a6/m],
    [iscConf(lan), /^host node005 .*\nhost ocean /m],
  ] as const)
    expect(text).toMatch(pattern);
});

const octet = fc.integer({ min: 0, max: 255 });
const name = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,20}[a-z0-9])?$/);
const mac = fc.array(octet, { minLength: 6, maxLength: 6 }).map((bytes) => bytes.map((byte) => byte.toString(16).padStart(2, "0")).join(":"));
const text = fc.string({ unit: "grapheme", minLength: 1, maxLength: 20 }).filter((value) => /^[^\p{Cc}"\\]+$/u.test(value) && value.trim() === value);
const address = (net: number): fc.Arbitrary<string> => octet.map((last) => `10.0.${net}.${last}`);
const subnet = (net: number) =>
  fc.record({
    id: fc.constant(167_772_160 + net * 256),
    cidr: fc.constant(`10.0.${net}.0/24`),
    pools: fc.array(fc.record({ from: address(net), to: address(net) }), { maxLength: 3 }),
    options: fc.record(
      { routers: address(net), "boot-file-name": text, "domain-search": fc.array(name, { minLength: 1, maxLength: 4 }).map((all) => all.join(", ")) },
      { requiredKeys: [] },
    ),
    lease: fc.nat(),
    maxLease: fc.nat(),
    reservations: fc.uniqueArray(fc.record({ name, mac, address: address(net) }), { maxLength: 5, selector: (one) => one.name }),
  });
const models: fc.Arbitrary<DhcpModel> = fc.record({
  server: fc.constantFrom<DhcpServerName>("kea", "isc"),
  interfaces: fc.uniqueArray(name, { maxLength: 3 }),
  authoritative: fc.boolean(),
  subnets: fc.tuple(subnet(0), subnet(1)),
});

test("every part of every model is read back as it was meant", () => {
  fc.assert(
    fc.property(models, (model) => {
      const settings = read(model);
      for (const { cidr, pools, options, lease, maxLease, reservations } of model.subnets) {
        expect(settings[`lease:${cidr}`]).toBe(`${lease} s, at most ${maxLease} s`);
        const said = pools.map(({ from, to }) => `${from}-${to}`).sort();
        expect(settings[`pool:${cidr}`]).toBe(said.length === 0 ? undefined : said.join(", "));
        for (const [option, value] of Object.entries(options)) expect(settings[`option:${cidr}:${option}`]).toBe(value);
        for (const one of reservations) expect(settings[`reservation:${one.name}`]).toContain(`${one.mac} → ${one.address}`);
      }
      expect(settings["interfaces"]).toBe(model.interfaces.length === 0 ? "all" : [...model.interfaces].sort().join(", "));
      expect(settings["authoritative"]).toBe(model.authoritative ? "yes" : "no");
    }),
    { numRuns: 300 },
  );
});

describe("a configuration by hand", () => {
  test("of Kea is read with its comments, its commas too many, what is inherited, and what hlx has no word for", () => {
    const settings = readKea(`# by hand
{ "Dhcp4": { // one network
  "interfaces-config": { "interfaces": [ "eth0" ], "dhcp-socket-type": "udp", },
  "control-socket": {}, "loggers": [], "lease-database": { "lfc-interval": 3600, "type": "memfile" },
  "valid-lifetime": 900, /* a
  block */
  "option-data": [ { "code": 6, "data": "10.0.0.1,10.0.0.2" }, { "name": "broadcast-address", "data": "10.0.0.255" }, { "name": "domain-name", "data": "one.test" } ],
  "hooks-libraries": [ { "library": "/x.so" } ], "hosts-database": { "user": "u", "password": "p" },
  "subnet4": [ { "id": 7, "subnet": "10.0.0.0/24", "pools": [ { "pool": "10.0.0.10-10.0.0.20" }, { "pool": "10.0.0.64/26", "client-class": "x" } ],
    "option-data": [ { "name": "domain-name", "data": "two.test", "always-send": true } ],
    "relay": { "ip-addresses": [ "10.0.0.9" ] },
    "reservations": [ { "hw-address": "AA:bb:CC:dd:EE:ff", "ip-address": "10.0.0.50", "hostname": "h://x", "client-classes": [ "k" ] },
                      { "client-id": "01:02", "ip-address": "10.0.0.51" }, { "hw-address": "aa:bb:cc:dd:ee:00" } ], } ] } }`);
    expect(settings).toEqual({
      authoritative: "no",
      interfaces: "eth0",
      "extra:10.0.0.0/24:relay": '{"ip-addresses":["10.0.0.9"]}',
      "extra:hooks-libraries": '[{"library":"/x.so"}]',
      "extra:hosts-database": '{"password":"(hidden)","user":"u"}',
      "extra:interfaces-config": '{"dhcp-socket-type":"udp"}',
      "lease:10.0.0.0/24": "900 s, at most 900 s",
      "option:10.0.0.0/24:domain-name": 'two.test with {"always-send":true}',
      "option:10.0.0.0/24:domain-name-servers": "10.0.0.1, 10.0.0.2",
      "pool:10.0.0.0/24": '10.0.0.10-10.0.0.20, 10.0.0.64/26 with {"client-class":"x"}',
      "reservation:10.0.0.51": '{"client-id":"01:02"} → 10.0.0.51',
      "reservation:aa:bb:cc:dd:ee:00": "aa:bb:cc:dd:ee:00 → any address",
      "reservation:h://x": 'aa:bb:cc:dd:ee:ff → 10.0.0.50 with {"client-classes":["k"]}',
      "subnet:10.0.0.0/24": "id 7",
    });
  });

  test("of dhcpd is read with its comments, what is inherited, and what hlx has no word for", () => {
    const settings = readIsc(
      `# by hand; with { brackets
option domain-name "one.test"; option domain-name-servers 10.0.0.1,10.0.0.2;
default-lease-time 900; max-lease-time 864000; not authoritative; log-facility local7; option subnet-mask 255.255.255.128;
key rndc-key { algorithm hmac-sha256; secret "abc=="; }
class "pxe" { match if substring (option vendor-class-identifier, 0, 9) = "PXEClient"; }
group { host g { hardware ethernet aa:bb:cc:dd:ee:01; fixed-address 10.0.0.52; } }
group { filename "z"; host k { hardware ethernet aa:bb:cc:dd:ee:02; } }
subnet 10.0.0.0 netmask 255.255.255.128 { pool { range 10.0.0.10 10.0.0.20; } pool { deny unknown-clients; } range 10.0.0.30; filename "pxe.0"; option domain-name "two.test"; allow bootp; authoritative; option broadcast-address 10.0.0.127;
  host Inner { hardware ethernet AA:bb:CC:dd:EE:ff; fixed-address inner.home; } }
host h { hardware ethernet aa:bb:cc:dd:ee:00; fixed-address 10.0.0.51; option host-name "other"; filename "x;y"; }
`,
      '# Defaults\nINTERFACESv4=\'eth1  eth0\'\nINTERFACESv6=""\nOPTIONS="-s"\n',
    );
    expect(settings).toEqual({
      authoritative: "yes",
      interfaces: "eth0, eth1",
      "boot:10.0.0.0/25": "pxe.0",
      "extra:10.0.0.0/25:allow": "allow bootp",
      "extra:10.0.0.0/25:pool": "pool { deny unknown-clients; }",
      "extra:group": 'group { filename "z"; host k { hardware ethernet aa:bb:cc:dd:ee:02; } }',
      "extra:class": 'class "pxe" { match if substring (option vendor-class-identifier, 0, 9) = "PXEClient"; }',
      "extra:defaults": 'OPTIONS="-s"',
      "extra:key": "key rndc-key { algorithm hmac-sha256; secret (hidden); }",
      "lease:10.0.0.0/25": "900 s, at most 864000 s",
      "option:10.0.0.0/25:domain-name": "two.test",
      "option:10.0.0.0/25:domain-name-servers": "10.0.0.1, 10.0.0.2",
      "pool:10.0.0.0/25": "10.0.0.10-10.0.0.20, 10.0.0.30-10.0.0.30",
      "reservation:g": "aa:bb:cc:dd:ee:01 → 10.0.0.52",
      "reservation:inner": "aa:bb:cc:dd:ee:ff → inner.home",
      "reservation:other": 'aa:bb:cc:dd:ee:00 → 10.0.0.51 with filename "x;y"',
      "subnet:10.0.0.0/25": "served",
    });
  });

  test("of dhcpd that is authoritative for some networks only is neither yes nor no; what somebody asks for is told", () => {
    const settings = readIsc("log-facility local7; subnet 10.0.0.0 netmask 255.255.255.0 { authoritative; } subnet 10.0.1.0 netmask 255.255.255.0 { }", "", [
      "log-facility",
    ]);
    expect(settings).toMatchObject({ authoritative: "in some networks", "extra:log-facility": "log-facility local7" });
  });

  test.each([
    ["Kea, no JSON", () => readKea("{ nonsense")],
    ["Kea, something else", () => readKea('{ "Dhcp6": {} }')],
    ["dhcpd, an open bracket", () => readIsc("subnet {", "")],
    ["dhcpd, an open string", () => readIsc('option domain-name "x;', "")],
    ["dhcpd, a bracket too many", () => readIsc("}", "")],
    ["dhcpd, nested beyond sense", () => readIsc("a {".repeat(5000), "")],
  ])("that cannot be read is one property: %s", (_, reading) => {
    expect(reading()).toEqual({ unreadable: expect.stringMatching(/^1 lines, sha256:[0-9a-f]{16}$/) });
  });
});

test("whatever a host prints is read as words", () => {
  const hostile = fc.oneof(
    fc.string({ unit: "binary" }),
    fc
      .array(fc.constantFrom("{", "}", ";", '"', "\\", "#", "subnet", "host", "__proto__", "10.0.0.0", "netmask", "\n", "range", "//", "/*", ","), {
        maxLength: 40,
      })
      .map((parts) => parts.join(" ")),
    fc.json().map((json) => `{"Dhcp4":{"subnet4":[${json}],"option-data":${json},"interfaces-config":${json},"__proto__":${json}}}`),
  );
  fc.assert(
    fc.property(hostile, hostile, (one, other) => {
      for (const settings of [readKea(one), readIsc(one, other)]) for (const value of Object.values(settings)) expect(value).toBeTypeOf("string");
      expect(Object.getOwnPropertyNames(Object.prototype)).not.toContain("polluted");
    }),
    { numRuns: 150 },
  );
});

test.each([",", '"\\"', "/*", '"', "[", "{a ", "#", " ,\n"])("a quarter of a megabyte of %j is read in no time", (part) => {
  const text = part.repeat(262_144 / part.length);
  const begun = performance.now();
  expect(readKea(text)).toHaveProperty("unreadable");
  readIsc(text, text);
  readKea(`{"Dhcp4":{"x":${"[".repeat(100_000)}${"]".repeat(100_000)}}}`);
  expect(performance.now() - begun).toBeLessThan(5000);
});

test.each<readonly [string, unknown]>([
  ['{"a": "// no # comment /* here */ ,}", } // yes', { a: "// no # comment /* here */ ,}" }],
  ["[1, /* x, ] */ 2, # y\n]", [1, 2]],
  ['{"a\\"//": [[],,]}', { 'a"//': [[]] }],
])("JSON with comments and commas too many: %s", (source, value) => expect(parseLooseJson(source)).toEqual(value));
