// The base role: what it declares for which params, and that every kind takes it.
import { execFileSync, spawnSync } from "node:child_process";
import { resolve } from "node:path";
import { describe, expect, test } from "vitest";
import base from "../../roles/base/role.ts";
import { validateValue } from "../../src/model/documents/validate.ts";
import type { Facts } from "../../src/model/facts.ts";
import type { Host, Inventory } from "../../src/model/host.ts";
import type { Resource } from "../../src/model/resource.ts";
import { lookupsIn, resolveInputs } from "../../src/playbook/inputs/resolve.ts";
import { loadPlaybook } from "../../src/playbook/load.ts";
import { withDefaults } from "../../src/playbook/params.ts";
import type { Command } from "../../src/resources/command/desired.ts";
import type { File } from "../../src/resources/file/desired.ts";
import { kinds } from "../../src/resources/registry.ts";

const host: Host = { name: "ocean", login: { connection: "ssh", address: "ocean", become: true }, groups: [], addresses: {}, vars: {}, sources: {} };
const debian: Facts = {
  hostname: "ocean",
  machineId: "1",
  boot: "1",
  os: { id: "debian", versionId: "12", codename: "bookworm", name: "Debian", like: [] },
  kernel: "6.1",
  machine: "x86_64",
  cpus: 1,
  memoryMiB: 512,
  init: "systemd",
  packageManager: "apt",
  virtualization: "kvm",
  gpus: [],
  user: "root",
  root: true,
};
const ubuntu: Facts = { ...debian, os: { ...debian.os, id: "ubuntu", versionId: "24.04" } };
const inventory: Inventory = {
  format: 1,
  folder: resolve("."),
  hosts: new Map([["ocean", host]]),
  groups: new Map(),
  devices: new Map(),
  networks: new Map(),
  warnings: [],
  select: () => ["ocean"],
};
const view = { ...inventory, select: () => [host] };
const key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBMOWh2PtCkdQPit6MEqliOvtoirYGAjN0YdLOiEW8jc a";

function declared(given: unknown, { facts = debian, inputs = {} }: { facts?: Facts; inputs?: Record<string, string> } = {}): readonly Resource[] {
  expect(validateValue(withDefaults(given, base.params), base.params, () => undefined, "base")).toEqual([]);
  const resources = base.declare({ params: withDefaults(given, base.params) as never, host, facts, inventory: view, inputs });
  expect(
    resources.flatMap(({ kind, desired, id }) => validateValue(desired, kinds.find((one) => one.kind === kind)?.schema ?? { not: {} }, () => undefined, id)),
  ).toEqual([]);
  return resources;
}

function ids(resources: readonly Resource[]): readonly string[] {
  return resources.map(({ id }) => id);
}

function contentOf(resources: readonly Resource[], path: string): unknown {
  return resources.map(({ desired }) => desired as Partial<File>).find((file) => file.path === path)?.content;
}

const packages = "packages:ca-certificates,curl,less,openssh-server,sudo,tzdata";

describe("the base role declares", () => {
  test("only packages when it is told nothing", () => {
    expect(ids(declared({}))).toEqual([packages]);
  });
  test.each([
    ["a time zone", { timezone: "Europe/Berlin" }, ["command:timezone Europe/Berlin", "file:/etc/timezone"]],
    ["a host name", { hostname: true }, ["file:/etc/hostname", "command:hostname ocean"]],
    ["a message", { motd: "hi" }, ["file:/etc/motd"]],
    ["updates", { unattendedUpgrades: true }, ["packages:unattended-upgrades", "file:/etc/apt/apt.conf.d/20auto-upgrades"]],
    ["no updates", { unattendedUpgrades: false }, ["file:/etc/apt/apt.conf.d/20auto-upgrades"]],
    [
      "a journal's size",
      { journalMax: "500M" },
      ["directory:/etc/systemd/journald.conf.d", "file:/etc/systemd/journald.conf.d/hlx.conf", "service:systemd-journald"],
    ],
    ["kernel settings", { sysctl: { "vm.swappiness": 10 } }, ["directory:/etc/sysctl.d", "file:/etc/sysctl.d/60-hlx.conf", "command:sysctl"]],
    ["no limits of sshd when none is given", { sshd: {} }, []],
    ["limits of sshd", { sshd: { passwordLogin: false } }, ["file:/etc/ssh/sshd_config.d/10-hlx.conf", "service:ssh"]],
    ["an account", { users: { bob: {} } }, ["user:bob"]],
    ["an account with a key and sudo", { users: { bob: { keys: key, sudo: "password" } } }, ["user:bob", "authorized-keys:bob", "file:/etc/sudoers.d/hlx-bob"]],
    ["no account, and its sudo rule goes first", { users: { bob: { absent: true } } }, ["file:/etc/sudoers.d/hlx-bob", "user:bob"]],
    ["a password by its secret's name", { users: { bob: { password: { secret: "bob.hash" } } } }, ["user:bob"]],
  ])("%s", (_, given, expected) => {
    expect(ids(declared(given))).toEqual([packages, ...expected]);
  });
  test("sudo rules that sudo reads, also for a name with a dot", () => {
    const resources = declared({ users: { "bob.b": { sudo: "nopasswd" }, eve: { sudo: "password" }, tom: { sudo: "none" } } });
    expect(contentOf(resources, "/etc/sudoers.d/hlx-bob_b")).toEqual(["bob.b ALL=(ALL:ALL) NOPASSWD: ALL\n"]);
    expect(contentOf(resources, "/etc/sudoers.d/hlx-eve")).toEqual(["eve ALL=(ALL:ALL) ALL\n"]);
    expect(resources.at(-1)?.desired).toMatchObject({ path: "/etc/sudoers.d/hlx-tom", absent: true });
  });
  test("keys from files, accounts of GitHub and as they are, each once", () => {
    const users = { bob: { keys: [key, "keys/bob.pub", { github: "bob" }] } };
    expect(base.inputs?.({ params: withDefaults({ users }, base.params) as never, host, inventory: view })).toEqual({
      "keys/bob/1": { input: "file", path: "keys/bob.pub" },
      "keys/bob/2": { input: "github-keys", user: "bob" },
    });
    const resources = declared({ users }, { inputs: { "keys/bob/1": `# mine\n${key}\n\n`, "keys/bob/2": `${key}2\n` } });
    expect(resources.at(-1)?.desired).toMatchObject({ user: "bob", keys: [key, `${key}2`] });
  });
  test("no account whose key file is empty: it would be locked out", () => {
    expect(() => declared({ users: { bob: { keys: "keys/bob.pub" } } }, { inputs: { "keys/bob/0": "\n" } })).toThrow("hold no public key");
  });
  test("sshd that is started by its socket on Ubuntu, and at boot on Debian", () => {
    const enabled = (facts: Facts) => declared({ sshd: { rootLogin: "no" } }, { facts }).at(-1)?.desired;
    expect([enabled(debian), enabled(ubuntu)]).toMatchObject([{ enabled: true }, { enabled: false }]);
  });
  test("no setting of a container's kernel: it is its host's", () => {
    const container = { ...debian, virtualization: "container" };
    expect(ids(declared({ sysctl: { "vm.swappiness": 10 } }, { facts: container }))).not.toContain("command:sysctl");
  });
});

describe("the base role refuses", () => {
  test.each([
    ["a time zone that is a path", { timezone: "../../etc/shadow" }],
    ["a package that is an option", { packages: ["--force"] }],
    ["an account that is a rule", { users: { "bob ALL": {} } }],
    ["a kernel setting that is a path", { sysctl: { "../x": 1 } }],
    ["a kernel setting of two lines", { sysctl: { "vm.swappiness": "1\n2" } }],
    ["sudo: yes", { users: { bob: { sudo: true } } }],
  ])("%s", (_, given) => {
    expect(validateValue(withDefaults(given, base.params), base.params, () => undefined, "base")).not.toEqual([]);
  });
});

describe("the base role's scripts", () => {
  const commands = declared({ timezone: "UTC", hostname: true, sysctl: { "kernel.ostype": "Linux" } })
    .filter(({ kind }) => kind === "command")
    .map(({ desired }) => desired as Command);
  test.each(commands.map((one) => [one.name, one] as const))("%s is POSIX shell", (_, { script, unless = "" }) => {
    for (const text of [script, unless]) expect(execFileSync("sh", ["-n"], { input: text }).toString()).toBe("");
  });
  test.each([
    [0, ["kernel/ostype", "Linux"]],
    [1, ["kernel/ostype", "Minix"]],
    [1, ["kernel/ostype", "Linux", "kernel/nothing", "1"]],
    [0, []],
  ])("the kernel's settings are compared: %i for %j", (status, args) => {
    const unless = commands.find(({ name }) => name === "sysctl")?.unless ?? "exit 9";
    expect(spawnSync("sh", ["-c", unless, "sh", ...args]).status).toBe(status);
  });
});

test("the example playbook gives each host a dozen resources and more", async () => {
  const { assignments, roles } = await loadPlaybook({ file: "playbooks/site.yaml", inventory, load: (url) => import(url) });
  const [site] = assignments;
  const lookups = lookupsIn({ inventory, fetch: () => Promise.reject(new Error("no network here")) });
  const inputs = await resolveInputs({ assignments, roles, inventory, lookups })("ocean", "base");
  expect(ids(declared(site?.params, { inputs })).length).toBeGreaterThanOrEqual(12);
});

test.each([
  ["Europe/Berlin", []],
  ["Etc/UTC", []],
  ["UTC", []],
  ["Berlin", ['there is no time zone "Berlin" (did you mean "Europe/Berlin"?)']],
  ["Mars/Olympus", ['there is no time zone "Mars/Olympus" (ls /usr/share/zoneinfo on the host shows the names)']],
])("the time zone %s is told before anything connects: %j", (timezone, told) => {
  const claims = base.claims?.({ params: { timezone } as never, host, inventory: undefined as never, inputs: {} }) ?? [];
  expect(claims.map((claim) => (claim.claim === "finding" ? `${claim.message} (${claim.hint})` : ""))).toEqual(told);
});
