// Import from real servers: what they were told by hand becomes a project, and the plan of that project against the same server leaves nothing to say.
import { randomBytes } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { engineRun, engineTry } from "../../src/lab/engine.ts";
import { engine, type LabHost, labHost } from "./hosts.ts";
import { type HlxRun, type Project, project } from "./project.ts";

const name = `hlx-import-${process.pid}-${randomBytes(3).toString("hex")}`;
const net = `10.${100 + (process.pid % 100)}.${randomBytes(1)[0]}`;

let server: LabHost;
let lab: Project;

async function done(...args: readonly string[]): Promise<HlxRun> {
  const run = await lab.start(args, {}).ended;
  if (run.code !== 0) throw new Error(`hlx ${args.join(" ")}: exit ${run.code}\n${run.stdout}${run.stderr}`);
  return run;
}

/** The project that follows from files of the server; how it is logged in to is all that a person adds. */
async function imported(kind: string, files: readonly string[], folder: string): Promise<void> {
  const paths = await Promise.all(files.map(async (file) => save(`${folder}-${basename(file)}`, await server.exec(`cat ${file}`))));
  await done("import", kind, ...paths, "--host", "dns01", "-o", folder);
  const inventory = join(lab.folder, folder, "inventory.yaml");
  const login = `connect: 127.0.0.1, port: ${server.port}, user: root, key: ${server.keyFile}`;
  const text = readFileSync(inventory, "utf8").replace(
    /dns01: \{(.*)\}/,
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
  await server.exec("DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends kea-dhcp4-server isc-dhcp-server iproute2 >/dev/null 2>&1");
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
    const { stdout } = await done("plan", kind, "-D");
    expect(stdout).not.toMatch(/subnet:|pool:|option:|lease:|reservation:|extra:|authoritative|interfaces|unreadable/);
  });

  test("after apply the server's own check passes, the plan is empty, and so is that of a second import of what is there now", async () => {
    await done("apply", kind, "-y");
    await server.exec(`${check} ${file} >/dev/null 2>&1`);
    expect((await done("plan", kind)).stdout).toContain("No changes.");
    await imported(kind, kind === "dhcpd" ? [file, "/etc/default/isc-dhcp-server"] : [file], `${kind}-again`);
    expect((await done("plan", `${kind}-again`)).stdout).toContain("No changes.");
  });
});
