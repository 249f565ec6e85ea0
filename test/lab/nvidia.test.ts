// The role nvidia on a real host with a made-up card: real apt, real reboots, in order; the driver itself is a double.
import { beforeAll, describe, expect, test } from "vitest";
import { type Card, install, plug, versions, volumes } from "../gpu/double.ts";
import { type LabHost, labHost } from "./hosts.ts";
import { type HlxRun, hostLines, type Project, project } from "./project.ts";

const rtx: Card = { address: "0000:42:00.0", vendor: "0x10de", driver: "nouveau" };
const radeon: Card = { address: "0000:03:00.0", vendor: "0x1002", driver: "amdgpu" };
let host: LabHost;
let lab: Project;
let fingerprint: string;

/** The other host does not even answer: it is not asked. */
const hlx = (...args: readonly string[]): Promise<HlxRun> => lab.start([...args, "--limit", "pesubuntu"], {}).ended;

function role(driver: string, more: object = {}): void {
  const repository = { uri: "file:/srv/repo", suites: ["./"], signedBy: "/srv/repo/key.asc" };
  const toolkit = { uri: "file:/srv/repo", key: "file:///srv/repo/key.asc", fingerprint };
  const packages = ["libnvidia-ml1", "nvidia-kernel-dkms", "nvidia-persistenced", "nvidia-smi"];
  const params = { driver, repository, toolkit, packages, headers: ["linux-headers-lab"], containers: ["containerd"], ...more };
  lab.write("site.yaml", JSON.stringify([{ hosts: "all", roles: [{ nvidia: params }] }]));
}

beforeAll(async () => {
  host = await labHost({ extra: volumes });
  lab = project({ "inventory.yaml": `format: 1\nplaybook: site.yaml\nhosts:\n${hostLines({ pesubuntu: host })}  asuna: { address: 127.0.0.1, port: 1 }\n` }, [
    host,
  ]);
  fingerprint = await install(host);
  role("535");
});

const boot = async (): Promise<string> => (await host.exec("cut -d' ' -f22 /proc/1/stat")).trim();
const order = async (): Promise<readonly string[]> => (await host.exec("cat /srv/order; rm /srv/order")).trim().split("\n");

test.each<readonly [string, readonly Card[], string]>([
  ["no card", [], "no NVIDIA card on this host: nothing to do"],
  ["AMD's", [radeon], "0000:03:00.0 is AMD's"],
])("with %s there is nothing to do, and it says so", async (_, cards, said) => {
  await plug(host, cards);
  const { code, stdout, stderr } = await hlx("plan");
  expect([code, stdout + stderr]).toEqual([0, expect.stringContaining(said)]);
  expect(stdout).toContain("No changes");
});

describe("a card that nouveau has", () => {
  test("is planned with its reboot, which must be allowed", async () => {
    await plug(host, [rtx]);
    await host.exec("echo > /srv/order");
    const { stdout, stderr } = await hlx("plan");
    expect(stdout + stderr).toMatch(/kernel\.module:nvidia[\s\S]*nouveau has the device until a reboot[\s\S]*--allow reboot/);
    expect((await hlx("apply", "--yes")).code).not.toBe(0);
    expect((await host.tryExec("ls /etc/modprobe.d")).stdout).not.toContain("hlx");
  });

  test("gets driver, reboot and toolkit, in this order", async () => {
    const before = await boot();
    const { code, stdout, stderr } = await hlx("apply", "--yes", "--allow", "reboot");
    expect([code, stdout + stderr]).toEqual([0, expect.not.stringMatching(/✖|asuna/)]);
    expect((await order()).filter(Boolean)).toEqual(["initramfs", `dkms ${versions[535]}`, "boot", "ctk cdi generate", "ctk runtime configure"]);
    expect(await boot()).not.toBe(before);
    expect(await host.exec("nvidia-smi -L; systemctl is-active nvidia-persistenced containerd")).toMatch(/RTX 4090.*\nactive\nactive\n/);
  });

  test("needs nothing more, and is held at its branch although a newer one is there", async () => {
    const { stdout } = await hlx("apply", "--yes");
    expect(stdout).toContain("No changes");
    expect(await host.exec("apt-mark showhold")).toBe("libnvidia-ml1\nnvidia-kernel-dkms\nnvidia-persistenced\nnvidia-smi\n");
    expect(await host.exec("dpkg-query -W -f '${Version}' libnvidia-ml1")).toBe(`${versions[535]}-1`);
  });
});

test("a library that somebody else moved is recognised, and mended by a reboot", async () => {
  role("550");
  await host.exec(
    "apt-get -qqy --allow-change-held-packages install nvidia-kernel-dkms=550.* libnvidia-ml1=550.* nvidia-smi=550.* -o Dir::Etc::preferencesparts=/dev/null 2>&1",
  );
  expect((await host.tryExec("nvidia-smi -L")).stdout).toContain("Driver/library version mismatch");
  const { stdout } = await hlx("plan");
  expect(stdout).toMatch(/libnvidia-ml1 is 550\.163\.01: driver and library do not match until a reboot/);
  const { code, stdout: out, stderr } = await hlx("apply", "--yes", "--allow", "reboot");
  expect([code, out + stderr]).toEqual([0, expect.not.stringContaining("✖")]);
  expect((await order()).filter(Boolean)).toEqual([`dkms ${versions[550]}`, "boot", "ctk cdi generate"]);
});

test("another branch goes back to it with everything that follows, and what it lacks is said before the reboot", async () => {
  role("535");
  await host.exec("mv /lib/modules/$(uname -r)/build /srv/hidden");
  const failed = await hlx("apply", "--yes", "--allow", "reboot");
  expect([failed.code, failed.stdout + failed.stderr]).toEqual([3, expect.stringContaining("there are no headers of the kernel")]);
  const before = await boot();
  await host.exec("mv /srv/hidden /lib/modules/$(uname -r)/build; rm -f /srv/order");
  const { code, stdout, stderr } = await hlx("apply", "--yes", "--allow", "reboot");
  expect([code, stdout + stderr]).toEqual([0, expect.not.stringContaining("✖")]);
  expect((await order()).filter(Boolean)).toEqual([`dkms ${versions[535]}`, "boot", "ctk cdi generate"]);
  expect(await boot()).not.toBe(before);
  expect((await hlx("plan")).stdout).toContain("No changes");
});
