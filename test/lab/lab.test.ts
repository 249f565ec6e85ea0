// The lab itself: its hosts are real ones, and its twins cannot be taken for the lab's real machines.
import { expect, test } from "vitest";
import { engineTry } from "../../src/lab/engine.ts";
import { containerHost, engine, freshHosts, labHost } from "./hosts.ts";

test("a host boots systemd as PID 1, and sshd answers through the engine and on its port", async () => {
  const host = await labHost();
  expect(await host.exec("cat /proc/1/comm")).toBe("systemd\n");
  const banner = await engineTry(engine, ["exec", "-i", host.container, "/usr/sbin/sshd", "-i"], "SSH-2.0-nobody\r\n");
  expect(banner.stdout).toMatch(/^SSH-2\.0-OpenSSH_/);
});

test("two hosts have different host keys and machine ids", async () => {
  const hosts = await freshHosts(2);
  for (const file of ["/etc/ssh/ssh_host_ed25519_key.pub", "/etc/machine-id"]) {
    const contents = await Promise.all(hosts.map((host) => host.exec(`cat ${file}`)));
    expect(contents[0]).not.toBe("");
    expect(contents[0]).not.toBe(contents[1]);
  }
});

test("apt installs packages without an update first", async () => {
  const host = await labHost();
  await host.exec("DEBIAN_FRONTEND=noninteractive apt-get install -qy nginx-light");
  expect(await host.exec("systemctl is-active nginx")).toBe("active\n");
});

test("a reboot from inside brings the host up again with a new PID 1, and restore makes it anew", async () => {
  const host = await labHost();
  await host.exec("touch /root/mine /run/mine");
  await host.reboot();
  await host.exec("test -e /root/mine");
  expect((await host.exec("ls /run")).includes("mine")).toBe(false);
  await host.restore();
  expect((await host.tryExec("test -e /root/mine")).status).toBe(1);
});

test("Docker runs inside a container host", async () => {
  const host = await containerHost();
  await host.exec("DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends docker.io iptables");
  await expect.poll(() => host.tryExec("docker version --format '{{.Server.Version}}'").then((ran) => ran.status), { timeout: 30_000 }).toBe(0);
});
