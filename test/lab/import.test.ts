// Import from real servers: what they were told by hand becomes a project, and the plan of that project against the same server leaves nothing to say.
import { randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { engineRun, engineTry } from "../../src/lab/engine.ts";
import { engine, type LabHost, labHost } from "./hosts.ts";
import { type HlxRun, type Project, project } from "./project.ts";

const name = `hlx-import-${process.pid}-${randomBytes(3).toString("hex")}`;
const net = `10.${100 + (process.pid % 100)}.${randomBytes(1)[0]}`;

let server: LabHost;
let lab: Project;

async function done(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<HlxRun> {
  const run = await lab.start(args, { env }).ended;
  if (run.code !== 0) throw new Error(`hlx ${args.join(" ")}: exit ${run.code}\n${run.stdout}${run.stderr}`);
  return run;
}

/** The project that follows from files of the server; how it is logged in to is all that a person adds. */
async function imported(kind: string, files: readonly string[], folder: string): Promise<void> {
  mkdirSync(join(lab.folder, `from-${folder}`));
  const paths = await Promise.all(files.map(async (file) => save(`from-${folder}/${basename(file)}`, await server.exec(`cat ${file}`))));
  await done(["import", kind, ...paths, "--host", "dns01", "-o", folder]);
  const inventory = join(lab.folder, folder, "inventory.yaml");
  const login = `connect: 127.0.0.1, port: ${server.port}, user: root, key: ${server.keyFile}`;
  const text = readFileSync(inventory, "utf8").replace(
    /(?<=hosts:\n {2})dns01: \{(.*)\}/,
    (_, own: string) => `dns01: {${own.trim() === "" ? "" : `${own.trim()},`} ${login} }`,
  );
  writeFileSync(inventory, text);
}

function save(name: string, text: string): string {
  const path = join(lab.folder, name);
  writeFileSync(path, text);
  return path;
}

const kea = {
  Dhcp4: {
    "interfaces-config": { interfaces: ["*"] },
    "lease-database": { type: "memfile" },
    "valid-lifetime": 3600,
    subnet4: [
      {
        id: 7,
        subnet: `${net}.0/24`,
        pools: [{ pool: `${net}.100 - ${net}.120` }],
        "option-data": [
          { name: "routers", data: `${net}.1` },
          { name: "domain-name-servers", data: `${net}.2, 1.1.1.1` },
        ],
        reservations: [{ "hw-address": "aa:bb:cc:00:00:03", "ip-address": `${net}.50`, hostname: "printer" }],
      },
    ],
  },
};

const isc = `authoritative;
default-lease-time 3600;
max-lease-time 7200;
subnet ${net}.0 netmask 255.255.255.0 {
  range ${net}.100 ${net}.120;
  option routers ${net}.1;
  option domain-name-servers ${net}.2, 1.1.1.1;
}
host printer { hardware ethernet aa:bb:cc:00:00:03; fixed-address ${net}.50; }
`;

beforeAll(async () => {
  await engineTry(engine, ["network", "prune", "--force", "--filter", "label=hlx.lab=import", "--filter", "until=30m"]);
  await engineRun(engine, ["network", "create", "--label", "hlx.lab=import", "--subnet", `${net}.0/24`, name]);
  server = await labHost();
  await engineRun(engine, ["network", "connect", "--ip", `${net}.2`, name, server.container]);
  lab = project({}, [server]);
  await server.exec(
    "DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends kea-dhcp4-server isc-dhcp-server iproute2 bind9 bind9-dnsutils >/dev/null 2>&1",
  );
});

afterAll(async () => {
  if (server !== undefined) await engineTry(engine, ["network", "disconnect", "--force", name, server.container]);
  await engineTry(engine, ["network", "rm", name]);
});

const servers = [
  {
    kind: "kea",
    file: "/etc/kea/kea-dhcp4.conf",
    text: JSON.stringify(kea, null, 2),
    check: "kea-dhcp4 -t",
    start: "chown root:_kea /etc/kea/kea-dhcp4.conf; chmod 640 /etc/kea/kea-dhcp4.conf; systemctl restart kea-dhcp4-server",
  },
  {
    kind: "dhcpd",
    file: "/etc/dhcp/dhcpd.conf",
    text: isc,
    check: "dhcpd -t -cf",
    start: `card=$(ip -o -4 addr | awk '/${net}\\.2\\//{print $2}')
systemctl disable --now kea-dhcp4-server 2>/dev/null; printf 'INTERFACESv4="%s"\nINTERFACESv6=""\n' "$card" > /etc/default/isc-dhcp-server; systemctl enable isc-dhcp-server 2>/dev/null; systemctl restart isc-dhcp-server`,
  },
] as const;

describe.each(servers)("$kind", ({ kind, file, text, check, start }) => {
  test("what it was told by hand is imported, and the plan against it says nothing of networks, pools, options, leases and reservations", async () => {
    await server.exec(`cat > ${file} <<'X'\n${text}\nX\n${start}`);
    await imported(kind, kind === "dhcpd" ? [file, "/etc/default/isc-dhcp-server"] : [file], kind);
    const { stdout } = await done(["plan", kind, "-D"]);
    expect(stdout).not.toMatch(/subnet:|pool:|option:|lease:|reservation:|extra:|authoritative|interfaces|unreadable/);
  });

  test("after apply the server's own check passes, the plan is empty, and so is that of a second import of what is there now", async () => {
    await done(["apply", kind, "-y"]);
    await server.exec(`${check} ${file} >/dev/null 2>&1`);
    expect((await done(["plan", kind])).stdout).toContain("No changes.");
    await imported(kind, kind === "dhcpd" ? [file, "/etc/default/isc-dhcp-server"] : [file], `${kind}-again`);
    expect((await done(["plan", `${kind}-again`])).stdout).toContain("No changes.");
  });
});

const reverse = `${net.split(".").toReversed().join(".")}.in-addr.arpa`;
const tsig = "aGx4LWltcG9ydC10ZXN0LWtleQ==";
const named = `options { directory "/var/cache/bind"; recursion yes; dnssec-validation no; listen-on { any; }; forwarders { 192.0.2.53 port 5353; }; allow-transfer { 127.0.0.1; }; version "none"; };
key "k" { algorithm hmac-sha256; secret "${tsig}"; };
zone "home.test" { type master; file "/etc/bind/db.home"; };
zone "${reverse}" { type master; file "/etc/bind/db.rev"; };
zone "dyn.test" { type master; file "/var/lib/bind/db.dyn"; allow-update { key "k"; }; };
`;
const home = `$ORIGIN home.test.
$TTL 2h
@ IN SOA dns01 hostmaster ( 2024010101 1h 15m 2w 5m )
  IN NS dns01
  IN NS ns.elsewhere.example.
  IN MX 10 mail
dns01 A ${net}.2
ocean 300 IN A ${net}.143
ocean AAAA fd00:77::143
www CNAME ocean
* A ${net}.143
mail A ${net}.25
far A 203.0.113.7
_http._tcp SRV 0 5 80 ocean
note TXT "two words" "and more"
$GENERATE 1-3 node-$ A ${net}.3$
`;
const back = `$TTL 2h
@ IN SOA master.home.test. hostmaster.home.test. ( 7 1h 15m 2w 5m )
  NS dns01.home.test.
2 PTR dns01.home.test.
143 PTR ocean.home.test.
25 PTR mail.home.test.
31 PTR node-1.home.test.
32 PTR node-2.home.test.
33 PTR node-3.home.test.
99 PTR nobody.home.test.
`;
const dynamic = "$TTL 60\n@ SOA dns01.home.test. hostmaster.home.test. ( 1 60 60 60 60 )\n  NS dns01.home.test.\nown A 192.0.2.9\n";

describe("BIND", () => {
  const env = { HLX_SECRET_TSIG_K: tsig };
  const zones = ["home.test", reverse, "dyn.test"];
  const served = (zone: string): Promise<string> =>
    server.exec(`dig @127.0.0.1 ${zone} AXFR -y hmac-sha256:k:${tsig} +noall +answer +onesoa | awk '$4 != "SOA"' | tr -s ' \\t' ' ' | tr A-Z a-z | sort`);
  const files = ["/etc/bind/named.conf", "/etc/bind/db.home", "/etc/bind/db.rev", "/var/lib/bind/db.dyn"];
  /** What a plan would change of zones and their records. */
  async function changes(folder: string): Promise<readonly string[]> {
    const plan = JSON.parse((await done(["plan", folder, "--json"], env)).stdout) as { entries: { address: string; changes: { property: string }[] }[] };
    const entries = plan.entries.filter(({ address }) => /bind\.(zone|records):/.test(address));
    return entries.flatMap(({ changes: all }) => all.map(({ property }) => property));
  }

  test("zones written by hand are imported: no record changes, those from others stay, and after apply the server's own check passes and the plan is empty", async () => {
    await server.exec(
      `cat > ${files[0]} <<'X'\n${named}X\ncat > ${files[1]} <<'X'\n${home}X\ncat > ${files[2]} <<'X'\n${back}X\nprintf '${dynamic.replaceAll("\n", "\\n")}' > ${files[3]}; chown bind: ${files[3]}
systemctl restart named; for i in $(seq 100); do dig +short @127.0.0.1 dyn.test SOA | grep -q . && break; sleep 0.1; done
printf 'server 127.0.0.1\\nzone dyn.test\\nupdate add guest.dyn.test 60 A 192.0.2.10\\nupdate add guest.dyn.test 60 DHCID AAIBY2/AuCccgoJbsaxcQc9TUapptP69lOjxfNuVAA2kjEA=\\nsend\\n' | nsupdate -y hmac-sha256:k:${tsig}`,
    );
    const before = await Promise.all(zones.map(served));
    expect(before[2]).toContain("guest.dyn.test. 60 in a 192.0.2.10");
    await imported("zones", files, "bind");
    expect(new Set(await changes("bind"))).toEqual(new Set(["file", "serial", "owned"]));
    await done(["apply", "bind", "-y"], env);
    await server.exec("named-checkconf -z");
    expect(await Promise.all(zones.map(served))).toEqual(before);
    expect((await done(["plan", "bind"], env)).stdout).toContain("No changes.");
  });

  test("what hlx wrote there is imported, and the plan is empty", async () => {
    const written = (
      await server.exec(
        "rndc sync dyn.test; for i in $(seq 100); do grep -q DHCID /var/lib/bind/dyn.test.zone && break; sleep 0.1; done; ls /var/lib/bind/hlx/*.zone /var/lib/bind/*.zone",
      )
    )
      .trim()
      .split("\n");
    await imported("zones", ["/etc/bind/named.conf", ...written], "bind-again");
    expect((await done(["plan", "bind-again", "-D"], env)).stdout).toContain("No changes.");
  });
});
