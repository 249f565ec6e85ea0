// The role pihole on real hosts, through real SSH: the double of FTL runs here, and sshd on each host listens for it at 127.0.0.1:80.
import { type ChildProcess, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type Ftl, startFtl } from "../pihole/ftl/server.ts";
import { makeWorld } from "../pihole/ftl/world.ts";
import { freshHosts, type LabHost } from "./hosts.ts";
import { type HlxRun, hostLines, type Project, project } from "./project.ts";

const slow = { restartMs: { answers: 300, gone: 500 }, swapMs: 750, gravityMs: 300 } as const;
const password = "correct horse";
const tunnels: ChildProcess[] = [];
let hosts: readonly LabHost[];
let ftl: readonly Ftl[];
let desk: Project;

const inventory = (lines: string): string =>
  `format: 1\nplaybook: site.yaml\nsecrets: [{ env: LAB_ }]\nnetworks: { lan: { cidr: 10.77.0.0/24, domain: home } }\nhosts:\n${lines}devices: { dns01: { lan: 2 } }\n`;

function role(params: object): void {
  desk.write("site.yaml", JSON.stringify([{ hosts: "all", roles: [{ pihole: params }] }]).replaceAll('"SECRET"', "!secret pihole.password"));
}

const hlx = (...args: readonly string[]): Promise<HlxRun> => desk.start(args, { env: { LAB_PIHOLE_PASSWORD: password } }).ended;

beforeAll(async () => {
  hosts = await freshHosts(2);
  ftl = await Promise.all(hosts.map(() => startFtl({ ...slow, password })));
  await Promise.all(hosts.map((host, index) => tunnel(host, ftl[index]?.port ?? 0)));
  desk = project({ "inventory.yaml": inventory(hostLines({ pi1: hosts[0] as LabHost, pi2: hosts[1] as LabHost })) }, hosts);
});

afterAll(async () => {
  for (const child of tunnels) child.kill();
  await Promise.all(ftl.map((one) => one.stop()));
});

// A double as new, and no Pi-hole of another test.
beforeEach(async () => {
  for (const one of ftl) {
    const { settings, tables } = makeWorld({ ...slow, password });
    for (const [key, value] of settings) one.world.settings.set(key, value);
    Object.assign(one.world.tables, tables);
    one.world.written.length = 0;
  }
});

async function tunnel({ address, port, user, keyFile, knownHosts, exec }: LabHost, to: number): Promise<void> {
  const options = [`UserKnownHostsFile=${knownHosts}`, "StrictHostKeyChecking=yes", "ExitOnForwardFailure=yes", "BatchMode=yes"].flatMap((one) => ["-o", one]);
  tunnels.push(
    spawn("ssh", ["-F", "none", "-N", ...options, "-R", `127.0.0.1:80:127.0.0.1:${to}`, "-i", keyFile, "-p", `${port}`, `${user}@${address}`], {
      stdio: "ignore",
    }),
  );
  await exec("until ss -Hltn | grep -q '127.0.0.1:80 '; do sleep 0.1; done");
}

const writes = (): readonly (readonly string[])[] => ftl.map((one) => one.writes());
const seats = (): number => ftl.reduce((sum, { world }) => sum + world.sessions.size, 0);

const full = {
  password: "SECRET",
  upstreams: ["dns01", "1.1.1.1"],
  forward: { lan: "dns01" },
  groups: ["kids"],
  lists: [{ address: "https://lists.example/a", groups: ["kids"] }],
  deny: ["ads.example", { regex: "^track[0-9]+" }],
  settings: { "dns.blockTTL": 9 },
};

describe("through the API", () => {
  test("everything is applied, one Pi-hole after the other, and a second apply writes nothing", async () => {
    role(full);
    let most = 0;
    const watch = setInterval(() => {
      most = Math.max(most, ftl.filter(({ world }) => world.phase === "gone").length);
    }, 10);
    const first = await hlx("apply", "--yes");
    clearInterval(watch);
    expect([first.code, first.stderr]).toEqual([0, expect.not.stringContaining("✖")]);
    expect(most).toBe(1);
    const before = writes();
    expect(before[0]).toEqual([
      "PATCH /api/config",
      "POST /api/groups",
      "POST /api/lists",
      "POST /api/domains/deny/exact",
      "POST /api/domains/deny/regex",
      "POST /api/action/gravity",
    ]);
    expect(ftl[1]?.world.settings.get("dns.revServers")).toEqual(["true,10.77.0.0/24,10.77.0.2,home"]);
    const second = await hlx("apply", "--yes");
    expect([second.code, second.stdout]).toEqual([0, expect.stringMatching(/no changes|nothing to do|0 to change/i)]);
    expect(writes()).toEqual(before);
    expect(seats()).toBe(0);
    expect(`${first.stdout}${first.stderr}${second.stdout}`).not.toContain(password);
  });

  test("what somebody else changed is drift, and is put back", async () => {
    role(full);
    await hlx("apply", "--yes");
    for (const { world } of ftl) world.settings.set("dns.blockTTL", 1);
    const drift = await hlx("drift");
    expect([drift.code, drift.stdout]).toEqual([2, expect.stringContaining("pihole.config:pihole.toml")]);
    expect((await hlx("apply", "--yes")).code).toBe(0);
    expect(ftl.map(({ world }) => world.settings.get("dns.blockTTL"))).toEqual([9, 9]);
    expect(seats()).toBe(0);
  });

  test("Ctrl-C in the middle of gravity lets it end, and gives the session back", async () => {
    role({ ...full, settings: {} });
    const running = desk.start(["apply", "--yes"], { env: { LAB_PIHOLE_PASSWORD: password } });
    await expect.poll(() => ftl.some(({ world }) => world.requests.at(-1) === "POST /api/action/gravity"), { timeout: 60_000 }).toBe(true);
    running.kill("SIGINT");
    expect((await running.ended).code).not.toBe(0);
    expect(seats()).toBe(0);
  });

  test("a wrong password is said once, in the plan, and nothing is locked", async () => {
    role(full);
    const asked = ftl[0]?.world.requests.length ?? 0;
    const wrong = await desk.start(["plan", "--limit", "pi1"], { env: { LAB_PIHOLE_PASSWORD: "wrong" } }).ended;
    expect(`${wrong.stdout}${wrong.stderr}`).toContain("refuses the password in the secret pihole.password");
    expect(ftl[0]?.world.requests.slice(asked)).toEqual(["POST /api/auth"]);
  });
});

// What `pihole-FTL --config` does, as far as the role needs it: values in files, lists printed as FTL prints them, run as the account pihole.
const cli = String.raw`#!/bin/sh
[ "$1" = --config ] || exit 1
file=/etc/pihole/values/$2
if [ $# -eq 3 ]; then
  [ "$(id -un)" = pihole ] || exit 1
  echo "$2" >> /etc/pihole/values/.log
  case $3 in '['*) printf '%s\n' "$3" | sed 's/^\["/[ /; s/"\]$/ ]/; s/","/, /g' ;; *) printf '%s\n' "$3" ;; esac > "$file"
fi
cat "$file"
`;

const makeCli = `id pihole >/dev/null 2>&1 || useradd -r -M pihole; mkdir -p /etc/pihole/values; chown -R pihole /etc/pihole; printf 'old\n' > /etc/pihole/values/dns.upstreams; printf 'true\n' > /etc/pihole/values/dns.blocking.active; chown pihole /etc/pihole/values/*; chmod 0755 /usr/bin/pihole-FTL`;

async function installCli(host: LabHost): Promise<void> {
  await host.exec(`cat > /usr/bin/pihole-FTL <<'END'\n${cli}END\n${makeCli}`);
}

test("through the command line, settings are set once, as the account pihole", async () => {
  const [host] = hosts as readonly [LabHost, LabHost];
  await installCli(host);
  role({ through: "cli", upstreams: ["dns01", "1.1.1.1"], blocking: false });
  const first = await hlx("apply", "--yes", "--limit", "pi1");
  expect([first.code, first.stderr]).toEqual([0, expect.not.stringContaining("✖")]);
  expect(await host.exec("cat /etc/pihole/values/dns.upstreams /etc/pihole/values/dns.blocking.active")).toContain("[ 10.77.0.2, 1.1.1.1 ]\nfalse");
  expect((await hlx("apply", "--yes", "--limit", "pi1")).code).toBe(0);
  expect((await host.exec("cat /etc/pihole/values/.log")).trim().split("\n")).toHaveLength(2);
});

describe("installing", () => {
  const installer = `#!/bin/bash
[ "$1" = --unattended ] && grep -q 'dns.upstreams = ."10.77.0.2"' /etc/pihole/pihole.toml || exit 1
cat > /usr/bin/pihole-FTL <<'END'
#!/bin/sh
exec sleep infinity
END
chmod 0755 /usr/bin/pihole-FTL
printf '[Service]\\nExecStart=/usr/bin/pihole-FTL\\n[Install]\\nWantedBy=multi-user.target\\n' > /etc/systemd/system/pihole-FTL.service
systemctl daemon-reload && systemctl enable --now pihole-FTL
`;
  const sha256 = createHash("sha256").update(installer).digest("hex");
  const params = (sum: string) => ({ install: { url: "file:///root/basic-install.sh", sha256: sum }, password: "SECRET", upstreams: ["dns01"] });
  const host = (): LabHost => hosts[1] as LabHost;
  const apply = (): Promise<HlxRun> => hlx("apply", "--yes", "--limit", "pi2");

  beforeEach(() => host().exec(`rm -rf /etc/pihole; cat > /root/basic-install.sh <<'INSTALLER'\n${installer}INSTALLER`));

  test("runs no file but the one with the checksum", async () => {
    role(params("0".repeat(64)));
    const { code, stdout, stderr } = await apply();
    expect([code, stdout + stderr]).toEqual([3, expect.stringContaining("not the file that was approved")]);
    expect((await host().tryExec("test -e /usr/bin/pihole-FTL")).status).not.toBe(0);
  });

  test("refuses a host with Pi-hole 5", async () => {
    await host().exec("mkdir -p /etc/pihole; touch /etc/pihole/setupVars.conf");
    role(params(sha256));
    const { stdout, stderr } = await apply();
    expect(stdout + stderr).toContain("this host has Pi-hole 5");
  });

  test("writes the settings first, runs the installer, then goes on with the API; a second apply changes nothing", async () => {
    role(params(sha256));
    const { code, stderr } = await apply();
    expect([code, stderr]).toEqual([0, expect.not.stringContaining("✖")]);
    expect(ftl[1]?.world.settings.get("dns.upstreams")).toEqual(["10.77.0.2"]);
    const before = writes();
    expect((await apply()).stdout).toMatch(/no changes|nothing to do|0 to change/i);
    expect(writes()).toEqual(before);
  });
});
