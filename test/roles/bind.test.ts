// The bind role: what it declares for which params; on a host it is test/lab/bind.test.ts.
import { describe, expect, test } from "vitest";
import bind from "../../roles/bind/role.ts";
import dhcp from "../../roles/dhcp/role.ts";
import { validateValue } from "../../src/model/documents/validate.ts";
import type { Device, Host, Network } from "../../src/model/host.ts";
import type { Resource } from "../../src/model/resource.ts";
import type { InventoryView } from "../../src/model/role.ts";
import { withDefaults } from "../../src/playbook/params.ts";
import type { BindConfig } from "../../src/resources/bind/config.ts";
import type { BindZone } from "../../src/resources/bind/zone-desired.ts";
import { kinds } from "../../src/resources/registry.ts";

function hostOf(name: string, addresses: Host["addresses"]): Host {
  return { name, login: { connection: "ssh", address: name, become: true }, groups: [], addresses, vars: {}, sources: {} };
}

const network = (name: string, cidr: string, domain?: string): [string, Network] => [
  name,
  { name, cidr, dns: [], ranges: {}, ...(domain !== undefined && { domain }) },
];
const device = (name: string, addresses: Device["addresses"], aliases?: readonly string[]): [string, Device] => [
  name,
  { name, addresses, ...(aliases && { aliases }) },
];

const dns01 = hostOf("dns01", { lan: "192.168.1.2" });
const dns02 = hostOf("dns02", { lan: "192.168.1.3", tailnet: "100.64.0.3" });
const inventory: InventoryView = {
  hosts: new Map([dns01, dns02].map((one) => [one.name, one])),
  groups: new Map(),
  devices: new Map([device("ocean", { lan: "192.168.1.143", six: "fd00::143" }, ["media"]), device("apiserver", { lan: "192.168.1.99" })]),
  networks: new Map([
    network("lan", "192.168.1.0/24", "home"),
    network("tailnet", "100.64.0.0/10"),
    network("six", "fd00::/64", "home"),
    network("half", "10.0.0.0/25", "half"),
  ]),
  select: () => [dns01],
};

function declared(given: unknown, host = dns01): readonly Resource[] {
  expect(validateValue(withDefaults(given, bind.params), bind.params, () => undefined, "bind")).toEqual([]);
  const resources = bind.declare({ params: withDefaults(given, bind.params) as never, host, facts: {} as never, inventory, inputs: {} });
  const refused = resources.flatMap(({ kind, desired, id }) =>
    validateValue(desired, kinds.find((one) => one.kind === kind)?.schema ?? { not: {} }, () => undefined, id),
  );
  expect(refused).toEqual([]);
  return resources;
}

function records(given: unknown, zone: string): Readonly<Record<string, readonly string[]>> {
  const found = declared(given).find(({ id }) => id === `bind.zone:${zone}`)?.desired as BindZone;
  return Object.fromEntries(Object.entries(found.records).map(([key, { data }]) => [key, data]));
}

function conf(given: unknown, host = dns01): string {
  const config = declared(given, host).find(({ kind }) => kind === "bind.config");
  return (config?.desired as BindConfig | undefined)?.content.join("") ?? "";
}

const home = { from: "lan" };

describe("a zone from the inventory", () => {
  test("has the addresses of hosts and devices, aliases, and this host as its server", () =>
    expect(records({ zones: { home } }, "home")).toEqual({
      "@ NS": ["dns01.home."],
      "apiserver A": ["192.168.1.99"],
      "dns01 A": ["192.168.1.2"],
      "dns02 A": ["192.168.1.3"],
      "media CNAME": ["ocean.home."],
      "ocean A": ["192.168.1.143"],
    }));

  test("has IPv6 where a network has", () => expect(records({ zones: { home: { from: ["lan", "six"] } } }, "home")["ocean AAAA"]).toEqual(["fd00::143"]));

  test("of addresses has pointers", () =>
    expect(records({ zones: { "1.168.192.in-addr.arpa": home } }, "1.168.192.in-addr.arpa")).toMatchObject({
      "@ NS": ["dns01.home."],
      "143 PTR": ["ocean.home."],
    }));

  test("brings its reverse zones, in the domain's name", () => {
    const ids = declared({ zones: { home: { from: ["lan", "six"], reverse: true } } }).map(({ id }) => id);
    expect(ids).toEqual(expect.arrayContaining(["bind.zone:1.168.192.in-addr.arpa", "bind.zone:0.0.0.0.0.0.0.0.0.0.0.0.0.0.d.f.ip6.arpa"]));
    const reverse = declared({ zones: { home: { from: "lan", reverse: true } } }).find(({ id }) => id === "bind.zone:1.168.192.in-addr.arpa");
    expect(reverse?.desired).toMatchObject({ soa: { mname: "dns01.home.", rname: "hostmaster.home." } });
  });

  test("that is less than a /24 has a zone of its own only where it is named so (RFC 2317)", () => {
    const zones = { "0/25.1.168.192.in-addr.arpa": home, "100-200.1.168.192.in-addr.arpa": home };
    expect(Object.keys(records({ zones }, "0/25.1.168.192.in-addr.arpa"))).toEqual(["2 PTR", "3 PTR", "99 PTR", "@ NS"]);
    expect(Object.keys(records({ zones }, "100-200.1.168.192.in-addr.arpa"))).toEqual(["143 PTR", "@ NS"]);
  });

  test("leaves to a deeper zone what is in that", () => {
    const zones = { home: { ...home, records: { "a.dyn": "ocean" } }, "ocean.home": { from: "lan" } };
    expect([records({ zones }, "home")["ocean A"], records({ zones }, "ocean.home")["@ A"]]).toEqual([undefined, ["192.168.1.143"]]);
  });

  test("takes records of its own", () => {
    const own = {
      "*": "ocean",
      "k8s-lb": "apiserver",
      two: ["10.0.0.1", "fd00::1"],
      "@": { type: "MX", data: "10 mail" },
      mail: { type: "A", data: "10.0.0.2", ttl: 60 },
    };
    expect(records({ zones: { home: { ...home, records: own } } }, "home")).toMatchObject({
      "* A": ["192.168.1.143"],
      "k8s-lb A": ["192.168.1.99"],
      "two A": ["10.0.0.1"],
      "two AAAA": ["fd00::1"],
      "@ MX": ["10 mail.home."],
      "mail A": ["10.0.0.2"],
    });
  });

  test("has the servers and the primary that are written out, and no others", () => {
    const params = { ...home, soa: { mname: "ns.home", contact: "me@home" }, records: { "@": { type: "NS", data: "ns" }, ns: "dns01" } };
    expect(records({ zones: { home: params } }, "home")["@ NS"]).toEqual(["ns.home."]);
    expect(declared({ zones: { home: params } }).find(({ id }) => id === "bind.zone:home")?.desired).toMatchObject({
      soa: { mname: "ns.home.", rname: "me.home." },
    });
    expect(records({ zones: { home: { ...home, ns: ["dns02", "ns.example.org."] } } }, "home")["@ NS"]).toEqual(["dns02.home.", "ns.example.org."]);
  });

  test.each<readonly [string, object, RegExp]>([
    ["a network that there is not", { home: { from: "lna" } }, /from "lna", which is no network of the inventory \(lan,/],
    ["a name that is nobody's", { home: { records: { a: "oecan" } } }, /"oecan" is no address, and no host or device/],
    ["a forward zone to nobody", { corp: { type: "forward" } }, /forwarded to nobody/],
    ["a secondary of nobody", { corp: { type: "secondary" } }, /transferred from nobody/],
    ["a CNAME beside an address", { home: { from: "lan", records: { ocean: { type: "CNAME", data: "dns01" } } } }, /ocean is a CNAME and has A, too/],
  ])("refuses %s", (_, zones, message) => expect(() => declared({ zones })).toThrow(message));
});

describe("the configuration", () => {
  test("answers the inventory's networks and transfers nothing", () => {
    const text = conf({ forwarders: ["1.1.1.1", "dns02", "10.0.0.9#5335"], zones: { home } });
    expect(text).toContain("allow-recursion { localhost; localnets; 192.168.1.0/24; 100.64.0.0/10; fd00::/64; 10.0.0.0/25; };");
    expect(text).toContain("forwarders { 1.1.1.1; 192.168.1.3; 10.0.0.9 port 5335; };");
    expect(text).toContain("\tallow-transfer { none; };");
    expect(text).toContain('zone "home" {\n\ttype primary;\n\tfile "/var/lib/bind/hlx/home.zone";\n\tallow-transfer { key hlx-local; };\n};');
  });

  test.each<readonly [string, object, readonly string[]]>([
    ["listens on the loopback, too", { listen: ["dns01"] }, ["listen-on { 127.0.0.1; 192.168.1.2; };", "listen-on-v6 { none; };"]],
    ["does not look up for others", { recursion: false }, ["recursion no;"]],
    [
      "does not ask for signatures of what is asked elsewhere",
      { zones: { corp: { type: "forward", forwarders: ["10.0.0.1"] } } },
      ['validate-except { "corp"; };', "forward only;"],
    ],
    [
      "tells its secondary, by a key",
      { zones: { home: { ...home, secondaries: ["dns02"], key: "xfer" } } },
      ["also-notify { 192.168.1.3 key xfer; };", "allow-transfer { key hlx-local; key xfer; };"],
    ],
    [
      "is a secondary",
      { zones: { home: { type: "secondary", primaries: ["dns02"], key: "xfer" } } },
      ["type secondary;", "primaries { 192.168.1.3 key xfer; };"],
    ],
    [
      "takes updates",
      { zones: { dyn: { mode: "dynamic", updateKeys: ["dhcp"] } } },
      ["update-policy { grant hlx-local zonesub ANY; grant dhcp zonesub ANY; };", 'file "/var/lib/bind/dyn.zone";'],
    ],
    ["signs", { zones: { home: { ...home, dnssec: "default" } } }, ['dnssec-policy "default";', "inline-signing yes;", 'file "/var/lib/bind/home.zone";']],
    [
      "names clients by network, host and exclusion",
      { acls: { some: ["lan", "!ocean", "key x", "10.0.0.0/8"] } },
      ['acl "some" { 192.168.1.0/24; !192.168.1.143; key x; 10.0.0.0/8; };'],
    ],
    [
      "consumes catalogs",
      { catalogs: { "cat.home": { primaries: ["dns02"] } } },
      ['zone "cat.home" default-primaries { 192.168.1.3; } zone-directory "/var/cache/bind";'],
    ],
    ["takes what is written out", { options: ["version none;"], extra: "statistics-channels { };\n" }, ["\tversion none;", "\nstatistics-channels { };\n"]],
  ])("%s", (_, given, expected) => {
    const text = conf(given);
    for (const line of expected) expect(text).toContain(line);
  });

  test("has views that hlx's own keys tell apart", () => {
    const views = {
      inside: { clients: ["lan"], zones: { home } },
      outside: { clients: ["any"], recursion: false, zones: { home: { records: { "@": "192.0.2.1" } } } },
    };
    const text = conf({ views });
    expect(text).toContain("match-clients { !key hlx-local-outside; key hlx-local-inside; 192.168.1.0/24; };");
    expect(text).toContain("match-clients { !key hlx-local-inside; key hlx-local-outside; any; };");
    expect(declared({ views }).map(({ id }) => id)).toEqual(expect.arrayContaining(["bind.zone:home IN inside", "bind.zone:home IN outside"]));
    expect(() => declared({ views, zones: { home } })).toThrow(/zones stand in them/);
  });

  test("holds no secret: keys are in a file that only named reads", () => {
    const given = { keys: { xfer: { secret: { secret: "dns.xfer" } } }, zones: { home } };
    expect(conf(given)).toContain('include "/etc/bind/hlx/keys.conf";');
    const unnamed = declared({ keys: { ddns: {} } }).find(({ id }) => id === "file:/etc/bind/hlx/keys.conf");
    expect(unnamed?.desired).toMatchObject({ content: expect.arrayContaining([{ secret: "tsig.ddns" }]) });
    const keys = declared(given).find(({ id }) => id === "file:/etc/bind/hlx/keys.conf");
    expect(keys?.desired).toMatchObject({ mode: "0640", group: "bind", content: expect.arrayContaining([{ secret: "dns.xfer" }]) });
  });
});

test("the order: files of zones, then the configuration, then the unit, then updates", () => {
  const ids = declared({ zones: { home, dyn: { mode: "dynamic" } } }).map(({ id }) => id);
  const at = ["bind.zone:home", "command:begin the zone dyn", "bind.config:/etc/bind/named.conf", "service:named", "bind.records:dyn"].map((id) =>
    ids.indexOf(id),
  );
  expect(at).toEqual([...at].sort((a, b) => a - b));
  expect(at).not.toContain(-1);
});

test("what it claims: its port, its zones, of which networks they tell, and its own records", () => {
  const params = withDefaults({ zones: { home: { ...home, records: { www: "ocean" } } } }, bind.params) as never;
  expect(bind.claims?.({ params, host: dns01, inventory, inputs: {} })).toEqual([
    expect.objectContaining({ claim: "port", port: 53, protocol: "udp" }),
    expect.objectContaining({ claim: "port", port: 53, protocol: "tcp" }),
    { claim: "zone", zone: "home", path: ["zones", "home"] },
    { claim: "tells", network: "lan", path: ["zones", "home"] },
    { claim: "record", name: "www.home", type: "A", data: "192.168.1.143", path: ["zones", "home", "records", "www"] },
  ]);
});

test.each<readonly [string, object, string]>([
  [
    "a record of nobody",
    { zones: { home: { ...home, records: { a: ["ocean", "oecan"] } } } },
    'zones.home.records.a: "oecan" is no address, .*did you mean "ocean"',
  ],
  ["a secondary that nobody is", { zones: { home: { ...home, secondaries: ["dns20"] } } }, 'zones.home.secondaries.0: "dns20" .*did you mean "dns0'],
  ["a forwarder with a port that nobody is", { forwarders: ["oecan#5335"] }, 'forwarders.0: "oecan" is no address'],
  [
    "a key without its line",
    { keys: { ddns: {} }, zones: { d: { mode: "dynamic", updateKeys: ["dnds"] } } },
    'zones.d.updateKeys.0: there is no key "dnds" .*did you mean "ddns"',
  ],
  ["the same in a view", { views: { v: { clients: ["any"], zones: { d: { key: "x" } } } } }, "views.v.zones.d.key: there is no key .*write keys: { x: {} }"],
])("%s is an error at its place, and nothing else is claimed", (_, given, said) => {
  const claims = bind.claims?.({ params: withDefaults(given, bind.params) as never, host: dns01, inventory, inputs: {} }) ?? [];
  const shown = claims.map((claim) => (claim.claim === "finding" ? `${claim.path.join(".")}: ${claim.message} ${claim.hint}` : claim.claim));
  expect(shown).toEqual([expect.stringMatching(said)]);
});

test("a dynamic zone is there for whoever has its key: a DHCP server needs just that", () => {
  const params = withDefaults({ keys: { "hlx-dhcp": {} }, zones: { "dhcp.home": { mode: "dynamic", updateKeys: ["hlx-dhcp"] } } }, bind.params) as never;
  const [provided] = bind.claims?.({ params, host: dns01, inventory, inputs: {} }).filter(({ claim }) => claim === "provides") ?? [];
  const asking = { params: withDefaults({ networks: ["lan"], ddns: "bind" }, dhcp.params) as never, host: dns01, inventory, inputs: {} };
  const [needed] = dhcp.claims?.(asking).filter(({ claim }) => claim === "needs") ?? [];
  expect(provided).toMatchObject({ what: "the zone dhcp.home, open to updates with the key hlx-dhcp" });
  expect(needed).toMatchObject({ what: (provided as { readonly what?: string } | undefined)?.what });
});

test.each([
  { zones: { "ho me": {} } },
  { zones: { home: { records: { a: "x\ny" } } } },
  { acls: { "a;b": [] } },
  { acls: { a: ['any"; };'] } },
  { forwarders: ["1.1.1.1; }"] },
  { options: ["a\nb"] },
  { keys: { "x y": { secret: "AAAA" } } },
  { keys: { x: { secret: 'A"; };' } } },
  { zone: {} },
])("hostile or wrong params are refused: %j", (given) =>
  expect(validateValue(withDefaults(given, bind.params), { ...bind.params }, () => undefined, "bind")).not.toEqual([]),
);
