// From what servers were told to an inventory that says the same.
import { describe, expect, test } from "vitest";
import type { Gathered } from "../../src/import/gathered.ts";
import { type Imported, importedFrom } from "../../src/import/inventory.ts";
import { type ImportKind, readSources } from "../../src/import/read.ts";
import { filesOf } from "../../src/import/write.ts";
import { loadInventory } from "../../src/inventory/load.ts";
import type { Inventory } from "../../src/model/host.ts";
import { inZone, recordsOf, reservationsOf } from "../../src/model/names.ts";
import { ProblemError } from "../../src/model/problem.ts";

const folder = "test/fixtures/import";

async function gathered(kinds: readonly ImportKind[], ...sources: readonly string[]): Promise<readonly Gathered[]> {
  return readSources(kinds, sources, folder);
}

function loaded(imported: Imported): Inventory {
  return loadInventory({ file: "/lab/inventory.yaml", text: filesOf(imported).get("inventory.yaml") ?? "" });
}

const notes = ({ notes: all }: Imported) => all.map(({ message, at }) => `${at?.line ?? 0} ${message}`);

describe("a name server and a DHCP server as one", async () => {
  const all = await gathered(["zones", "dhcpd"], "named.conf", "dhcpd.conf");
  const imported = importedFrom(all);
  const inventory = loaded(imported);

  test("every record of the zone follows from the inventory again, and no other", () => {
    const zone = all.flatMap(({ zones }) => zones).find((one) => one.zone === "home.test");
    const before: string[] = (zone?.records ?? [])
      .filter(({ name, type }) => type !== "NS" || name !== "home.test")
      .map(({ name, ttl, type, data }) => `${name} ${ttl ?? ""} ${type} ${data}`);
    const after: string[] = inZone(recordsOf(inventory), "home.test").map(({ name, ttl, type, data }) => `${name} ${ttl ?? ""} ${type} ${data}`);
    expect(after.sort()).toEqual(before.sort());
  });
  test("reservations are those of the server; one of nobody is said to be left out", () => {
    expect(
      reservationsOf(inventory, "lan")
        .map(({ name, mac, address }) => `${name} ${mac} ${address}`)
        .sort(),
    ).toEqual(["dns01 aa:bb:cc:00:00:02 10.7.0.2", "node-01 00:00:00:00:00:31 10.7.0.31", "web aa:bb:cc:00:00:03 10.7.0.3"]);
    expect(notes(imported)).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^15 .*ghost\.home\.test is not taken over/),
        expect.stringMatching(/^16 .*10\.7\.0\.3 is already that of/),
      ]),
    );
  });
  test("the network has gateway, resolvers and both ranges", () =>
    expect(inventory.networks.get("lan")).toMatchObject({
      cidr: "10.7.0.0/24",
      gateway: "10.7.0.1",
      domain: "home.test",
      dns: ["10.7.0.2"],
      ranges: { dhcp: { from: "10.7.0.210", to: "10.7.0.219" }, dhcp2: { from: "10.7.0.100", to: "10.7.0.199" } },
    }));
  test("the name server has the roles", () => expect([imported.host, inventory.hosts.get("dns01")?.addresses["lan"]]).toEqual(["dns01", "10.7.0.2"]));
  test("params say what the servers were told", () =>
    expect(imported.roles).toMatchObject({
      bind: {
        forwarders: ["1.1.1.1", "9.9.9.9"],
        queriesFrom: ["inside"],
        zones: {
          "home.test": {
            from: ["lan", "net-fd00-7", "net-10-8"],
            mode: "dynamic",
            updateKeys: ["k"],
            ttl: 86400,
            soa: { contact: "hostmaster.home.test", refresh: 3600, retry: 3600, expire: 1209600, minimum: 600 },
          },
          "0.7.10.in-addr.arpa": { from: "lan" },
          "other.test": { type: "secondary", primaries: ["10.7.0.5"] },
          "up.test": { type: "forward", forwarders: ["10.7.0.6"] },
          "signed.test": {
            ...{ secondaries: ["10.7.0.5"], key: "xfer", transferTo: ["10.7.0.6"], dnssec: "default", ns: ["ns1", "ns2.example.org."] },
            soa: { mname: "ns1.signed.test", contact: "me.signed.test" },
            records: { ns1: "192.0.2.1", www: "192.0.2.2" },
          },
        },
        options: ['version "none";'],
        keys: { k: {}, xfer: { algorithm: "hmac-sha512" } },
        extra: expect.stringMatching(/^logging \{ channel "q" \{ file "\/var\/log\/named\/q" versions 3 size 5m; severity info; \}; category queries/),
      },
      dhcp: { server: "isc", lease: 600, maxLease: 7200, networks: ["lan"], ranges: ["dhcp", "dhcp2"], options: { "ntp-servers": ["10.7.0.2", "10.7.0.1"] } },
    }));
  test.each([
    /lost\.test.*not here/,
    /key xfer: its secret is not written down \(hlx secrets set tsig\.xfer\)/,
    /reverse says that 10\.7\.0\.31 is wrong\.home\.test/,
    /serial/,
    /doubled\.home\.test\.home\.test/,
  ])("%s is said", (said) => expect(notes(imported)).toEqual(expect.arrayContaining([expect.stringMatching(said)])));
});

test("views: the inventory says what the first one says, the others are written out", async () => {
  const imported = importedFrom(await gathered(["zones"], "named.views"));
  expect(loaded(imported).devices.get("www")?.addresses).toEqual({ lan: "10.7.0.3" });
  const soa = { contact: "me.split.test", refresh: 3600, retry: 900, expire: 86400, minimum: 300 };
  expect(imported.roles["bind"]).toEqual({
    views: {
      inside: {
        ...{ clients: ["10.7.0.0/24"], recursion: true },
        zones: { "up.test": { type: "forward", forwarders: ["10.7.0.6#5353"] }, "split.test": { from: "lan", ttl: 600, soa } },
      },
      outside: {
        ...{ clients: ["any"], recursion: false },
        zones: {
          "split.test": {
            ...{ ttl: 600, soa, ns: ["ns1", "ns2.example.org."] },
            records: { ns1: { type: "A", data: "192.0.2.1" }, www: { type: "A", data: "192.0.2.2" } },
          },
        },
      },
    },
  });
  expect(notes(imported)).toEqual(["5 rate-limit of the view outside is not taken over"]);
});

test("Kea's configuration", async () => {
  const imported = importedFrom(await gathered(["kea"], "kea-dhcp4.conf"), "dns01");
  const inventory = loaded(imported);
  expect(reservationsOf(inventory, "lan").map(({ name, address }) => [name, address])).toEqual([
    ["web", "10.7.0.3"],
    ["host-aabbcc000009", "10.7.0.9"],
  ]);
  expect(imported.roles["dhcp"]).toEqual({ server: "kea", lease: 3600, authoritative: false, interfaces: ["eth0"], networks: ["lan"], ids: { lan: 7 } });
  expect(inventory.networks.get("lan")).toMatchObject({ dns: ["10.7.0.2", "1.1.1.1"], ranges: { dhcp: { from: "10.7.0.100" } }, domain: "home.test" });
});

test("Pi-hole's settings", async () => {
  const imported = importedFrom(await gathered(["pihole"], "pihole.toml"), "pihole");
  const inventory = loaded(imported);
  expect(imported.roles["pihole"]).toEqual({
    upstreams: ["10.7.0.2", "1.1.1.1#53"],
    forward: { lan: "10.7.0.2" },
    local: ["lan"],
    settings: { "dns.blockTTL": 5 },
  });
  expect([...inventory.devices.values()].map(({ name, mac, aliases }) => [name, mac, aliases])).toEqual([
    ["printer", "aa:bb:cc:00:00:50", undefined],
    ["tv", undefined, undefined],
  ]);
  expect(inventory.networks.get("lan")?.records).toMatchObject([{ name: "media", type: "CNAME", data: "tv.home.test.", ttl: 300 }]);
  expect(notes(imported)).toContainEqual(expect.stringMatching(/^8 the name printer without its domain is not taken over/));
});

test("Pi-hole 5's list of names", async () => {
  const imported = importedFrom(await gathered(["pihole"], "custom.list"), "pi");
  expect(imported.roles).toEqual({ pihole: { local: ["lan"] } });
  expect(
    recordsOf(loaded(imported), ["lan"])
      .filter(({ type }) => type === "A")
      .map(({ name, data }) => `${name} ${data}`),
  ).toEqual(["nas.home 192.168.1.3", "tv.home 192.168.1.4", "old.home 192.168.1.5", "media.home 192.168.1.4"]);
  expect(notes(imported)).toContainEqual(expect.stringMatching(/^3 the name old without its domain is not taken over/));
});

test("where dhcpd listens is no configuration by itself, and that is said", async () => {
  expect(notes(importedFrom(await gathered(["dhcpd"], "isc-dhcp-server"), "dns01"))).toContainEqual(expect.stringMatching(/no subnet is served here/));
});

test.each([
  ["dhcpd", "dhcpd.service", /this is a systemd unit, and not dhcpd\.conf/],
  ["zones", "db.10.7.0", /relative, and this file does not say to which zone/],
  ["dhcpd", "home.zone", /has no end|closes nothing|not closed/],
  ["kea", "pihole.toml", /no Dhcp4|./],
  ["pihole", "named.conf", /no file of Pi-hole's/],
  ["zones", "nothing", /cannot read nothing/],
] as const)("%s of %s is refused", async (kind, source, said) => {
  const refused = await gathered([kind], source).then(importedFrom, (thrown: unknown) => thrown);
  expect(refused).toBeInstanceOf(ProblemError);
  expect((refused as ProblemError).message).toMatch(said);
});
