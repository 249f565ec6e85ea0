// Renumbering a network is one edit: every role that says its addresses says the new ones, on every host, and none the old ones.
import { describe, expect, test } from "vitest";
import bind from "../../roles/bind/role.ts";
import dhcp from "../../roles/dhcp/role.ts";
import pihole from "../../roles/pihole/role.ts";
import { loadInventory } from "../../src/inventory/load.ts";
import type { Facts } from "../../src/model/facts.ts";
import { type Role, viewOf } from "../../src/model/role.ts";
import { withDefaults } from "../../src/playbook/params.ts";

const text = `
format: 1
networks:
  lan: { cidr: 10.7.0.0/24, gateway: 1, domain: home, dns: [pi, dns01], ranges: { dhcp: 100-199 }, records: { "*": web } }
hosts:
  dns01: { lan: 2 }
  dns02: { lan: 3 }
  pi: { lan: 9 }
devices:
  web: { lan: 50, mac: "aa:00:00:00:00:03", aliases: [www] }
`;

const transfers = { keys: { t: {} } };
const calls: readonly (readonly [host: string, role: Role, params: object])[] = [
  [
    "dns01",
    bind,
    { ...transfers, forwarders: ["pi"], zones: { home: { from: "lan", reverse: true, records: { k8s: "web" }, secondaries: ["dns02"], key: "t" } } },
  ],
  ["dns01", dhcp, { networks: ["lan"], ddns: { server: "dns02", reverse: true } }],
  ["dns01", dhcp, { networks: ["lan"], server: "isc" }],
  ["dns02", bind, { ...transfers, listen: ["dns02"], zones: { home: { type: "secondary", primaries: ["dns01"], key: "t" } } }],
  ["pi", pihole, { upstreams: ["dns01"], forward: { lan: "dns01" }, clients: { web: [] } }],
  ["pi", pihole, { local: ["lan"] }],
];

function declared(cidr: string, [name, role, given]: (typeof calls)[number]): string {
  const inventory = loadInventory({ file: "/lab/inventory.yaml", text: text.replace("10.7.0.0/24", cidr) });
  const host = inventory.hosts.get(name);
  if (host === undefined) throw new Error(`no host ${name}`);
  const params = withDefaults(given, role.params) as never;
  return JSON.stringify(role.declare({ params, host, inventory: viewOf(inventory), inputs: {}, facts: { os: { id: "debian" } } as Facts }));
}

describe.each(calls)("%s", (...call) => {
  test(`${call[1].name} has the new addresses everywhere`, () => {
    const [before, after] = [declared("10.7.0.0/24", call), declared("192.168.50.0/24", call)];
    const moved = before
      .replaceAll("10.7.0.", "192.168.50.")
      .replaceAll("0.7.10.in-addr", "50.168.192.in-addr")
      // Kea keeps leases by the network's address as a number.
      .replaceAll(String(0x0a070000), String(0xc0a83200));
    expect(before).toContain("10.7.0.");
    expect(after).not.toMatch(/10\.7\.0|0\.7\.10/);
    expect(JSON.parse(after)).toEqual(JSON.parse(moved));
  });
});
