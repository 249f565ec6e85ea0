// The ways into a real host: login shells, noise, sudo, su and doas, few sessions, few startups, and a fleet with dead hosts in it.
import { createServer, type Server } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { problemOf } from "../../src/model/problem.ts";
import { freePort, type LabHost, labHost } from "./hosts.ts";
import { project } from "./project.ts";
import { open, tour, tourOf, type Way, wholeTour } from "./tour.ts";

const password = `p;"'$(id) ä`;
let host: LabHost;

const shells = {
  fishy: "/usr/bin/fish",
  busy: "/usr/local/bin/ash",
  dashy: "/bin/dash",
  cee: "/bin/csh",
  zed: "/usr/bin/zsh",
  noisy: "/bin/bash",
  plain: "/bin/sh",
};

beforeAll(async () => {
  host = await labHost({ user: "ops", password });
  await host.exec("apt-get install -y -qq --no-install-recommends fish busybox-static tcsh zsh opendoas >/dev/null && ln -s /bin/busybox /usr/local/bin/ash");
  for (const [user, shell] of Object.entries(shells)) {
    await host.exec(`useradd -m -s ${shell} ${user} && cp -a /home/ops/.ssh /home/${user}/ && chown -R ${user}: /home/${user}/.ssh`);
    if (user !== "plain") await host.exec(`echo '${user} ALL=(ALL:ALL) NOPASSWD: ALL' >/etc/sudoers.d/${user}`);
  }
  await host.exec(
    `printf 'echo hello from rc; echo "Password:" >&2; printf "\\\\033]0;title\\\\007"; cd /tmp\\n' | tee /home/noisy/.bashrc >/home/noisy/.profile`,
  );
});

const over = (user: string, more: Partial<Way> & { readonly with?: Way["login"] } = {}): Way => ({
  login: { address: host.address, port: host.port, user, keyFile: host.keyFile, ...more.with },
  knownHosts: [host.knownHosts],
  ...more,
});

/** Restarts sshd with these lines before its own; the rest of the file's tests get them back. */
async function sshd(...lines: readonly string[]): Promise<void> {
  await host.exec(
    `printf '%s\\n' ${lines.map((line) => `'${line}'`).join(" ")} >/etc/ssh/sshd_config.d/00-test.conf && sshd -t && systemctl reset-failed ssh; systemctl restart ssh`,
  );
}

describe("whatever the login shell is and prints", () => {
  test.each(["fishy", "busy", "dashy", "cee", "zed", "noisy"])("%s", async (user) => {
    expect(await tourOf(over(user))).toEqual(wholeTour);
  });
  test("with a banner and a message of the day", async () => {
    await host.exec("printf 'AUTHORISED \\033[31mONLY\\nPassword:\\n' >/etc/issue.test && cp /etc/issue.test /etc/motd");
    await sshd("Banner /etc/issue.test", "PrintMotd yes");
    expect(await tourOf(over("noisy"))).toEqual(wholeTour);
    expect(await tourOf(over("fishy", { with: { address: host.address, connection: "openssh" }, options: { home: "/tmp" } }))).toEqual(wholeTour);
    await sshd("# nothing");
  });
  test("a shell that is none is a problem, in time", async () => {
    await host.exec("useradd -m -s /usr/sbin/nologin nobody2 && cp -a /home/ops/.ssh /home/nobody2/ && chown -R nobody2: /home/nobody2/.ssh");
    expect(await open(over("nobody2")).catch(problemOf)).toMatchObject({ code: expect.stringMatching(/unreachable|privilege/) });
  });
});

describe("becoming root", () => {
  test("sudo with a password full of quotes", async () => {
    expect(await tourOf(over("ops", { password }))).toEqual(wholeTour);
    expect(await open(over("ops", { password: "wrong" })).catch(problemOf)).toMatchObject({ code: "privilege", hint: expect.stringContaining("ops ALL=") });
  });
  const su = { address: "127.0.0.1", becomeWith: "su" } as const;
  test("su with root's password, which is in no process's arguments", async () => {
    await host.exec("echo 'root:r00t $(x)' | chpasswd");
    expect(await tourOf(over("plain", { with: su, password: "r00t $(x)" }))).toEqual(wholeTour);
    const session = await open(over("plain", { with: su, password: "r00t $(x)" }));
    expect((await session.shell.check({ script: "cat /proc/[0-9]*/cmdline | tr '\\0' '\\n'", args: [] }, { deadlineMs: 5000 })).stdout).not.toContain("r00t");
    await session.close();
  });
  test("su as the inventory says it, with the password from a file", async () => {
    const line = `{ address: ${host.address}, port: ${host.port}, user: plain, key: ${host.keyFile}, become: su }`;
    const lab = project({ "inventory.yaml": `format: 1\nhosts:\n  ocean: ${line}\n`, pw: "r00t $(x)\n" }, [host]);
    expect((await lab.hlx("ping", "--become-password-file", "pw")).stdout).toContain("plain, root");
  });
  test("su with a wrong password, and with none", async () => {
    expect(await open(over("plain", { with: su, password: "wrong" })).catch(problemOf)).toMatchObject({
      code: "privilege",
      message: expect.stringContaining("su did not accept"),
    });
    expect(await open(over("plain", { with: su })).catch(problemOf)).toMatchObject({ code: "privilege", hint: expect.stringContaining("--ask-become-pass") });
  });
  test("a password that su does not ask for is not run as a command", async () => {
    await host.exec("groupadd wheel && usermod -aG wheel plain && sed -i '1i auth sufficient pam_wheel.so trust group=wheel' /etc/pam.d/su");
    expect(await tourOf(over("plain", { with: su, password: "touch /root/pwned" }))).toEqual(wholeTour);
    expect((await host.tryExec("test -e /root/pwned")).status).toBe(1);
  });
  test("doas without a password; where it would ask for one, the line that is missing", async () => {
    const doas = { address: "127.0.0.1", becomeWith: "doas" } as const;
    await host.exec("echo 'permit plain as root' >/etc/doas.conf");
    expect(await open(over("plain", { with: doas })).catch(problemOf)).toMatchObject({
      code: "privilege",
      hint: expect.stringContaining("permit nopass plain as root"),
    });
    await host.exec("echo 'permit nopass plain as root' >/etc/doas.conf");
    const line = `{ address: ${host.address}, port: ${host.port}, user: plain, key: ${host.keyFile}, become: doas }`;
    const lab = project({ "inventory.yaml": `format: 1\nhosts:\n  ocean: ${line}\n` }, [host]);
    expect((await lab.hlx("ping")).stdout).toContain("plain, root");
    expect(await tourOf(over("plain", { with: doas }))).toEqual(wholeTour);
  });
});

describe("an sshd that allows little", () => {
  test.each(["ssh", "openssh"])("MaxSessions 1, over %s", async (connection) => {
    await sshd("MaxSessions 1");
    expect(await tourOf(over("dashy", { with: { address: host.address, connection }, options: { home: "/tmp" } }))).toEqual(wholeTour);
    await sshd("# nothing");
  });
  test("MaxStartups 2, with twelve hosts at once", async () => {
    await sshd("MaxStartups 2");
    const names = Array.from({ length: 12 }, (_, index) => `h${index}`);
    const line = (name: string) => `  ${name}: { address: ${host.address}, port: ${host.port}, user: dashy, key: ${host.keyFile} }\n`;
    const lab = project({ "inventory.yaml": `format: 1\nhosts:\n${names.map(line).join("")}` }, [host]);
    const { code, stdout, stderr } = await lab.hlx("ping", "--timeout", "30");
    expect([code, stderr, names.filter((name) => !stdout.includes(name))]).toEqual([0, "", []]);
    await sshd("# nothing");
  });
});

describe("a fleet with dead hosts", () => {
  let mute: Server;
  let mutePort = 0;
  beforeAll(async () => {
    mute = createServer(() => undefined);
    mutePort = await new Promise((resolve) => mute.listen(0, "127.0.0.1", () => resolve((mute.address() as { port: number }).port)));
  });
  afterAll(() => void mute.close());

  test("the others do not wait; the end says who, and why", async () => {
    const lines = {
      good: `port: ${host.port}, user: dashy`,
      refusing: `port: ${await freePort()}, user: dashy`,
      silent: `port: ${mutePort}, user: dashy`,
      stranger: `port: ${host.port}, user: nosuchuser`,
    };
    const hosts = Object.entries(lines).map(([name, line]) => `  ${name}: { address: 127.0.0.1, ${line}, key: ${host.keyFile} }\n`);
    const lab = project({ "inventory.yaml": `format: 1\nhosts:\n${hosts.join("")}` }, [host]);
    const started = performance.now();
    const { code, stdout } = await lab.hlx("ping", "--timeout", "5", "--json");
    expect(performance.now() - started).toBeLessThan(9000);
    expect(code).toBe(4);
    const said = JSON.stringify(JSON.parse(stdout));
    for (const why of ["connection refused", "never said that it speaks SSH", "could not log in to nosuchuser"]) expect(said).toContain(why);
  });
});

describe("a twin: sshd -i through the engine", () => {
  const twin = (more: Partial<Way> = {}): Way => ({
    login: { address: host.container, twin: "t-1", user: "ops", keyFile: host.keyFile },
    knownHosts: [host.knownHosts],
    password,
    ...more,
  });
  beforeAll(() => host.exec("echo t-1 >/etc/hlx-twin"));

  test("two at once, as a sudo user with a password", async () => {
    expect(await Promise.all([tourOf(twin()), open(twin()).then((session) => session.close())])).toEqual([wholeTour, undefined]);
  });
  test("another twin's marker is refused", async () => {
    expect(await open(twin({ login: { ...twin().login, twin: "t-2" } })).catch(problemOf)).toMatchObject({ code: "trust" });
  });
  test("a reboot of the container is waited for, and the session goes on", async () => {
    const session = await open(twin());
    const locked = await session.lock({ run: "reboot", who: "test", where: "here", pid: process.pid, since: "2026-01-01T00:00:00Z" });
    if (locked.lock === "refused") throw new Error(locked.problem.message);
    expect(await locked.writer.long({ do: "reboot", deadlineMs: 120_000 }, { reveal: () => "" })).toMatchObject({ result: "done" });
    await locked.writer.release();
    expect(await tour(session)).toEqual(wholeTour);
    await session.close();
  });
});
