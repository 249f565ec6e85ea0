// DHCP on real servers: a real client gets its reservation from Kea and from dhcpd, names of leases appear in BIND, and what breaks leaves the service answering.
import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { containerTransport } from "../../src/connections/container.ts";
import { openSession } from "../../src/connections/shell/session.ts";
import { engineRun, engineTry } from "../../src/lab/engine.ts";
import { dhcpServer } from "../../src/resources/dhcp-server.ts";
import { kinds } from "../../src/resources/registry.ts";
import { runContract } from "../../src/testing/contract.ts";
import { engine, type LabHost, labHost } from "./hosts.ts";
import { type HlxRun, type Project, project } from "./project.ts";

const name = `hlx-dhcp-${process.pid}-${randomBytes(3).toString("hex")}`;
const net = `10.${100 + (process.pid % 100)}.${randomBytes(1)[0]}`;
const reverse = `${net.split(".").toReversed().join(".")}.in-addr.arpa`;
const install = "DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends";
const secret = "aGx4LWxhYi10c2lnLWtleS1vZi10aGUtZGhjcC10ZXN0";

const outside = `import { defineRole, dhcpServer } from "hlx";
export default defineRole({
  name: "outside", summary: "A reservation that no server takes.", params: { type: "object", properties: { net: { type: "string" } }, required: ["net"], additionalProperties: false },
  declare: ({ params: { net } }) => [dhcpServer({ server: "kea", interfaces: [], authoritative: true, subnets: [
    { id: 1, cidr: net + ".0/24", pools: [], options: {}, lease: 60, maxLease: 60, reservations: [{ name: "far", mac: "02:00:00:00:00:02", address: "192.0.2.1" }] },
  ] })],
});
`;

let server: LabHost;
let client: LabHost;
let card: { readonly device: string; readonly mac: string };
let lab: Project;

const hlx = (...args: readonly string[]): Promise<HlxRun> => lab.start(args, { env: { LAB_TSIG_HLX_DHCP: secret } }).ended;

/** What it said; it must have succeeded. */
async function done(...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await hlx(...args);
  if (code !== 0) throw new Error(`hlx ${args.join(" ")}: exit ${code}\n${stdout}${stderr}`);
  return stdout + stderr;
}

const names =
  "bind: { keys: { hlx-dhcp: {} }, zones: { lab.test: { from: lab }, dhcp.lab.test: { mode: dynamic, updateKeys: [hlx-dhcp] }, REVERSE: { mode: dynamic, updateKeys: [hlx-dhcp] } } }".replace(
    "REVERSE",
    reverse,
  );
const site = (params: string): void => lab.write("site.yaml", `- hosts: all\n  roles:\n    - ${names}\n    - dhcp: { networks: [lab], ${params} }\n`);
const inventory = (reserved: string): void =>
  lab.write(
    "inventory.yaml",
    `format: 1
playbook: site.yaml
secrets: [{ env: LAB_ }]
networks:
  lab: { cidr: ${net}.0/24, gateway: 1, domain: lab.test, dns: [dns01], ranges: { dhcp: 100-120 } }
hosts:
  dns01: { connect: 127.0.0.1, port: ${server.port}, user: root, key: ${server.keyFile}, lab: 2 }
devices:
  laptop: { lab: ${reserved} }
`,
  );

/** The address that a client gets who calls itself so; its network stays as it is. */
async function lease(called: string, mac = card.mac): Promise<string> {
  const said = await client.exec(`ip link set dev ${card.device} address ${mac}; rm -f /root/leases
echo 'send host-name "${called}";' > /root/dhclient.conf
timeout 60 dhclient -1 -d -cf /root/dhclient.conf -sf /bin/true -lf /root/leases -pf /root/pid ${card.device} >/root/said 2>&1 & pid=$!
while kill -0 $pid 2>/dev/null && ! grep -q fixed-address /root/leases 2>/dev/null; do sleep 0.1; done; kill $pid 2>/dev/null; wait
cat /root/leases /root/said; ip link set dev ${card.device} address ${card.mac}`);
  return /fixed-address (\S+);/.exec(said)?.[1] ?? said;
}

const listening = (): Promise<string> => server.exec("ss -Hlunp 'sport = :67' | grep -o '\"[^\"]*\"' | sort -u | tr -d '\"\\n'");

beforeAll(async () => {
  await engineTry(engine, ["network", "prune", "--force", "--filter", "label=hlx.lab=dhcp", "--filter", "until=30m"]);
  await engineRun(engine, ["network", "create", "--label", "hlx.lab=dhcp", "--subnet", `${net}.0/24`, name]);
  [server, client] = await Promise.all([labHost(), labHost({ hostname: "laptop" })]);
  await engineRun(engine, ["network", "connect", "--ip", `${net}.2`, name, server.container]);
  await engineRun(engine, ["network", "connect", "--ip", `${net}.3`, name, client.container]);
  const device = (await client.exec(`ip -o -4 addr | awk '/${net}\\.3\\//{print $2}'`)).trim();
  card = { device, mac: (await client.exec(`cat /sys/class/net/${device}/address`)).trim() };
  lab = project({}, [server]);
  inventory(`50, mac: "${card.mac}"`);
  await client.exec(`${install} isc-dhcp-client >/dev/null`);
});

afterAll(async () => {
  for (const host of [server, client]) if (host !== undefined) await engineTry(engine, ["network", "disconnect", "--force", name, host.container]);
  await engineTry(engine, ["network", "rm", name]);
});

const servers = [
  { kind: "kea", process: "kea-dhcp4", unit: "kea-dhcp4-server", conf: "/etc/kea/kea-dhcp4.conf" },
  { kind: "isc", process: "dhcpd", unit: "isc-dhcp-server", conf: "/etc/dhcp/dhcpd.conf" },
] as const;

describe.each(servers)("$kind", ({ kind, process, conf }) => {
  test("a client gets its reservation, another one a lease with a name in DNS; the second apply changes nothing", async () => {
    site(`server: ${kind}, ddns: { reverse: true }`);
    const applied = await done("apply", "-y", "-D");
    expect(applied).toMatch(new RegExp(`reservation:laptop:? .*${card.mac} → ${net}.50`));
    expect(applied).not.toContain(secret);
    expect(await listening()).toBe(process);
    expect(await lease("anything")).toBe(`${net}.50`);
    const lent = await lease(`guest-${kind}`, "02:00:00:00:00:01");
    expect(lent).toMatch(new RegExp(`^${net}\\.1[012]\\d$`));
    expect(await server.exec(`for i in $(seq 100); do dig +short guest-${kind}.dhcp.lab.test @127.0.0.1 | grep . && break; sleep 0.1; done`)).toBe(`${lent}\n`);
    expect(await server.exec(`for i in $(seq 100); do dig +short -x ${lent} @127.0.0.1 | grep . && break; sleep 0.1; done`)).toBe(
      `guest-${kind}.dhcp.lab.test.\n`,
    );
    expect(await done("apply", "-y")).toContain("No changes.");
  });

  test("an edit by hand is drift, shown as a reservation, and put right", async () => {
    await server.exec(`sed -i 's/${net}.50/${net}.51/' ${conf}`);
    expect(await hlx("drift")).toMatchObject({ code: 2, stdout: expect.stringMatching(new RegExp(`reservation:laptop[\\s\\S]*${net}.51`)) });
    const mended = await done("apply", "-y");
    expect(mended).toMatch(/reservation:laptop/);
    expect(await done("plan")).toContain("No changes.");
    if (kind === "isc") return;
    await done("rollback", /[Rr]un (\d+)/.exec(mended)?.[1] ?? "", "-y");
    expect([await listening(), await server.exec(`grep -o '${net}.5[01]' ${conf}`)]).toEqual([process, `${net}.51\n`]);
    await done("apply", "-y");
  });

  test.each([
    [
      "that the server refuses leaves it answering as it did",
      kind === "kea" ? 'extra: { "no-such-member": 1 }' : 'extra: "nonsense 1;"',
      "refused by its check",
    ],
    ["with which it cannot answer is taken back", kind === "kea" ? "interfaces: [lo]" : "interfaces: [nosuch0]", "was put back"],
  ])("a configuration %s", async (_, params, because) => {
    const before = await server.exec(`cat ${conf}; ss -Hlun 'sport = :67'`);
    site(`server: ${kind}, ddns: { reverse: true }, ${params}`);
    const { code, stdout, stderr } = await hlx("apply", "-y");
    expect([code, stdout + stderr]).toEqual([3, expect.stringContaining(because)]);
    expect(await server.exec(`cat ${conf}; ss -Hlun 'sport = :67'`)).toBe(before);
    expect(await lease("anything")).toBe(`${net}.50`);
  });
});

test("a network that is renumbered is one edit: the plan shows every record, reservation, pool and option that follows", async () => {
  site("server: isc, ddns: { reverse: true }");
  const before = lab.read("inventory.yaml");
  lab.write("inventory.yaml", before.replace(`${net}.0/24`, "10.99.7.0/24"));
  const plan = await done("plan", "-D");
  for (const what of ["dns01 A", "laptop A", "reservation:laptop", "option:10.99.7.0/24:routers", "pool:10.99.7.0/24"])
    expect(plan).toMatch(new RegExp(`${what}: .*10\\.99\\.7\\.\\d`));
  lab.write("inventory.yaml", before);
});

describe("Kea", () => {
  test("is the one that answers when both run, and comes back when it is deaf", async () => {
    site("server: isc");
    await server.exec(`${install} kea-dhcp4-server >/dev/null 2>&1; systemctl start kea-dhcp4-server`);
    expect(await done("apply", "-y")).toMatch(/rival:kea-dhcp4-server/);
    expect([await listening(), await server.exec("systemctl is-active kea-dhcp4-server || systemctl is-enabled kea-dhcp4-server || true")]).toEqual([
      "dhcpd",
      "inactive\ndisabled\n",
    ]);
    site("server: kea");
    await done("apply", "-y");
    expect(await listening()).toBe("kea-dhcp4");

    const [{ conf, unit }] = servers;
    await server.exec(`cp -p ${conf} /root/good; sed -i 's/${net}.50/192.0.2.50/' ${conf}; systemctl kill -s HUP --kill-who=main ${unit}
timeout 60 sh -c 'while [ -n "$(ss -Hlun "sport = :67")" ]; do sleep 0.1; done'; cp -p /root/good ${conf}; systemctl is-active ${unit}`);
    expect(await done("plan")).toMatch(/serving .*deaf/);
    expect(await done("apply", "-y")).toMatch(/serving/);
    expect(await lease("anything")).toBe(`${net}.50`);
    expect(await done("plan")).toContain("No changes.");
  });

  test("refuses a reservation outside of its network, and goes on as it was", async () => {
    lab.write("roles/outside/role.ts", outside);
    lab.write("site.yaml", `- hosts: all\n  roles: [{ outside: { net: ${net} } }]\n`);
    const { code, stdout, stderr } = await hlx("apply", "-y");
    expect([code, stdout + stderr]).toEqual([3, expect.stringMatching(/'192\.0\.2\.1' is not within the IPv4 subnet/)]);
    expect(await lease("anything")).toBe(`${net}.50`);
  });
});

test.each(servers)("the contract holds for $kind", async ({ kind, unit }) => {
  await server.exec(`${install} kea-dhcp4-server isc-dhcp-server >/dev/null 2>&1; systemctl stop kea-dhcp4-server isc-dhcp-server; systemctl disable kea-dhcp4-server isc-dhcp-server 2>&1
pkill -x 'dhcpd|kea-dhcp4'; until [ -z "$(ss -Hlun 'sport = :67')" ]; do sleep 0.1; done; rm -f /etc/kea/kea-dhcp4.conf /etc/dhcp/dhcpd.conf`);
  const session = await openSession(async () => containerTransport({ engine: "docker", name: server.container, user: "root" }), {
    ...{ host: "lab", become: { how: "none" }, deadlineMs: 10_000, log: () => undefined },
    randomHex: (bytes) => randomBytes(bytes).toString("hex"),
  });
  const locked = await session.lock({ run: kind, who: "test", where: "here", pid: 1, since: "2026-01-01T00:00:00Z" });
  if (locked.lock === "refused") throw new Error(locked.problem.message);
  const subnet = { id: 7, cidr: `${net}.0/24`, pools: [], options: { routers: `${net}.1` }, lease: 60, maxLease: 60, reservations: [] };
  const { desired } = dhcpServer({ server: kind, interfaces: [], authoritative: false, subnets: [subnet] });
  const broken = await runContract({ shell: session.shell, writer: locked.writer }, kinds, [{ kind: "dhcp.server", name: unit, desired }]);
  await locked.writer.release();
  await session.close();
  expect(broken).toEqual([]);
});
