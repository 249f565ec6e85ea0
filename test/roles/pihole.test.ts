// The pihole role: what it declares for which params, and what it says before anything connects.
import { spawnSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { throughCli } from "../../roles/pihole/cli.ts";
import pihole from "../../roles/pihole/role.ts";
import { validateValue } from "../../src/model/documents/validate.ts";
import type { Claim } from "../../src/model/finding.ts";
import type { Device, Host, Network } from "../../src/model/host.ts";
import type { Resource } from "../../src/model/resource.ts";
import type { InventoryView } from "../../src/model/role.ts";
import { withDefaults } from "../../src/playbook/params.ts";
import type { Command } from "../../src/resources/command/desired.ts";
import { kinds } from "../../src/resources/registry.ts";

const login = { connection: "ssh", address: "x", become: true };
const hostOf = (name: string, addresses: Record<string, string>, more: Partial<Host> = {}): Host => ({
  name,
  login,
  groups: [],
  addresses,
  vars: {},
  sources: {},
  ...more,
});
const dns01 = hostOf("dns01", { tailnet: "100.64.0.2", lan: "192.168.1.2" });
const pi = hostOf("pi", { lan: "192.168.1.9" });
const ocean = hostOf("ocean", { lan: "192.168.1.143", pesu: "192.168.8.143" }, { aliases: ["plex"] });
const gw: Device = { name: "gw", addresses: { lan: "192.168.1.1" } };
const at = { path: ["networks", "lan", "records", 0] };
const lan: Network = {
  name: "lan",
  cidr: "192.168.1.0/24",
  domain: "home",
  dns: [],
  ranges: {},
  records: [{ name: "*", type: "A", data: "192.168.1.143", ...at }],
};
const pesu: Network = { name: "pesu", cidr: "192.168.8.0/24", dns: [], ranges: {} };
const inventory: InventoryView = {
  hosts: new Map([dns01, pi, ocean].map((host) => [host.name, host])),
  groups: new Map(),
  devices: new Map([["gw", gw]]),
  networks: new Map([lan, pesu].map((network) => [network.name, network])),
  select: () => [],
};

const asking = (given: object) => ({ params: withDefaults(given, pihole.params) as never, host: pi, inventory, inputs: {} });

function declared(given: object): readonly Resource[] {
  expect(validateValue(withDefaults(given, pihole.params), pihole.params, () => undefined, "pihole")).toEqual([]);
  const resources = pihole.declare({ ...asking(given), facts: {} as never });
  expect(
    resources.flatMap(({ kind, desired, id }) => validateValue(desired, kinds.find((one) => one.kind === kind)?.schema ?? {}, () => undefined, id)),
  ).toEqual([]);
  return resources;
}

const settings = (given: object): unknown =>
  (declared(given).find(({ kind }) => kind === "pihole.config")?.desired as { settings: unknown } | undefined)?.settings;
const entries = (given: object): unknown =>
  (declared(given).find(({ kind }) => kind === "pihole.filters")?.desired as { entries: unknown } | undefined)?.entries;

test.each(["password", "pwhash", "app_pwhash", "totp_secret"])("the secret setting %s is refused where it would stand in clear text", (name) => {
  const given = withDefaults({ settings: { [`webserver.api.${name}`]: "hunter22" } }, pihole.params);
  const [problem] = validateValue(given, pihole.params, () => undefined, "pihole");
  expect(problem).toMatchObject({ message: `the name "webserver.api.${name}" is not allowed in settings of pihole`, hint: expect.stringContaining("!secret") });
  expect(JSON.stringify(problem)).not.toContain("hunter22");
});

describe("settings", () => {
  test.each<readonly [string, object, object | undefined]>([
    ["nothing for nothing", {}, undefined],
    [
      "a name of the inventory becomes its address here, ports stay",
      { upstreams: ["dns01", "gw", "1.1.1.1", "dns01#5353"] },
      { "dns.upstreams": ["192.168.1.2", "192.168.1.1", "1.1.1.1", "192.168.1.2#5353"] },
    ],
    ["a network is forwarded with its domain", { forward: { lan: "dns01" } }, { "dns.revServers": ["true,192.168.1.0/24,192.168.1.2,home"] }],
    [
      "a network without a domain, and a CIDR, without",
      { forward: { pesu: "dns01#53", "10.0.0.0/8": "10.0.0.1" } },
      { "dns.revServers": ["true,192.168.8.0/24,192.168.1.2#53", "true,10.0.0.0/8,10.0.0.1"] },
    ],
    [
      "names that no other server has are answered here",
      { local: ["lan"] },
      {
        "dns.hosts": ["192.168.1.2 dns01.home", "192.168.1.9 pi.home", "192.168.1.143 ocean.home", "192.168.1.1 gw.home"],
        "dns.cnameRecords": ["plex.home,ocean.home"],
      },
    ],
    ["blocking is a setting", { blocking: false }, { "dns.blocking.active": false }],
    ["every other setting by its name", { settings: { "dns.blockTTL": 5, "dns.listeningMode": "ALL" } }, { "dns.blockTTL": 5, "dns.listeningMode": "ALL" }],
    ["a password alone is looked after", { password: { secret: "pihole.password" } }, {}],
  ])("%s", (_, given, expected) => expect(settings(given)).toEqual(expected));

  test("hold the password's name, not a reference: what is found is no secret", () =>
    expect(declared({ password: { secret: "pihole.password" }, blocking: true, deny: [] }).map(({ desired }) => (desired as { door: unknown }).door)).toEqual([
      { port: 80, password: "pihole.password" },
      { port: 80, password: "pihole.password" },
    ]));

  test("and entries of all Pi-holes change one after the other", () =>
    expect(declared({ blocking: true, deny: ["a.example"] }).map(({ exclusive }) => exclusive)).toEqual(["pihole", "pihole"]));
});

describe("entries", () => {
  test.each<readonly [string, object, object | undefined]>([
    ["none when nothing is about filtering", { blocking: true }, undefined],
    ["groups", { groups: ["kids", { name: "guests", comment: "c" }] }, { "group:kids": {}, "group:guests": { comment: "c (hlx)" } }],
    [
      "lists",
      { lists: ["https://a", { address: "https://c", enabled: false }, { address: "https://b", type: "allow", groups: ["kids"] }] },
      { "list:block:https://a": {}, "list:block:https://c": { enabled: false }, "list:allow:https://b": { groups: ["kids"] } },
    ],
    [
      "domains",
      { deny: ["Ads.Example", { regex: "^ad[0-9]" }], allow: [{ domain: "good.example" }] },
      { "domain:deny:exact:ads.example": {}, "domain:deny:regex:^ad[0-9]": {}, "domain:allow:exact:good.example": {} },
    ],
    [
      "clients by host, address and MAC",
      { clients: { ocean: ["kids"], "10.0.0.0/8": [], "AA:BB:CC:DD:EE:FF": ["kids"] } },
      { "client:192.168.1.143": { groups: ["kids"] }, "client:10.0.0.0/8": { groups: [] }, "client:AA:BB:CC:DD:EE:FF": { groups: ["kids"] } },
    ],
  ])("%s", (_, given, expected) => expect(entries(given)).toEqual(expected));
});

describe("as a stack", () => {
  const stack = { image: "pihole/pihole:2025.11.0", timezone: "Europe/Zurich" };
  const given = { stack, port: 8080, password: { secret: "pihole.password" }, upstreams: ["dns01"] };
  const [made, config] = declared(given);

  test("the container comes first, is what the settings wait for, and changes while another Pi-hole answers", () => {
    expect([made?.id, config?.id]).toEqual(["compose.stack:pihole", "pihole.config:pihole.toml"]);
    expect(made).toMatchObject({ provides: expect.arrayContaining(["unit:pihole-FTL"]), exclusive: "pihole" });
  });

  test("it holds as little as can be in variables, and its password in a file of root's", () => {
    const text = JSON.stringify(made?.desired);
    expect(text.match(/FTLCONF_[A-Za-z_]*/g)).toEqual(text.match(/FTLCONF_dns_listeningMode/g));
    expect(text).toContain("pihole_password");
    expect(made?.desired).toMatchObject({ dir: "/srv/stacks/pihole", services: { pihole: expect.anything() } });
    expect(text).toContain('{"secret":"pihole.password"}');
    expect(text).toContain("0600");
  });

  test("without a time zone of its own it has none", () => expect(JSON.stringify(declared({ ...given, stack: { image: "p:6" } }))).not.toContain("TZ"));
});

describe("before anything connects", () => {
  const findings = (given: object): readonly string[] =>
    (pihole.claims?.(asking(given)) ?? []).flatMap((claim: Claim) =>
      claim.claim === "finding" ? [`${claim.level} ${claim.path.join(".")}: ${claim.message}`] : [],
    );

  test.each<readonly [string, object, readonly string[]]>([
    ["nothing is wrong", { upstreams: ["dns01"], forward: { lan: "dns01" } }, []],
    [
      "an upstream that nobody knows",
      { upstreams: ["1.1.1.1", "dns1"] },
      ['error upstreams.1: "dns1" is neither an address nor a host or device of the inventory that has one'],
    ],
    [
      "a network that nobody knows",
      { local: ["wan"], forward: { x: "dns01" } },
      ['error local: there is no network "wan"', 'error forward.x: "x" is neither a network of the inventory nor a CIDR'],
    ],
    [
      "a stack beside an installed one, its own settings, and no password",
      {
        ...{ stack: { image: "p:6" }, install: { url: "https://x", sha256: "0".repeat(64) }, through: "cli" },
        settings: { "dns.listeningMode": "LOCAL" },
      },
      [
        "error install: a host has one Pi-hole: a stack, or an installed one",
        "error through: a Pi-hole in a container is reached through its API",
        "error stack: without a password the container makes one up",
        "error settings.dns.listeningMode: dns.listeningMode is the stack's own: behind its bridge nothing else works",
      ],
    ],
    ["a network without a domain", { local: ["pesu"] }, ['warning local: the network "pesu" has no domain, so that no names follow from it']],
    [
      "names with two owners, and a wildcard",
      { local: ["lan"], forward: { lan: "dns01" }, settings: { "dns.hosts": [] } },
      [
        'error local: the names of "lan" are both forwarded and answered here',
        "error settings.dns.hosts: dns.hosts follows from local and forward",
        'warning local: a Pi-hole does not answer *.home A of the network "lan"',
      ],
    ],
    ["lists through the command line", { through: "cli", lists: ["https://a"] }, ["error lists: pihole-FTL's command line knows settings only"]],
  ])("%s", (_, given, expected) => expect(findings(given)).toEqual(expected));

  test("its ports are known", () =>
    expect(
      (pihole.claims?.(asking({ port: 8080 })) ?? []).flatMap((claim: Claim) => (claim.claim === "port" ? [`${claim.port}/${claim.protocol}`] : [])),
    ).toEqual(["53/tcp", "53/udp", "8080/tcp"]));
});

describe("params", () => {
  test.each([
    [{ password: "cleartext" }],
    [{ upstreams: ["a b"] }],
    [{ upstreams: [] }],
    [{ deny: [{ domain: "a", regex: "b" }] }],
    [{ install: { url: "http://pi-hole.net/x", sha256: "0".repeat(64) } }],
    [{ install: { url: "https://pi-hole.net/x" } }],
  ])("%j is refused", (given) => expect(validateValue(withDefaults(given, pihole.params), pihole.params, () => undefined, "pihole")).not.toEqual([]));
});

describe("through the command line", () => {
  test.each([
    [["10.0.0.1", "1.1.1.1"], "[ 10.0.0.1, 1.1.1.1 ]"],
    [[], "[]"],
    [true, "true"],
    [53, "53"],
    ['a "b"', 'a \\"b\\"'],
  ])("%j is printed as %s, as FTL does", (value, printed) =>
    expect(throughCli({ key: value }).map(({ desired }) => (desired as Command).args[2])).toEqual([printed]),
  );

  test("one command a setting, in turn", () =>
    expect(declared({ through: "cli", blocking: true, settings: { "dns.blockTTL": 5 } }).map(({ id, exclusive }) => `${id} ${exclusive}`)).toEqual([
      "command:set dns.blocking.active pihole",
      "command:set dns.blockTTL pihole",
    ]));
});

describe("installing", () => {
  const install = { url: "file:///srv/basic-install.sh", sha256: "0".repeat(64) };

  test("goes before settings, which wait for FTL", () =>
    expect(declared({ install, blocking: true }).map(({ id, provides }) => `${id} ${provides.filter((one) => one === "unit:pihole-FTL").join()}`)).toEqual([
      "packages:ca-certificates,curl ",
      "command:write the first pihole.toml ",
      "command:install Pi-hole unit:pihole-FTL",
      "service:pihole-FTL ",
      "pihole.config:pihole.toml ",
    ]));

  test("writes all settings into the first pihole.toml", () => {
    const [, first] = declared({ install, upstreams: ["dns01"], settings: { "dns.blockTTL": 5 } });
    expect((first?.desired as Command | undefined)?.stdin?.join("")).toBe('dns.upstreams = ["192.168.1.2"]\ndns.blockTTL = 5\n');
  });

  test.each(
    declared({ install, through: "cli", blocking: true }).flatMap(({ kind, id, desired }) =>
      kind === "command" ? [[id, (desired as Command).script] as const] : [],
    ),
  )("%s is a script that sh takes", (_, script) => expect(spawnSync("sh", ["-n"], { input: script, encoding: "utf8" }).stderr).toBe(""));
});
