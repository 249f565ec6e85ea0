// The role proxmox-host on a real host: ifupdown2 and bridges are real, Proxmox is a stand-in. A change that cuts the way in comes back by itself.
import { randomBytes } from "node:crypto";
import { beforeAll, describe, expect, test } from "vitest";
import { containerTransport } from "../../src/connections/container.ts";
import { openSession } from "../../src/connections/shell/session.ts";
import { kernelBootKind } from "../../src/resources/kernel-boot.ts";
import { networkInterfaces } from "../../src/resources/network-interfaces.ts";
import { kinds } from "../../src/resources/registry.ts";
import { runContract } from "../../src/testing/contract.ts";
import { type LabHost, labHost } from "./hosts.ts";
import { type HlxRun, hostLines, type Project, project } from "./project.ts";
import { install, volumes } from "./proxmox-iommu.ts";

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

describe("repositories", () => {
  const files = {
    "pve-enterprise.list": "deb https://enterprise.proxmox.com/debian/pve bookworm pve-enterprise\n",
    "ceph.list": "deb [arch=amd64] https://enterprise.proxmox.com/debian/ceph-quincy bookworm enterprise main\n",
    "pve.sources":
      "# theirs\nTypes: deb\nURIs: https://enterprise.proxmox.com/debian/pve\nSuites: bookworm\nComponents: pve-enterprise\nEnabled: yes\n\nTypes: deb\nURIs: file:/srv\nSuites: ./\n",
    "debian.sources": "\n\nTypes: deb\nURIs: file:/srv\nSuites: ./\n\n\n",
  };
  const show = (name: string): Promise<string> => host.exec(`cat /etc/apt/sources.list.d/${name}`);

  test("others are switched off where they stand, and the wanted one is there", async () => {
    const put = Object.entries(files).map(([name, text]) => `printf '${text.replaceAll("\n", "\\n")}' > /etc/apt/sources.list.d/${name}`);
    await host.exec(put.join("\n"));
    role({ repositories: "no-subscription" });
    const { code, stdout, stderr } = await hlx("apply", "--yes");
    expect([code, stdout + stderr]).toEqual([0, expect.not.stringContaining("✖")]);
    expect(await show("pve-enterprise.list")).toBe(`# ${files["pve-enterprise.list"]}`);
    expect(await show("ceph.list")).toBe(`# ${files["ceph.list"]}deb [arch=amd64] https://enterprise.proxmox.com/debian/ceph-quincy bookworm main\n`);
    expect(await show("pve.sources")).toBe(`${files["pve.sources"].replace("Enabled: yes\n", "Enabled: no\n")}\n`);
    expect(await show("debian.sources")).toBe(files["debian.sources"]);
    expect(await show("hlx-proxmox.list")).toBe("deb http://download.proxmox.com/debian/pve bookworm pve-no-subscription\n");
    // What apt itself makes of the files.
    expect(await host.exec("apt-get update --print-uris | grep -o 'http[^ ]*proxmox[^ ]*InRelease' | sort")).toBe(
      "http://download.proxmox.com/debian/pve/dists/bookworm/InRelease\nhttps://enterprise.proxmox.com/debian/ceph-quincy/dists/bookworm/InRelease\n",
    );
    expect((await hlx("plan")).stdout).toContain("No changes");
  });

  test("none is none, and hlx's own goes with it", async () => {
    role({ repositories: "none" });
    expect((await hlx("apply", "--yes")).code).toBe(0);
    expect(await host.exec("ls /etc/apt/sources.list.d")).not.toContain("hlx");
    await host.exec(`cd /etc/apt/sources.list.d && rm -f ${Object.keys(files).join(" ")}`);
  });
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
  role({ bridges: { vmbr0: bridge, vmbr9: {} } });
  const { code, stdout, stderr } = await hlx("apply", "--yes", "--allow", "connectivity");
  expect([code, stdout + stderr]).toEqual([0, expect.not.stringContaining("✖")]);
  expect(await host.exec("ls /sys/class/net")).toContain("vmbr9");
  role({ bridges: { vmbr0: bridge }, gone: ["vmbr9"] });
  expect((await hlx("apply", "--yes", "--allow", "connectivity")).code).toBe(0);
  expect(await host.exec("ls /sys/class/net; cat /etc/network/interfaces")).not.toContain("vmbr9");
});

test("the kind of the network keeps the contract: found twice alike, and what was there before comes back", async () => {
  const session = await openSession(async () => containerTransport({ engine: "docker", name: host.container, user: "root" }), {
    ...{ host: "node005", become: { how: "none" }, deadlineMs: 30_000, log: () => undefined },
    randomHex: (bytes) => randomBytes(bytes).toString("hex"),
  });
  const answer = await session.lock({ run: "c", who: "test", where: "here", pid: process.pid, since: "2026-11-21T00:00:00Z" });
  if (answer.lock === "refused") throw new Error(answer.problem.message);
  const options = { "bridge-ports": "none", "bridge-stp": "off", "bridge-fd": "0", address: "10.99.0.1/24" };
  const { desired } = networkInterfaces({ interfaces: { vmbr8: { auto: true, inet: { method: "static", options } } } });
  const one = { kind: "network.interfaces", name: "a bridge of its own", desired };
  expect(await runContract({ shell: session.shell, writer: answer.writer }, kinds, [one])).toEqual([]);
  await answer.writer.release();
  await session.close();
});

describe("PCI devices for guests", () => {
  let node: LabHost;
  let devices: Project;
  const run = (...args: readonly string[]): Promise<HlxRun> => devices.start(args, {}).ended;

  beforeAll(async () => {
    node = await labHost({ extra: volumes });
    await install(node);
    const site = JSON.stringify([{ hosts: "all", roles: [{ "proxmox-host": { passthrough: { cpu: "intel" } } }] }]);
    const inventory = `format: 1\nplaybook: site.yaml\nhosts:\n${hostLines({ node006: node })}defaults: { proxmox: { pci: { gpu: "42:00" } } }\n`;
    devices = project({ "inventory.yaml": inventory, "site.yaml": site }, [node]);
  });

  test("take a reboot that must be allowed, and no second one", async () => {
    const { stdout } = await run("plan");
    expect(stdout).toMatch(/kernel\.boot:cmdline[\s\S]*0000:42:00\.0 with nouveau[\s\S]*--allow reboot/);
    const { code, stdout: out, stderr } = await run("apply", "--yes", "--allow", "reboot");
    expect([code, out + stderr]).toEqual([0, expect.not.stringContaining("✖")]);
    expect((await node.exec("cat /srv/order")).trim().split("\n")).toEqual(["initramfs", "grub", "boot"]);
    expect(await node.exec("cat /proc/cmdline")).toMatch(/ quiet intel_iommu=on iommu=pt$/m);
    const again = await run("plan");
    expect(again.stdout).toContain("No changes");
    expect(again.stdout + again.stderr).toContain("0000:42:00.1 is in IOMMU group 14 together with 0000:43:00.0");
  });

  test("with an IOMMU that the firmware has off are an error, not a reboot", async () => {
    await node.exec("rm -rf /sys/kernel/iommu_groups/*");
    const { code, stdout, stderr } = await run("plan");
    expect([code, stdout + stderr]).toEqual([1, expect.stringContaining("there are no IOMMU groups: the firmware has it off")]);
  });

  test("systemd-boot's line keeps what is in it, and gives back what was added", async () => {
    const line = async (absent: boolean): Promise<string> => {
      const actual = { loader: "systemd-boot", next: absent ? ["iommu=pt"] : [], others: [], running: [], drivers: {} } as const;
      const found = { found: "present", actual } as const;
      const desired = { parameters: ["iommu=pt"], drivers: {}, iommu: false, ...(absent ? { absent } : {}) };
      const [step] = kernelBootKind.steps(desired, found, {
        changes: kernelBootKind.diff(desired, found, { changing: new Set(), digest: () => "" }),
        now: new Date(0),
      });
      if (step?.do !== "run") throw new Error("no step that writes");
      return node.exec(`set -- ${step.args.join(" ")}\n${step.script}\ncat /etc/kernel/cmdline`);
    };
    await node.exec("rm -f /etc/kernel/cmdline");
    expect(await line(false)).toBe("root=/dev/mapper/pve-root ro quiet intel_iommu=on iommu=pt\n");
    expect(await line(true)).toBe("root=/dev/mapper/pve-root ro quiet intel_iommu=on\n");
  });
});
