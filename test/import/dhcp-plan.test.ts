// What an import writes, applied to the server that it came from, changes nothing: the DHCP part.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import dhcp from "../../roles/dhcp/role.ts";
import { importedFrom } from "../../src/import/inventory.ts";
import { type ImportKind, readSources } from "../../src/import/read.ts";
import { filesOf } from "../../src/import/write.ts";
import { loadInventory } from "../../src/inventory/load.ts";
import { iscConf, iscDefaults } from "../../src/model/dhcp/isc-text.ts";
import { keaText } from "../../src/model/dhcp/kea-text.ts";
import { validateValue } from "../../src/model/documents/validate.ts";
import type { Facts } from "../../src/model/facts.ts";
import { viewOf } from "../../src/model/role.ts";
import { withDefaults } from "../../src/playbook/params.ts";
import { daemonOf } from "../../src/resources/dhcp-server/daemon.ts";
import type { DhcpServer } from "../../src/resources/dhcp-server/desired.ts";
import { diff } from "../../src/resources/dhcp-server/diff.ts";

const folder = mkdtempSync(join(tmpdir(), "hlx-import-"));
afterAll(() => rmSync(folder, { recursive: true }));

const kea = `{ // the house
"Dhcp4": {
  "interfaces-config": { "interfaces": [ "eth0" ] },
  "control-socket": { "socket-type": "unix", "socket-name": "/tmp/kea4-ctrl-socket" },
  "lease-database": { "type": "memfile", "lfc-interval": 3600 },
  "valid-lifetime": 4000, "max-valid-lifetime": 7200, "authoritative": true,
  "loggers": [ { "name": "kea-dhcp4", "severity": "WARN" } ],
  "option-data": [ { "name": "domain-name-servers", "data": "10.7.0.2, 1.1.1.1" }, { "name": "domain-name", "data": "home.test" } ],
  "subnet4": [ { "id": 7, "subnet": "10.7.0.0/24",
    "pools": [ { "pool": "10.7.0.100 - 10.7.0.149" }, { "pool": "10.7.0.200-10.7.0.219" } ],
    "option-data": [ { "name": "routers", "data": "10.7.0.1" } ],
    "reservations": [ { "hw-address": "AA:bb:cc:00:00:03", "ip-address": "10.7.0.3", "hostname": "web" } ] } ]
} }
`;

const dhcpd = `# the house
option domain-name "home.test"; option domain-name-servers 10.7.0.2, 1.1.1.1;
option ntp-servers 10.7.0.2, 10.7.0.1;
default-lease-time 600; max-lease-time 7200; authoritative; log-facility local7; ddns-update-style none;
subnet 10.7.0.0 netmask 255.255.255.0 {
  pool { range 10.7.0.100 10.7.0.149; }
  range 10.7.0.200 10.7.0.219;
  option routers 10.7.0.1; option subnet-mask 255.255.255.0; option broadcast-address 10.7.0.255;
  next-server 10.7.0.9; filename "pxelinux.0";
}
group { host Web { hardware ethernet AA:bb:cc:00:00:03; fixed-address 10.7.0.3; } }
`;

/** The properties that a plan from this file would change on the server that has those. */
async function planned(kind: ImportKind, [text, beside = ""]: readonly [string, string?], there: readonly string[]): Promise<readonly string[]> {
  writeFileSync(join(folder, kind), text);
  writeFileSync(join(folder, "beside"), beside);
  const imported = importedFrom(await readSources([kind], beside === "" ? [kind] : [kind, "beside"], folder), "dns01");
  const inventory = loadInventory({ file: "/lab/inventory.yaml", text: filesOf(imported).get("inventory.yaml") ?? "" });
  const params = withDefaults(imported.roles["dhcp"], dhcp.params);
  expect(validateValue(params, dhcp.params, () => undefined, "dhcp")).toEqual([]);
  const asking = { params: params as never, host: undefined as never, inventory: viewOf(inventory), inputs: {}, facts: { os: { id: "debian" } } as Facts };
  const desired = dhcp.declare(asking).at(-1)?.desired as DhcpServer;
  const config = daemonOf(desired.server).read(there, desired);
  const actual = { config, access: "", serving: "yes", enabled: true, loaded: true, rival: "off" } as const;
  const changes = diff(desired, { found: "present", actual }, { changing: new Set(), digest: () => undefined });
  return changes.map(({ property }) => property).filter((property) => property !== "access");
}

test("Kea", async () => {
  expect(await planned("kea", [kea], [kea])).toEqual([]);
});

test("dhcpd", async () => {
  expect(await planned("dhcpd", [dhcpd], [dhcpd, 'INTERFACESv4=" "'])).toEqual([]);
});

test("dhcpd that tells a name server of its leases", async () => {
  const told = "ddns-update-style standard; ignore client-updates; zone dhcp.home.test. { primary 127.0.0.1; key hlx-dhcp; } do-reverse-updates off;";
  const inside = 'ddns-updates on; ddns-domainname "dhcp.home.test."; option domain-search "home.test", "dhcp.home.test"; next-server';
  const text = `${dhcpd.replace("ddns-update-style none;", `${told} include "/etc/dhcp/hlx-ddns.key";`).replace("next-server", inside)}`;
  expect(await planned("dhcpd", [text], [text, 'INTERFACESv4=" "'])).toEqual([]);
});

const subnets = (["10.7.0", "10.8.0"] as const).map((net, index) => ({
  ...{ id: 7 + index, cidr: `${net}.0/24`, pools: [{ from: `${net}.100`, to: `${net}.149` }], lease: 600, maxLease: 7200, ddns: "leases.test" },
  options: { routers: `${net}.1`, "ntp-servers": "10.7.0.9", "domain-name": "home.test", "domain-search": "home.test, leases.test" },
  reservations: [{ name: `web${index}`, mac: `aa:bb:cc:00:00:0${index}`, address: `${net}.3` }],
}));
const model = {
  ...{ interfaces: ["eth0"], authoritative: true, subnets },
  ddns: { server: "10.7.0.9", key: { name: "k", file: "/etc/dhcp/hlx-ddns.key" }, zones: ["leases.test", "0.7.10.in-addr.arpa", "0.8.10.in-addr.arpa"] },
};

const d2 = `{ "DhcpDdns": { "tsig-keys": [{ "name": "k", "algorithm": "HMAC-SHA256", "secret": "x" }],
  "forward-ddns": { "ddns-domains": [{ "name": "leases.test.", "key-name": "k", "dns-servers": [{ "ip-address": "10.7.0.9" }] }] },
  "reverse-ddns": { "ddns-domains": [{ "name": "0.7.10.in-addr.arpa." }] } } }`;

test("Kea as hlx writes it, with two networks, and names of leases at another server", async () => {
  const text = keaText({ server: "kea", ...model });
  expect(await planned("kea", [text, d2], [text])).toEqual([]);
});

test("dhcpd as hlx writes it, with two networks, and names of leases at another server", async () => {
  const isc = { server: "isc", ...model } as const;
  expect(await planned("dhcpd", [iscConf(isc), iscDefaults(isc)], [iscConf(isc), iscDefaults(isc)])).toEqual([]);
});

test("a reservation that is not the same would be seen", async () => {
  expect(await planned("kea", [kea], [kea.replace("10.7.0.3", "10.7.0.4")])).toEqual(["reservation:web"]);
});
