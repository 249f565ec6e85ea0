// The ways to a host behind others, and one that shows a certificate: several hops, each verified, and a real authority.
import { execFileSync } from "node:child_process";
import { appendFileSync, copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { knownHostsOf } from "../../src/lab/hosts.ts";
import { problemOf } from "../../src/model/problem.ts";
import { engine, freshHosts, type LabHost } from "./hosts.ts";
import { project } from "./project.ts";
import { open, tourOf, type Way, wholeTour } from "./tour.ts";

const folder = mkdtempSync(join(tmpdir(), "hlx-ways-"));
const file = (name: string) => join(folder, name);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let hosts: readonly LabHost[];
/** The address inside the engine's network: only the other hosts can be sure to reach it. */
let inside: readonly string[];

const at = (index: number): LabHost => {
  const host = hosts[index];
  if (host === undefined) throw new Error(`there is no host ${index}`);
  return host;
};

beforeAll(async () => {
  hosts = await freshHosts(3);
  inside = await Promise.all(hosts.map(async (host) => (await host.exec("hostname -I")).split(/\s+/)[0] ?? ""));
  const lines = await Promise.all(hosts.map((host, index) => knownHostsOf(engine, host.container, inside[index] ?? "")));
  writeFileSync(file("known"), [...hosts.map((host) => readFileSync(host.knownHosts, "utf8")), ...lines].join(""));
  writeFileSync(file("config"), `Host *\n User root\n IdentityFile ${at(0).keyFile}\n`);
});

const jump = () => `root@127.0.0.1:${at(0).port},root@${inside[1]}`;
const far = (more: Partial<Way["login"]> = {}): Way => ({
  login: { address: inside[2] ?? "", user: "root", keyFile: at(2).keyFile, jump: jump(), ...more },
  knownHosts: [file("known")],
  options: { sshConfig: file("config"), home: folder },
});

describe.each(["ssh", "openssh"])("over two hops, by %s", (connection) => {
  test("everything works, and both hops saw the login", async () => {
    const logins = () => Promise.all([0, 1].map(async (index) => Number(await at(index).exec("journalctl -u ssh --grep 'Accepted publickey' -q | wc -l"))));
    const before = await logins();
    expect(await tourOf(far({ connection }))).toEqual(wholeTour);
    expect((await logins()).map((count, index) => count > (before[index] ?? 0))).toEqual([true, true]);
  });
  test.each([0, 1, 2])("the key of hop %i is unknown: nothing is sent there", async (unknown) => {
    const name = unknown === 0 ? `[127.0.0.1]:${at(0).port}` : (inside[unknown] ?? "");
    const others = readFileSync(file("known"), "utf8").split("\n");
    writeFileSync(file("without"), others.filter((line) => !line.startsWith(`${name} `)).join("\n"));
    const problem = await open({ ...far({ connection }), knownHosts: [file("without")] }).catch(problemOf);
    // ssh says of a hop only that the way is not open.
    expect(problem).toMatchObject({ code: connection === "ssh" || unknown === 2 ? "trust" : "unreachable" });
  });
});

test("many hosts through one gate that lets two in at a time", async () => {
  await at(0).exec("echo 'MaxStartups 2' >/etc/ssh/sshd_config.d/00-test.conf && systemctl restart ssh");
  const names = Array.from({ length: 10 }, (_, index) => `h${index}`);
  const line = (name: string) => `  ${name}: { address: ${inside[1]}, user: root, key: ${at(1).keyFile}, jump: "root@127.0.0.1:${at(0).port}" }\n`;
  const lab = project({ "inventory.yaml": `format: 1\nhosts:\n${names.map(line).join("")}`, ".home/.ssh/config": readFileSync(file("config"), "utf8") });
  appendFileSync(join(lab.folder, ".home/.ssh/known_hosts"), readFileSync(file("known"), "utf8"));
  const { code, stdout, stderr } = await lab.hlx("ping", "--timeout", "30");
  expect([code, stderr, names.filter((name) => !stdout.includes(name))]).toEqual([0, "", []]);
});

describe("certificates of a real authority", () => {
  const login = () => ({ address: "127.0.0.1", port: at(2).port, user: "root", keyFile: file("user"), connection: "openssh" });
  const sign = (...args: readonly string[]) => execFileSync("ssh-keygen", ["-q", "-s", file("ca"), ...args]);

  beforeAll(async () => {
    for (const name of ["ca", "user", "other"]) execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", file(name)]);
    writeFileSync(file("host.pub"), await at(2).exec("cat /etc/ssh/ssh_host_ed25519_key.pub"));
    sign("-h", "-I", "host", "-n", "127.0.0.1", "-V", "+1h", file("host.pub"));
    sign("-I", "user", "-n", "root", "-V", "+1h", file("user.pub"));
    const put = (path: string, name: string) => at(2).exec(`echo '${readFileSync(file(name), "utf8").trim()}' >${path}`);
    await put("/etc/ssh/host-cert.pub", "host-cert.pub");
    await put("/etc/ssh/ca.pub", "ca.pub");
    const config = "HostCertificate /etc/ssh/host-cert.pub\\nTrustedUserCAKeys /etc/ssh/ca.pub\\nAuthorizedKeysFile none\\n";
    await at(2).exec(`printf '${config}' >/etc/ssh/sshd_config.d/00-test.conf && sshd -t && systemctl restart ssh`);
    writeFileSync(file("authority"), `@cert-authority 127.0.0.1,[127.0.0.1]:${at(2).port} ${readFileSync(file("ca.pub"), "utf8")}`);
  });

  const way = (more: Partial<Way> = {}): Way => ({ login: login(), knownHosts: [file("authority")], options: { home: folder }, ...more });

  test("openssh checks the host's and shows the user's", async () => {
    expect(await tourOf(way())).toEqual(wholeTour);
  });
  test("a certificate that is over is refused", async () => {
    copyFileSync(file("user"), file("late"));
    copyFileSync(file("user.pub"), file("late.pub"));
    sign("-I", "late", "-n", "root", "-V", "20200101:20200102", file("late.pub"));
    expect(await open(way({ login: { ...login(), keyFile: file("late") } })).catch(problemOf)).toMatchObject({ code: "trust" });
  });
  test("ssh2 cannot, and names the connection that can", async () => {
    const problem = await open(way({ login: { ...login(), connection: "ssh" } })).catch(problemOf);
    expect(problem).toMatchObject({ code: "trust", hint: expect.stringContaining("connection: openssh") });
    const byKey = await open({ ...way(), login: { ...login(), connection: "ssh" }, knownHosts: [at(2).knownHosts] }).catch(problemOf);
    expect(byKey).toMatchObject({ code: "unreachable", hint: expect.stringContaining("user-cert.pub is a certificate") });
  });
});
