// The dhcp role: what it declares for which params and inventory, and what it refuses.
import { describe, expect, test } from "vitest";
import dhcp from "../../roles/dhcp/role.ts";
import { loadInventory } from "../../src/inventory/load.ts";
import { validateValue } from "../../src/model/documents/validate.ts";
import type { Facts } from "../../src/model/facts.ts";
import type { Resource } from "../../src/model/resource.ts";
import { viewOf } from "../../src/model/role.ts";
import { secretsIn } from "../../src/model/text.ts";
import { withDefaults } from "../../src/playbook/params.ts";
import type { DhcpServer } from "../../src/resources/dhcp-server/desired.ts";
import type { File } from "../../src/resources/file/desired.ts";
import { kinds } from "../../src/resources/registry.ts";

const inventory = loadInventory({
  file: "/lab/inventory.yaml",
  text: `format: 1
networks:
  lan: { cidr: 192.168.1.0/24, gateway: 1, domain: home, dns: [pihole, dns01, "fd00::1"], ranges: { dhcp: 150-239, guests: 240-250, metallb: 64-95 } }
  iot: { cidr: 10.9.0.0/16 }
  six: { cidr: "fd00::/64", domain: home }
hosts:
  dns01: { lan: 2 }
  pihole: { lan: 9 }
  node005: { lan: 105, iot: 5, mac: "92:6C:9a:65:20:23" }
  kube514: { lan: 57, vm: { id: 514 } }
devices:
  idrac: { lan: 16, mac: "f0:1f:af:ed:8c:d5" }
`,
});
const debian = { os: { id: "debian" } } as Facts;
const asking = (given: unknown) => ({
  params: withDefaults(given, dhcp.params) as never,
  host: inventory.hosts.get("dns01") as never,
  inventory: viewOf(inventory),
  inputs: {},
});

function declared(given: unknown, facts: Facts = debian): readonly Resource[] {
  expect(validateValue(withDefaults(given, dhcp.params), dhcp.params, () => undefined, "dhcp")).toEqual([]);
  const resources = dhcp.declare({ ...asking(given), facts });
  const schemaOf = (kind: string) => kinds.find((one) => one.kind === kind)?.schema ?? { not: {} };
  expect(resources.flatMap(({ kind, desired, id }) => validateValue(desired, schemaOf(kind), () => undefined, id))).toEqual([]);
  return resources;
}

const serverIn = (resources: readonly Resource[]): DhcpServer => resources.at(-1)?.desired as DhcpServer;
const ids = (resources: readonly Resource[]): readonly string[] => resources.map(({ id }) => id);
const lan = { networks: ["lan"] };

describe("the dhcp role declares", () => {
  test("what follows from the inventory: pools, options, reservations, and an id that stays", () => {
    const resources = declared(lan);
    expect(ids(resources)).toEqual(["packages:iproute2,kea-dhcp4-server", "dhcp.server:ipv4"]);
    expect(serverIn(resources)).toEqual({
      server: "kea",
      interfaces: [],
      authoritative: true,
      watch: [],
      subnets: [
        {
          id: 3_232_235_776,
          cidr: "192.168.1.0/24",
          pools: [{ from: "192.168.1.150", to: "192.168.1.239" }],
          options: { routers: "192.168.1.1", "domain-name-servers": "192.168.1.9, 192.168.1.2", "domain-name": "home" },
          lease: 3600,
          maxLease: 3600,
          reservations: [
            { name: "node005", mac: "92:6c:9a:65:20:23", address: "192.168.1.105" },
            { name: "kube514", mac: expect.stringMatching(/^bc:24:11:/), address: "192.168.1.57" },
            { name: "idrac", mac: "f0:1f:af:ed:8c:d5", address: "192.168.1.16" },
          ],
        },
      ],
    });
  });

  test("what it is told", () => {
    const given = {
      networks: ["lan", "iot"],
      ranges: ["dhcp", "guests"],
      lease: "30m",
      maxLease: "10d",
      options: { "ntp-servers": ["10.0.0.1", "10.0.0.2"], "interface-mtu": 9000, routers: "192.168.1.254" },
      boot: { file: "pxelinux.0", server: "pihole" },
      ids: { lan: 1 },
      interfaces: ["eth0"],
      authoritative: false,
      extra: { "decline-probation-period": 60 },
    };
    expect(serverIn(declared(given))).toMatchObject({
      interfaces: ["eth0"],
      authoritative: false,
      extra: { "decline-probation-period": 60 },
      subnets: [
        {
          id: 1,
          pools: [{ from: "192.168.1.150" }, { from: "192.168.1.240" }],
          options: { "ntp-servers": "10.0.0.1, 10.0.0.2", "interface-mtu": "9000", routers: "192.168.1.254" },
          lease: 1800,
          maxLease: 864_000,
          boot: { file: "pxelinux.0", server: "192.168.1.9" },
        },
        { id: 168_361_984, cidr: "10.9.0.0/16", pools: [], reservations: [{ name: "node005", address: "10.9.0.5" }] },
      ],
    });
  });

  test("names of leases: by Kea's own server with the key, in a file for it alone", () => {
    const resources = declared({ ...lan, ddns: "bind" });
    expect(ids(resources)).toEqual([
      "packages:iproute2,kea-dhcp-ddns-server,kea-dhcp4-server",
      "file:/etc/kea/kea-dhcp-ddns.conf",
      "service:kea-dhcp-ddns-server",
      "dhcp.server:ipv4",
    ]);
    expect(secretsIn(resources.map(({ desired }) => desired))).toEqual(["tsig.hlx-dhcp"]);
    const { content, mode, owner, group } = (resources[1] as Resource<File>).desired;
    expect([mode, owner, group]).toEqual(["0640", "root", "_kea"]);
    expect(JSON.parse(content.map((piece) => (typeof piece === "string" ? piece.replace(/^\/\/.*/, "") : "KEY")).join(""))).toMatchObject({
      DhcpDdns: {
        "tsig-keys": [{ name: "hlx-dhcp", secret: "KEY" }],
        "forward-ddns": { "ddns-domains": [{ name: "dhcp.home.", "key-name": "hlx-dhcp", "dns-servers": [{ "ip-address": "127.0.0.1" }] }] },
        "reverse-ddns": { "ddns-domains": [] },
      },
    });
    expect(serverIn(resources).subnets[0]).toMatchObject({ ddns: "dhcp.home", options: { "domain-search": "home, dhcp.home" } });
  });

  test.each([
    ["debian", "root"],
    ["ubuntu", "dhcpd"],
  ])("dhcpd on %s with the key in a file of group %s that it must have loaded", (id, group) => {
    const ddns = { server: "pihole", zones: { lan: "leases.home" }, reverse: true, key: "k", secret: { secret: "dns.key" } };
    const resources = declared({ ...lan, server: "isc", ddns, extra: "allow bootp;" }, { os: { id } } as Facts);
    expect(ids(resources)).toEqual(["packages:iproute2,isc-dhcp-server", "file:/etc/dhcp/hlx-ddns.key", "dhcp.server:ipv4"]);
    expect(resources[1]?.desired).toMatchObject({ mode: "0640", group });
    expect(serverIn(resources)).toMatchObject({
      extra: "allow bootp;",
      watch: [{ resource: "file:/etc/dhcp/hlx-ddns.key" }],
      ddns: { server: "192.168.1.9", key: { name: "k", file: "/etc/dhcp/hlx-ddns.key" }, zones: ["leases.home", "1.168.192.in-addr.arpa"] },
    });
  });

  test("that it takes port 67, whatever else a host does, and of which networks it tells", () => {
    expect(dhcp.claims?.(asking(lan))).toEqual([
      { claim: "port", port: 67, protocol: "udp", by: "DHCP", path: [] },
      { claim: "tells", network: "lan", path: ["networks"] },
    ]);
  });
});

test.each<readonly [string, object, RegExp]>([
  ["a network that there is not", { networks: ["lna"] }, /no network "lna": the inventory has lan, iot, six/],
  ["a network of IPv6", { networks: ["six"] }, /"six" is fd00::\/64: this role serves IPv4/],
  ["a range that there is not", { ...lan, ranges: ["dchp"] }, /no served network has a range "dchp": there are dhcp, guests, metallb/],
  ["names of leases without a domain", { networks: ["iot"], ddns: "bind" }, /network "iot" has no domain/],
  ["a server that nobody is", { ...lan, boot: { file: "x", server: "nobody" } }, /"nobody" is no address, and no host or device/],
  ["text for Kea", { ...lan, extra: "x;" }, /extra is a map/],
  ["a map for dhcpd", { ...lan, server: "isc", extra: {} }, /extra is a text/],
  ["members that hlx has words for", { ...lan, extra: { subnet4: [] } }, /extra holds "subnet4"/],
])("the role refuses %s before anything connects", (_, given, message) => {
  expect(() => dhcp.claims?.(asking(given))).toThrow(message);
  expect(() => dhcp.declare({ ...asking(given), facts: debian })).toThrow(message);
});

const hostile = ["", "a b", 'a"', "a;", "a}", "a\nb", "$(id)", "#a", "a\\", "-a"];
const server = serverIn(dhcp.declare({ ...asking(lan), facts: debian }));
const refusals = (desired: DhcpServer): readonly unknown[] =>
  validateValue(desired, kinds.find((one) => one.kind === "dhcp.server")?.schema ?? { not: {} }, () => undefined, "x");

test.each(hostile)("%j is no name of a reservation, a zone, a key or an interface", (name) => {
  const [subnet] = server.subnets;
  if (subnet === undefined) throw new Error("no subnet");
  const reservation = { mac: "02:00:00:00:00:01", address: "192.168.1.3", name };
  expect(refusals(server)).toEqual([]);
  expect(refusals({ ...server, subnets: [{ ...subnet, reservations: [reservation] }] })).not.toEqual([]);
  expect(refusals({ ...server, subnets: [{ ...subnet, ddns: name }] })).not.toEqual([]);
  expect(refusals({ ...server, ddns: { server: "10.0.0.1", key: { name, file: "/x" }, zones: [] } })).not.toEqual([]);
  expect(refusals({ ...server, interfaces: [name] })).not.toEqual([]);
});
