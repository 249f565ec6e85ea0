// BIND on two real hosts, as a user runs it: zones from the inventory, asked by another host; what breaks leaves the old data answering.
import { randomBytes } from "node:crypto";
import { beforeAll, describe, expect, test } from "vitest";
import { containerTransport } from "../../src/connections/container.ts";
import { openSession } from "../../src/connections/shell/session.ts";
import { kinds } from "../../src/resources/registry.ts";
import { runContract } from "../../src/testing/contract.ts";
import { zoneCases } from "../../src/testing/contract-cases.ts";
import { freshHosts, type LabHost } from "./hosts.ts";
import { type HlxRun, type Project, project } from "./project.ts";

const secret = "aGx4LWxhYi10cmFuc2Zlci1rZXktMzItYnl0ZXMhISE=";

let primary: LabHost;
let secondary: LabHost;
let lab: Project;
/** Addresses of both, and the first three parts of what is free beside them. */
let at: { readonly primary: string; readonly secondary: string; readonly cidr: string; readonly net: string; readonly reverse: string };

/** What the playbook says of dns01, changed by the tests one after the other. */
const zones = {
  home: "{ from: [lan, six], reverse: true, secondaries: [dns02], key: transfer, records: { '*': ocean, k8s-lb: apiserver, www: { type: CNAME, data: ocean } } }",
  "dyn.home": "{ mode: dynamic, updateKeys: [dhcp], records: { fixed: ocean } }",
};

function write(more: Readonly<Record<string, string>> = {}, params = ""): void {
  const all = Object.entries({ ...zones, ...more }).map(([name, zone]) => `        ${name}: ${zone}\n`);
  const keys = "keys: { transfer: { secret: !secret dns.transfer }, dhcp: { secret: !secret dns.transfer } }";
  const common = `      dnssecValidation: "no"\n      ${keys}\n${params}`;
  const mirror = `{ type: secondary, primaries: [dns01], key: transfer }`;
  lab.write(
    "site.yaml",
    `- hosts: dns01\n  roles:\n  - bind:\n${common}      zones:\n${all.join("")}- hosts: dns02\n  roles:\n  - bind:\n${common}      zones: { home: ${mirror}, ${at.reverse}: ${mirror} }\n`,
  );
}

function inventory(devices: string): string {
  const host = ({ port, user, keyFile }: LabHost): string => `connect: 127.0.0.1, port: ${port}, user: ${user}, key: ${keyFile}`;
  return [
    "format: 1\nplaybook: site.yaml",
    `networks:\n  lan: { cidr: ${at.cidr}, domain: home }\n  six: { cidr: "fd00:77::/64", domain: home }`,
    `hosts:\n  dns01: { lan: ${at.primary}, ${host(primary)} }\n  dns02: { lan: ${at.secondary}, ${host(secondary)} }`,
    `devices:\n  ocean: { lan: ${at.net}.143, six: "fd00:77::143", aliases: [media] }\n  apiserver: { lan: ${at.net}.99 }\n${devices}`,
  ].join("\n");
}

async function hlx(...args: readonly string[]): Promise<HlxRun> {
  return await lab.start(args, { env: { HLX_SECRET_DNS_TRANSFER: secret } }).ended;
}

async function good(...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await hlx(...args);
  if (code !== 0) throw new Error(`hlx ${args.join(" ")}: exit ${code}\n${stdout}\n${stderr}`);
  return stdout + stderr;
}

/** Asked from the second host. */
async function dig(...question: readonly string[]): Promise<string> {
  return (await secondary.exec(`dig +short +time=3 +tries=2 @${at.primary} ${question.join(" ")}`)).trim();
}

const serial = async (zone = "home"): Promise<number> => Number((await dig(zone, "SOA")).split(" ")[2]);

// A secondary whose first transfer came too early asks again after a minute.
const patienceMs = 150_000;

async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  for (const started = Date.now(); Date.now() - started < patienceMs; ) {
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error(`not within ${patienceMs / 1000} s: ${what}`);
}

beforeAll(async () => {
  const [first, second] = await freshHosts(2);
  if (first === undefined || second === undefined) throw new Error("no hosts");
  [primary, secondary] = [first, second];
  const [one = "", two = ""] = await Promise.all([first, second].map(async (host) => (await host.exec("hostname -i")).trim()));
  const [a = "", b = ""] = one.split(".");
  at = { primary: one, secondary: two, cidr: `${a}.${b}.0.0/16`, net: `${a}.${b}.200`, reverse: `${b}.${a}.in-addr.arpa` };
  lab = project({ "inventory.yaml": inventory("") }, [first, second]);
  write();
  const applied = await good("apply", "--yes");
  expect(applied).not.toContain(secret);
});

describe("zones from the inventory", () => {
  test.each([
    ["a host", "dns01.home A", () => at.primary],
    ["a device", "ocean.home A", () => `${at.net}.143`],
    ["IPv6", "ocean.home AAAA", () => "fd00:77::143"],
    ["an alias", "media.home CNAME", () => "ocean.home."],
    ["a record of its own", "k8s-lb.home A", () => `${at.net}.99`],
    ["a wildcard", "whatever.home A", () => `${at.net}.143`],
    ["both servers", "home NS", () => "dns01.home.\ndns02.home."],
    ["a dynamic zone below", "fixed.dyn.home A", () => `${at.net}.143`],
  ])("answer for %s", async (_, question, expected) => expect((await dig(question)).split("\n").sort().join("\n")).toBe(expected()));

  test("answer for addresses of both families", async () =>
    expect([await dig("-x", `${at.net}.143`), await dig("-x", "fd00:77::143")]).toEqual(["ocean.home.", "ocean.home."]));

  test("are as desired: nothing to do, in as many round trips as any plan, and the serial stays", async () => {
    const before = await serial();
    const plan = JSON.parse((await hlx("plan", "--json")).stdout) as { hosts: { host: string; roundTrips: number }[] };
    expect(plan.hosts.map(({ roundTrips }) => roundTrips)).toEqual([2, 2]);
    expect(await good("apply", "--yes")).toContain("No changes");
    expect(await serial()).toBe(before);
  });

  test("the secondary has them, by a key only", async () => {
    await until("the secondary answers", async () => (await secondary.exec("dig +short @127.0.0.1 ocean.home A")).trim() === `${at.net}.143`);
    expect(await secondary.exec(`dig @${at.primary} home AXFR`)).toContain("Transfer failed");
  });

  test("keys and secrets are nobody else's", async () => {
    expect(await primary.exec("stat -c '%a %U:%G' /etc/bind/hlx /etc/bind/hlx/*")).toBe("750 root:bind\n640 root:bind\n640 root:bind\n");
    expect(await primary.exec(`grep -rl '${secret}' /etc/bind /var/lib/hlx 2>/dev/null`)).toBe("/etc/bind/hlx/keys.conf\n");
  });
});

test("a device more is a record more: shown, served, transferred, and the serial grows once", async () => {
  const before = await serial();
  lab.write("inventory.yaml", inventory(`  kube514: { lan: ${at.net}.57 }\n`));
  const plan = await good("plan");
  expect(plan).toMatch(new RegExp(`kube514 A:? none → ${at.net}.57`.replaceAll(".", "\\.")));
  expect(plan).toContain(`serial: ${before} → +1`);
  expect(plan).toMatch(/57\.200 PTR:? none → kube514\.home\./);
  await good("apply", "--yes");
  expect([await dig("kube514.home", "A"), await dig("-x", `${at.net}.57`), await serial()]).toEqual([`${at.net}.57`, "kube514.home.", before + 1]);
  await until("the secondary follows", async () => (await secondary.exec("dig +short @127.0.0.1 kube514.home A")).trim() === `${at.net}.57`);
});

describe("what is broken", () => {
  test("is refused before it is in place, with BIND's own words", async () => {
    const before = await serial();
    write({ home: zones.home.replace("records: {", "records: { mail: { type: MX, data: 10 www }, extra: ocean,") });
    const { code, stdout, stderr } = await hlx("apply", "--yes", "--limit", "dns01");
    expect([code, stdout + stderr]).toEqual([3, expect.stringMatching(/mail\.home\/MX 'www\.home' is a CNAME/)]);
    expect([await serial(), await dig("kube514.home", "A")]).toEqual([before, `${at.net}.57`]);
  });

  test("and gets past the check is put back when the server does not serve it", async () => {
    const before = await serial();
    const limit = '      options: ["max-zone-ttl 604800;"]\n';
    write({}, limit);
    await good("apply", "--yes", "--limit", "dns01");
    write({ home: zones.home.replace("records: {", "records: { long: { type: TXT, data: x, ttl: 700000 },") }, limit);
    const { code, stdout, stderr } = await hlx("apply", "--yes", "--limit", "dns01");
    expect([code, stdout + stderr]).toEqual([3, expect.stringMatching(/is still served with serial \d+[\s\S]*out of range/)]);
    expect(stdout + stderr).toContain("what was there was put back");
    expect([await serial(), await dig("kube514.home", "A")]).toEqual([before, `${at.net}.57`]);
    write();
    await good("apply", "--yes", "--limit", "dns01");
    expect(await serial()).toBe(before);
  });

  test("in the configuration leaves the old one in place and loaded", async () => {
    write({}, '      options: ["no-such-option yes;"]\n');
    const { code, stdout, stderr } = await hlx("apply", "--yes", "--limit", "dns01");
    expect([code, stdout + stderr]).toEqual([3, expect.stringContaining("unknown option 'no-such-option'")]);
    expect(await primary.exec("grep -c no-such-option /etc/bind/named.conf || true")).toBe("0\n");
    write();
    expect(await good("plan")).toContain("No changes");
  });
});

describe("a dynamic zone", () => {
  const update = (lines: string): Promise<string> =>
    primary.exec(`printf 'server 127.0.0.1\\nzone dyn.home\\n${lines}\\nsend\\n' | nsupdate -v -y 'hmac-sha256:dhcp:${secret}'`);

  test("keeps what DHCP put there while hlx's own records come and go", async () => {
    await update("update add phone.dyn.home 300 DHCID AAIBY2/AuCccgoJbsaxcQc9TUapptP69lOjxfNuVAA2kjEA=\\nupdate add phone.dyn.home 300 A 10.9.8.7");
    expect(await good("plan")).toContain("No changes");
    write({ "dyn.home": zones["dyn.home"].replace("fixed: ocean", "moved: ocean") });
    const plan = await good("plan");
    expect(plan).toMatch(/fixed A:? \S+ → none/);
    expect(plan).not.toContain("phone");
    await good("apply", "--yes");
    expect([await dig("fixed.dyn.home", "A"), await dig("moved.dyn.home", "A"), await dig("phone.dyn.home", "A")]).toEqual(["", `${at.net}.143`, "10.9.8.7"]);
    expect(await good("plan")).toContain("No changes");
  });

  test("is whole after a crash with a pending journal, and hlx does not touch its file", async () => {
    await update("update add late.dyn.home 300 A 10.9.8.6");
    const file = await primary.exec("test -s /var/lib/bind/dyn.home.zone.jnl && sha256sum /var/lib/bind/dyn.home.zone");
    await primary.exec("pid=$(pidof named); kill -9 $pid; while kill -0 $pid 2>/dev/null; do sleep 0.05; done");
    await good("apply", "--yes");
    await until("named is up again", async () => (await dig("late.dyn.home", "A")) === "10.9.8.6");
    expect(await good("plan")).toContain("No changes");
    expect(await primary.exec("sha256sum /var/lib/bind/dyn.home.zone")).toBe(file);
  });

  test("is never made static under its clients", async () => {
    write({ "dyn.home": "{ records: { moved: ocean } }" });
    const { stdout, stderr } = await hlx("plan");
    expect(stdout + stderr).toMatch(/the server takes updates for it[\s\S]*rndc freeze dyn\.home/);
    write({ "dyn.home": zones["dyn.home"].replace("fixed: ocean", "moved: ocean") });
  });
});

test("5,000 records are planned in the same round trips", async () => {
  const records = Array.from({ length: 5000 }, (_, index) => `            h${index}: 10.${index >> 8}.${index & 255}.1\n`).join("");
  write({ "dyn.home": zones["dyn.home"].replace("fixed: ocean", "moved: ocean"), "bulk.test": `\n          records:\n${records}` });
  await good("apply", "--yes", "--limit", "dns01");
  expect(await dig("h4999.bulk.test", "A")).toBe("10.19.135.1");
  const { stdout } = await hlx("plan", "--json", "--limit", "dns01");
  expect(JSON.parse(stdout)).toMatchObject({ totals: { add: 0, change: 0, remove: 0 }, hosts: [{ roundTrips: 2 }], problems: [] });
});

test("a zone that leaves the playbook leaves the server, and then its file goes", async () => {
  write({ "dyn.home": zones["dyn.home"].replace("fixed: ocean", "moved: ocean") });
  await good("apply", "--yes", "--limit", "dns01");
  expect(await dig("bulk.test", "SOA")).toBe("");
  expect(await primary.exec("ls /var/lib/bind/hlx")).not.toContain("bulk.test");
  expect(await dig("kube514.home", "A")).toBe(`${at.net}.57`);
});

test("a catalog makes its zones secondary on the other server, which has nobody tell it their names", async () => {
  const shared = "secondaries: [dns02], key: transfer";
  write({ "cat.test": `{ catalog: [member.test], ${shared} }`, "member.test": `{ ${shared}, records: { a: 10.1.1.1 } }` });
  lab.write(
    "site.yaml",
    lab.read("site.yaml").replace(/zones: (\{ home: \{ type)/, "catalogs: { cat.test: { primaries: [dns01], key: transfer } }\n      zones: $1"),
  );
  await good("apply", "--yes");
  await until("the member is there", async () => (await secondary.exec("dig +short @127.0.0.1 a.member.test A")).trim() === "10.1.1.1");
});

test("views, signed zones, forwarders, stubs and catalogs make a configuration that named takes", async () => {
  lab.write(
    "site.yaml",
    `- hosts: dns02
  roles:
    - bind:
        forwarders: [dns01]
        listen: [dns02]
        keys: { transfer: { secret: !secret dns.transfer } }
        acls: { trusted: [lan, "!${at.net}.1"] }
        catalogs: { cat.test: { primaries: [dns01], key: transfer } }
        views:
          inside:
            clients: [trusted, key transfer]
            zones:
              split.test: { records: { www: 10.0.0.1 } }
              corp.test: { type: forward, forwarders: [dns01] }
              stub.test: { type: stub, primaries: [dns01] }
              members.test: { catalog: [split.test], secondaries: [dns01], key: transfer }
          outside:
            clients: [any]
            recursion: false
            zones:
              split.test: { records: { www: 192.0.2.1 }, dnssec: default }
              dyn.test: { mode: dynamic, records: { a: 192.0.2.2 } }
`,
  );
  await good("apply", "--yes", "--limit", "dns02");
  const ask = async (from: LabHost): Promise<string> => (await from.exec(`dig +short @${at.secondary} www.split.test A`)).trim();
  expect([await ask(primary), await secondary.exec("dig +short @127.0.0.1 www.split.test A")]).toEqual(["10.0.0.1", "192.0.2.1\n"]);
  await until("it is signed", async () => (await secondary.exec("dig +dnssec @127.0.0.1 www.split.test A")).includes("RRSIG"));
  expect(await good("plan", "--limit", "dns02")).toContain("No changes");
});

test("the kinds keep their contract, next to a server with zones of its own", async () => {
  const transport = async () => containerTransport({ engine: "docker", name: primary.container, user: "root" });
  const session = await openSession(transport, {
    host: "lab",
    become: { how: "none" },
    deadlineMs: 30_000,
    log: () => undefined,
    randomHex: (bytes) => randomBytes(bytes).toString("hex"),
  });
  const answer = await session.lock({ run: "contract", who: "test", where: "here", pid: 1, since: "2026-01-01T00:00:00Z" });
  if (answer.lock === "refused") throw new Error(answer.problem.message);
  expect(await runContract({ shell: session.shell, writer: answer.writer }, kinds, zoneCases("dyn.home"))).toEqual([]);
  await answer.writer.release();
  await session.close();
});
