// What is found without connecting: each contradiction of a lab whose sources disagree, with its places.
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { findingsOf } from "../../src/inventory/findings/findings.ts";
import { readInventory } from "../../src/inventory/read.ts";
import type { Finding } from "../../src/model/finding.ts";
import { ProblemError } from "../../src/model/problem.ts";
import { contributionsOf } from "../../src/playbook/contributions.ts";
import { lookupsIn } from "../../src/playbook/inputs/resolve.ts";
import { loadPlaybook } from "../../src/playbook/load.ts";

const folder = mkdtempSync(join(tmpdir(), "hlx-ocean-"));
const pristine = "test/fixtures/ocean";
afterAll(() => rmSync(folder, { recursive: true }));

type Edit = readonly [file: string, from: string, to: string];

// The lab with edits, as lines: level, place, message, hint, other places.
async function findings(...edits: readonly Edit[]): Promise<readonly string[]> {
  cpSync(pristine, folder, { recursive: true });
  for (const [file, from, to] of edits) {
    const text = readFileSync(join(folder, file), "utf8");
    expect(text).toContain(from);
    writeFileSync(join(folder, file), text.replace(from, to));
  }
  try {
    const inventory = await readInventory(folder, { cwd: folder });
    const { uses, roles } = await loadPlaybook({ file: inventory.playbook ?? "", inventory });
    const warned = inventory.warnings.map((warning): Finding => ({ level: "warning", ...warning }));
    return [...warned, ...findingsOf(inventory, await contributionsOf({ uses, roles, inventory, lookups: lookupsIn({ inventory, fetch }) }))].map(line);
  } catch (thrown) {
    if (!(thrown instanceof ProblemError)) throw thrown;
    return thrown.problems.map((problem) => line({ level: "error", ...problem }));
  }
}

function line({ level, at, message, hint, also = [] }: Finding): string {
  const places = also.map(({ at: { file, line: row, column }, note }) => `${basename(file)}:${row}:${column} ${note}`);
  return [`${level} ${at === undefined ? "" : `${basename(at.file)}:${at.line}:${at.column}`} ${message}`, hint, ...places].filter(Boolean).join(" | ");
}

const contradictions: readonly (readonly [name: string, edits: readonly Edit[], found: readonly RegExp[]])[] = [
  ["1: services inside pods", [], [/^warning inventory.yaml:13:21 network "services" .* lies inside network "pods" .*:12:17/]],
  [
    "1: a misaligned network",
    [["inventory.yaml", "10.0.240.0/20", "10.0.250.0/20"]],
    [/^error inventory.yaml:13:\d+ .*host bits set \| write 10\.0\.240\.0\/20/],
  ],
  [
    "2: addresses that nobody has, or that are given out",
    [],
    [
      /^warning inventory.yaml:31:28 variable "proxmox_hosts" says 192\.168\.1\.107.*nobody's/,
      /^warning .*"gitlab_address" says 192\.168\.1\.150.*range "dhcp"/,
    ],
  ],
  [
    "3: ranges and pools that overlap",
    [],
    [
      /^warning inventory.yaml:10:\d+ range "reserved".* overlaps range "metallb".*:10:39/,
      /^warning site.yaml:8:15 the pool .*holds 192\.168\.1\.105, which is "node005".*15:19/,
    ],
  ],
  [
    "4: forward and reverse drift",
    [],
    [
      /reverse says that 192\.168\.1\.240 is us-8\.home.*us-8\.home is 192\.168\.1\.242.*PTR us-48\.home\. \| inventory\.yaml:26:16/,
      /reverse says that 192\.168\.1\.241 is us-48\.home/,
      /reverse says that 192\.168\.1\.242 is us-16-xg\.home/,
      /site.yaml:6:\d+ printer\.home is 192\.168\.1\.12, and reverse has no name for it/,
    ],
  ],
  [
    "5: reservations of names without a record",
    [],
    [
      /^warning site.yaml:10:32 the reservation of aa:bb:aa:cc:aa:ff names k8s-lb\.home, which has no record: the wildcard \*\.home answers.*11:21/,
      /node004\.home/,
    ],
  ],
  ["6: a play for nobody", [["site.yaml", "- hosts: pihole", "- hosts: pi-hole"]], [/^error site.yaml:12:10 .*pi-hole.*did you mean "pihole"/]],
  [
    "7: a host in two groups that disagree",
    [],
    [/^warning inventory.yaml:32:\d+ github_user_id of host "gitlab" is .*both are equally deep|^warning .*github_user_id of host "gitlab"/],
  ],
  [
    "7: one address under two names",
    [["inventory.yaml", "  gw: { lan: 1 }", "  gw: { lan: 1 }\n  ocean-idrac: { lan: 16 }"]],
    [/^error .*192\.168\.1\.16 is given to "ocean-idrac" and to "node006-idrac"/],
  ],
  [
    "8: a wildcard that hides a typo, and a range that is one",
    [],
    [/names gitlb\.home.*the wildcard \*\.home hides that.*did you mean "gitlab\.home"/, /stack media publishes 2003 ports, 32412–34414\/udp/],
  ],
  ["9: a network that only others make", [], [/stack chat needs network n8n_n8n_network, which nothing on host "ocean" makes/, /stack n8n needs/]],
  ["10: secrets in clear", [], [/"keepalived_auth_pass" stands here in clear.*hlx secrets set/, /stack.conf:3:1 "N8N_SECRET_KEY" stands here in clear/]],
];

describe("the lab's contradictions are found", () => {
  test.each(contradictions)("%s", async (_, edits, expected) => {
    const found = await findings(...edits);
    for (const one of expected) expect(found).toContainEqual(expect.stringMatching(one));
  });
  test("and no secret is shown", async () => expect((await findings()).join("\n")).not.toMatch(/1234|abcdef/));
});

const more: readonly (readonly [name: string, edits: readonly Edit[], found: RegExp])[] = [
  ["ports of one host", [], /^error site.yaml:17:39 port 5678\/tcp of host "ocean" is published by stack chat and by stack n8n.*site.yaml:17:33/],
  ["an address of a network that is no more", [], /stack.conf:3:1 this line says 192\.168\.7\.3, which is in no network/],
  [
    "a gateway that is given out",
    [["inventory.yaml", "gateway: 1", "gateway: 200"]],
    /^error inventory.yaml:7:14 the gateway 192\.168\.1\.200 .*inside the range "dhcp"/,
  ],
  [
    "an alias that is a host",
    [["inventory.yaml", "gitlab: { lan: 5 }", "gitlab: { lan: 5, aliases: [pihole] }"]],
    /^error .*the name pihole\.home is an alias for gitlab\.home and has an A record/,
  ],
  ["a record that is a host", [["inventory.yaml", '"*": ocean', '"*": ocean, pihole: ocean']], /the name pihole\.home is "pihole" .* and "ocean"/],
  [
    "a reservation of somebody's MAC",
    [["site.yaml", '"90:e2:ba:19:50:00": node004.home', '"92:6c:9a:65:20:23": gitlab.home']],
    /^error .*the MAC 92:6c:9a:65:20:23 is reserved for gitlab\.home, and the inventory has it for "node005"/,
  ],
  [
    "a device with a MAC in a range",
    [["inventory.yaml", "gw: { lan: 1 }", 'gw: { lan: 1 }\n  tv: { lan: 160, mac: "aa:00:00:00:00:01" }']],
    /192\.168\.1\.160 of device "tv" is inside the range "dhcp"/,
  ],
  [
    "networks in variables",
    [["inventory.yaml", "nvidia_gpu: true", "pod_cidr: 10.8.1.0/16, svc_cidr: 10.8.4.0/24"]],
    /variable "svc_cidr" \(10\.8\.4\.0\/24\) lies inside variable "pod_cidr"/,
  ],
];

describe("beside them are found", () => {
  test.each(more)("%s", async (_, edits, expected) => expect(await findings(...edits)).toContainEqual(expect.stringMatching(expected)));
});

test("an inventory that agrees with itself has none", async () => {
  const inventory = await readInventory("inventory.example.yaml", { cwd: "." });
  expect(findingsOf(inventory).map(({ message }) => message)).toEqual([]);
});

const harmless: readonly (readonly [what: string, vars: string])[] = [
  ["public addresses", "a: 8.8.8.8"],
  ["a network", "a: 192.168.1.0/24"],
  ["versions and numbers", "a: v1.2.3.4, b: 1.2.3.4.5, c: 10.1"],
  ["addresses in a network that a variable names", "pod_cidr: 10.9.0.0/16, a: 10.9.0.7"],
  ["switches and paths", "password_file: /etc/x, use_token: true, api_token: /run/token"],
  ["other people's names", "a: https://example.org/x.home, b: nothome"],
];

test.each(harmless)("%s are left alone", async (_, vars) => {
  const before = await findings();
  const after = await findings(["inventory.yaml", "nvidia_gpu: true", vars]);
  expect(after.filter((one) => !before.includes(one))).toEqual([]);
});
