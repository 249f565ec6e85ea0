// The role proxmox-host on a real host: ifupdown2 and bridges are real, Proxmox is a stand-in. A change that cuts the way in comes back by itself.
import { beforeAll, describe, expect, test } from "vitest";
import { type LabHost, labHost } from "./hosts.ts";
import { type HlxRun, type Project, project } from "./project.ts";

/**
 * What it does not cover: a bond, VLANs on a bridge and a second card (the lab's kernel and containers have none), Proxmox's own programs beside
 * ifupdown2, and a switch at the other end.
 */
const pveversion = "#!/bin/sh\necho 'pve-manager/8.4.1/2a5fa54a8503f96d (running kernel: 6.8.12-9-pve)'\n";

// As it was loaded, slowly or with an error on demand.
const ifreload = `#!/bin/sh
touch /run/reloading
[ ! -e /root/slow ] || sleep 2
/usr/sbin/ifreload "$@" || exit
[ ! -e /root/fails ] || { rm /root/fails; echo "error: made up"; exit 1; }
`;

let host: LabHost;
let lab: Project;
let address: string;

const hlx = (...args: readonly string[]): Promise<HlxRun> => lab.start(args, {}).ended;
const file = (): Promise<string> => host.exec("cat /etc/network/interfaces");
const addresses = async (): Promise<string> => (await host.exec("ip -o -4 addr show scope global | awk '{ print $2, $4 }'")).trim();
const role = (params: object): void => lab.write("site.yaml", JSON.stringify([{ hosts: "all", roles: [{ "proxmox-host": params }] }]));
const bridge = { ports: ["eth0"] };

beforeAll(async () => {
  host = await labHost();
  address = (await addresses()).replace("eth0 ", "");
  const [ip = ""] = address.split("/");
  lab = project(
    {
      "inventory.yaml": `format: 1
playbook: site.yaml
networks:
  lan: { cidr: ${ip.replace(/\d+\.\d+$/, "0.0")}/16, gateway: ${ip.replace(/\d+\.\d+$/, "0.1")}, bridge: vmbr0 }
hosts:
  node005: { connect: 127.0.0.1, port: ${host.port}, user: root, key: ${host.keyFile}, lan: ${ip} }
`,
    },
    [host],
  );
  await host.exec(`apt-get install -qy --no-install-recommends ifupdown2 >/dev/null 2>&1
printf 'auto lo\\niface lo inet loopback\\n\\nauto eth0\\niface eth0 inet static\\n\\taddress ${address}\\n\\tgateway ${ip.replace(/\d+\.\d+$/, "0.1")}\\n\\nsource /etc/network/interfaces.d/*\\n' > /etc/network/interfaces
systemctl start networking`);
});

test("a host that is no node of Proxmox is refused, and nothing is done", async () => {
  role({ bridges: { vmbr0: bridge } });
  const { code, stdout, stderr } = await hlx("plan");
  expect([code, stdout + stderr]).toEqual([1, expect.stringContaining("node005 is no node of Proxmox VE")]);
  await host.exec(
    `cat > /usr/local/bin/pveversion <<'END'\n${pveversion}END\ncat > /usr/local/sbin/ifreload <<'END'\n${ifreload}END\nchmod 0755 /usr/local/bin/* /usr/local/sbin/*`,
  );
});

describe("the only card becomes a bridge's port", () => {
  test("a card that is not there is an error of the plan", async () => {
    role({ bridges: { vmbr0: { ports: ["eth7"] } } });
    const { code, stdout, stderr } = await hlx("plan");
    expect([code, stdout + stderr]).toEqual([1, expect.stringContaining("there is no eth7 to be a port of vmbr0")]);
  });

  test("which must be allowed, since it may cut off the way in", async () => {
    role({ bridges: { vmbr0: bridge } });
    const { stdout, stderr } = await hlx("apply", "--yes");
    expect(stdout + stderr).toMatch(/vmbr0\.address[\s\S]*--allow connectivity/);
    expect(await file()).not.toContain("vmbr0");
  });

  test("and is kept when hlx gets in anew; others stay", async () => {
    const { code, stdout, stderr } = await hlx("apply", "--yes", "--allow", "connectivity");
    expect([code, stdout + stderr]).toEqual([0, expect.not.stringContaining("✖")]);
    expect(await addresses()).toBe(`vmbr0 ${address}`);
    expect(await host.exec("readlink /sys/class/net/eth0/master")).toBe("../vmbr0\n");
    expect(await file()).toMatch(/iface lo inet loopback[\s\S]*iface eth0 inet manual\n[\s\S]*source \/etc\/network\/interfaces\.d\/\*\n/);
    expect((await hlx("plan")).stdout).toContain("No changes");
  });
});

describe("a change that does not work comes back by itself:", () => {
  test("one that cuts off the way in", async () => {
    const before = await file();
    role({ bridges: { vmbr0: { ports: [] } }, patience: 6 });
    const { code, stdout, stderr } = await hlx("apply", "--yes", "--allow", "connectivity");
    expect([code, stdout + stderr]).toEqual([3, expect.stringContaining("nobody got in anew within 6 s: the old /etc/network/interfaces comes back")]);
    expect([await file(), await addresses()]).toEqual([before, `vmbr0 ${address}`]);
    expect((await hlx("plan")).stdout).toContain("vmbr0.bridge-ports");
  });

  test("one that cannot be loaded", async () => {
    const before = await file();
    await host.exec("touch /root/fails");
    role({ bridges: { vmbr0: bridge, vmbr9: {} } });
    const { code, stdout, stderr } = await hlx("apply", "--yes", "--allow", "connectivity");
    expect([code, stdout + stderr]).toEqual([3, expect.stringMatching(/made up[\s\S]*it could not be loaded: the old/)]);
    expect([await file(), await addresses()]).toEqual([before, `vmbr0 ${address}`]);
  });

  test("one whose hlx was killed before it could look", async () => {
    const before = await file();
    await host.exec("touch /root/slow; rm -f /run/reloading");
    role({ bridges: { vmbr0: bridge, vmbr9: {} }, patience: 5 });
    const running = lab.start(["apply", "--yes", "--allow", "connectivity"], {});
    await expect.poll(async () => (await host.tryExec("test -e /run/reloading")).status, { timeout: 60_000, interval: 50 }).toBe(0);
    running.kill("SIGKILL");
    await running.ended;
    expect(await file()).toContain("vmbr9");
    await expect
      .poll(async () => [await file(), await host.exec("ls /sys/class/net")], { timeout: 60_000 })
      .toEqual([before, expect.not.stringContaining("vmbr9")]);
    await host.exec("rm /root/slow");
  });
});

test("the run after it does it once more; what goes is gone", async () => {
  const { code, stdout, stderr } = await hlx("apply", "--yes", "--allow", "connectivity");
  expect([code, stdout + stderr]).toEqual([0, expect.not.stringContaining("✖")]);
  expect(await host.exec("ls /sys/class/net")).toContain("vmbr9");
  role({ bridges: { vmbr0: bridge }, gone: ["vmbr9"] });
  expect((await hlx("apply", "--yes", "--allow", "connectivity")).code).toBe(0);
  expect(await host.exec("ls /sys/class/net; cat /etc/network/interfaces")).not.toContain("vmbr9");
});
