// Hosts with `vm:` need no play to be made: the role says so, and only where the inventory says how.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { readInventory } from "../../src/inventory/read.ts";
import type { ProblemError } from "../../src/model/problem.ts";
import { contributionsOf } from "../../src/playbook/contributions.ts";
import { lookupsIn } from "../../src/playbook/inputs/resolve.ts";
import { loadPlaybook } from "../../src/playbook/load.ts";
import { tellersAmong } from "../../src/playbook/tellers.ts";

const folder = mkdtempSync(join(tmpdir(), "hlx-makers-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const base = `format: 1
networks: { lan: { cidr: 192.168.1.0/24, gateway: 1, bridge: vmbr0, domain: home, ranges: { dhcp: 150-239 } } }
defaults: { vm: { storage: thin, disk: 10G } }
`;
const node = "node005: { lan: 105, proxmox: { token: !secret proxmox.token } }";

async function loaded(hosts: readonly string[], playbook: string) {
  writeFileSync(join(folder, "inventory.yaml"), `${base}hosts:\n${hosts.map((host) => `  ${host}\n`).join("")}`);
  writeFileSync(join(folder, "site.yaml"), playbook);
  const inventory = await readInventory(["inventory.yaml"], { cwd: folder });
  return { inventory, ...(await loadPlaybook({ file: join(folder, "site.yaml"), inventory, runner: undefined, cwd: folder })) };
}

async function calls(hosts: readonly string[], playbook: string): Promise<readonly string[]> {
  const { assignments } = await loaded(hosts, playbook);
  return assignments.map(({ host, as, outside }) => `${host}/${as}${outside === true ? " from outside" : ""}`);
}

const guest = "kube514: { lan: 57, vm: { id: 514, node: node005 } }";
const plain = "- hosts: kube514\n  roles: [base]\n";

const cases: readonly (readonly [name: string, hosts: readonly string[], playbook: string, expected: readonly string[]])[] = [
  ["a host with vm: is made without a play, before everything else", [node, guest], plain, ["kube514/guest from outside", "kube514/base"]],
  [
    "one that no play names is made, too",
    [node, guest, "dns01: { lan: 2, vm: { id: 200, node: node005 } }"],
    plain,
    ["kube514/guest from outside", "dns01/guest from outside", "kube514/base"],
  ],
  ["a play that gives it the role is enough", [node, guest], "- hosts: kube514\n  roles: [guest, base]\n", ["kube514/guest from outside", "kube514/base"]],
  ["a node without a login only describes a guest that somebody else makes", ["node005: { lan: 105 }", guest], plain, ["kube514/base"]],
  ["a host without vm: is no guest", [node, "kube514: { lan: 57 }"], plain, ["kube514/base"]],
];

test.each(cases)("%s", async (...[, hosts, playbook, expected]) => expect(await calls(hosts, playbook)).toEqual(expected));

test("its record and its reservation are told by the roles bind and dhcp of another host", async () => {
  const servers = `- hosts: dns01
  roles:
    - bind: { zones: { home: { from: lan } } }
    - dhcp: { server: kea, networks: [lan] }
`;
  const { inventory, uses, roles } = await loaded([node, "dns01: { lan: 2 }", guest], plain + servers);
  const { claims } = await contributionsOf({ uses, roles, inventory, lookups: lookupsIn({ inventory, fetch }) });
  expect(tellersAmong(claims, inventory.hosts.get("kube514")).toSorted()).toEqual(["dns01/bind", "dns01/dhcp"]);
  expect(tellersAmong(claims, { name: "stranger", addresses: { pesu: "192.168.8.99" } })).toEqual([]);
});

describe("a maker of the project's own", () => {
  const own = mkdtempSync(join(tmpdir(), "hlx-own-maker-"));
  afterAll(() => rmSync(own, { recursive: true, force: true }));

  async function assignments(requires: string) {
    mkdirSync(join(own, "roles/guest"), { recursive: true });
    const parts = `outside: { facts: () => ({}), unasked: () => true }, beyond: true, requires: ${requires}, declare: () => []`;
    const role = `import { defineRole } from "hlx";\nexport default defineRole({ name: "guest", summary: "x", params: { type: "object" }, ${parts} });\n`;
    writeFileSync(join(own, "roles/guest/role.ts"), role);
    writeFileSync(join(own, "inventory.yaml"), "format: 1\nhosts:\n  kube514: { vm: { id: 514 } }\n");
    writeFileSync(join(own, "site.yaml"), "- hosts: kube514\n  roles: [base]\n");
    const inventory = await readInventory(["inventory.yaml"], { cwd: own });
    const load = (url: string): Promise<unknown> => import(`${url}?${encodeURIComponent(requires)}`);
    return (await loadPlaybook({ file: join(own, "site.yaml"), inventory, cwd: own, load })).assignments;
  }

  test("is asked what it requires, and what it asks beyond the host is known", async () =>
    expect((await assignments('() => [{ role: "base" }]'))[0]).toMatchObject({ as: "guest", outside: true, beyond: true, requires: [{ role: "base" }] }));

  test("that fails when it is asked is told at the host's own line", async () =>
    expect(await assignments('() => { throw new Error("no such cluster"); }').catch((thrown: ProblemError) => thrown.problems)).toMatchObject([
      { code: "input", message: "role guest on kube514: no such cluster", at: { line: 3 } },
    ]));
});
