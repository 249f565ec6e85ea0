// Twins: marked, logged in to with their own key, kept by a second up, and without a way to the real hosts.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { connectSsh } from "../../src/connections/ssh/transport.ts";
import { engineRun, engineTry } from "../../src/lab/engine.ts";
import { overlap, realRanges } from "../../src/lab/fence.ts";
import { containerOf, downTwin, type TwinOptions, twinKnownHosts, twinStatus, upTwin } from "../../src/lab/twins.ts";
import type { Host, Inventory } from "../../src/model/host.ts";
import { engine, labImage } from "./hosts.ts";

const folder = mkdtempSync(join(tmpdir(), "hlx-twin-"));
const name = `t${process.pid}`;
const said: string[] = [];

const host = (name: string, more: Partial<Host> = {}): Host => ({
  name,
  login: { connection: "ssh", address: "192.168.1.2", become: true },
  groups: [],
  addresses: { lan: "192.168.1.2" },
  vars: {},
  sources: {},
  ...more,
});
const ops = host("ocean", { login: { connection: "ssh", address: "192.168.1.3", user: "ops", port: 2222, become: true }, vars: { vm: { id: 100 } } });
const inventory: Inventory = {
  format: 1,
  folder,
  hosts: new Map([host("dns1"), ops].map((one) => [one.name, one])),
  groups: new Map(),
  devices: new Map(),
  networks: new Map([["lan", { name: "lan", cidr: "192.168.1.0/24", dns: [], ranges: {} }]]),
  warnings: [],
  select: () => [],
};
const options: TwinOptions = {
  engine,
  image: labImage,
  inventory,
  name,
  nonce: name,
  ownRanges: [],
  resolvers: [],
  guests: new Set(),
  say: (line) => said.push(line),
};

afterAll(async () => {
  await downTwin({ engine, inventory, name });
  rmSync(folder, { recursive: true, force: true });
});

const inside = (host: string, command: string) => engineTry(engine, ["exec", containerOf({ name }, host), "sh", "-c", command]);

test("up gives each host a marked twin with its login, and says that `vm:` is ignored", async () => {
  const twin = await upTwin(options);
  const login = twin.hosts.get("ocean")?.login;
  expect(login).toMatchObject({ connection: "ssh", address: `hlx-${name}-ocean`, user: "ops", become: true });
  expect(login?.port).toBe(undefined);
  expect((await inside("ocean", "cat /etc/hlx-twin")).stdout.trim()).toBe(login?.twin);
  expect((await inside("ocean", "hostname; su ops -c 'sudo -n id -u'")).stdout).toBe("ocean\n0\n");
  expect(said.filter((line) => line.includes("vm:"))).toEqual(["ocean: its `vm:` is ignored, the twin is a container"]);
  const key = (await inside("dns1", "cut -d' ' -f1,2 /etc/ssh/ssh_host_ed25519_key.pub")).stdout.trim();
  expect(readFileSync(twinKnownHosts(inventory), "utf8")).toContain(`hlx-${name}-dns1 ${key}\n`);
});

test("SSH reaches a twin through the engine alone, as its user, with its host key known", async () => {
  const login = (await upTwin(options)).hosts.get("ocean")?.login;
  const transport = await connectSsh(
    {
      ...{ name: "ocean", address: "192.168.1.3", port: 22, user: login?.user ?? "", keyFiles: [login?.keyFile ?? ""], onlyKeyFiles: true },
      ...{ knownHosts: [twinKnownHosts(inventory)], container: login?.address ?? "" },
    },
    { connectTimeoutMs: 20_000, acceptNew: false, passphrase: async () => undefined, log: () => undefined },
  );
  expect(transport.user).toBe("ops");
  await transport.close();
});

test("a second up keeps the containers", async () => {
  const ids = () => engineRun(engine, ["ps", "-q", "--no-trunc", "--filter", `label=hlx.lab.twin=${name}`]);
  const before = await ids();
  await upTwin(options);
  expect(await ids()).toBe(before);
  expect((await twinStatus(options))?.hosts.map((one) => one.running)).toEqual([true, true]);
});

test("a twin publishes no port and has no way to the real network, but one to elsewhere", async () => {
  const ports = await engineRun(engine, ["port", containerOf({ name }, "dns1")]);
  expect(ports).toBe("");
  const away = await inside("dns1", "ip route get 192.168.1.77");
  expect([away.status, away.stderr]).toEqual([2, expect.stringContaining("Permission denied")]);
  expect((await inside("dns1", "ip route get 192.168.7.77")).status).toBe(0);
});

test("down leaves nothing", async () => {
  expect(await downTwin({ engine, inventory, name })).toBe(2);
  expect(await engineRun(engine, ["ps", "-aq", "--filter", `label=hlx.lab.twin=${name}`])).toBe("");
  expect(await engineRun(engine, ["network", "ls", "-q", "--filter", `name=hlx-${name}`])).toBe("");
  expect(await twinStatus({ engine, inventory })).toBe(undefined);
});

test("real ranges are the networks and the addresses outside of them", () => {
  const far = host("far", { login: { connection: "ssh", address: "10.9.8.7", become: true } });
  expect(realRanges({ ...inventory, hosts: new Map([["far", far]]) })).toEqual(["192.168.1.0/24", "10.9.8.7/32"]);
});

test.each([
  ["10.0.0.0/8", "10.1.0.0/16", true],
  ["10.1.0.0/16", "10.0.0.0/8", true],
  ["10.1.0.0/16", "10.2.0.0/16", false],
  ["10.1.0.0/16", "fd00::/8", false],
])("%s and %s overlap: %s", (a, b, expected) => expect(overlap(a, b)).toBe(expected));
