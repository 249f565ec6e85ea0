// hlx adopt: what somebody else made is marked and left as it is; then it is told what the inventory would have to say.
import { readFileSync, rmSync } from "node:fs";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type Double, type DoubleGuest, proxmoxDouble } from "../../src/lab/proxmox/double.ts";
import { change } from "../../src/model/kind.ts";
import type { ProxmoxContainer } from "../../src/resources/proxmox-container/desired.ts";
import { proxmoxContainerKind } from "../../src/resources/proxmox-container.ts";
import type { ProxmoxVm } from "../../src/resources/proxmox-vm/desired.ts";
import { proxmoxVmKind } from "../../src/resources/proxmox-vm.ts";
import { type Desk, type HlxRun, inside, newDesk } from "../soak/desk.ts";

let double: Double;
let desk: Desk;

const web = (more: Record<string, string> = {}): DoubleGuest => ({
  ...{ node: "pve1", running: true, pending: {} },
  config: {
    ...{ name: "web", cores: "2", memory: "2048", tags: "prod", description: "the shop\n", boot: "order=scsi0", protection: "1" },
    ...{ net0: "virtio=BC:24:11:00:01:01,bridge=vmbr0", ipconfig0: "gw=127.0.9.1,ip=127.0.9.58/24", scsi0: "thin:vm-101-disk-0,size=10G", ...more },
  },
});

const db = (): DoubleGuest => ({
  ...{ node: "pve1", running: true, pending: {}, type: "lxc" },
  config: { hostname: "old-db", cores: "2", memory: "512", rootfs: "thin:subvol-200-disk-0,size=8G", unprivileged: "1", onboot: "1", description: "mine" },
});

const inventory = `format: 1
playbook: site.yaml
networks:
  lan: { cidr: 127.0.9.0/24, gateway: 1, bridge: vmbr0 }
defaults:
  vm: { node: pve1, storage: thin, memory: 2G, disk: 10G }
hosts:
  pve1: { address: 127.0.0.1, proxmox: { port: PORT, token: !secret proxmox.token, fingerprint: "PRINT" } }
  web: { lan: 58, mac: "BC:24:11:00:01:01", vm: { id: 101, cores: CORES, tags: [prod], description: the shop } }
`;
const playbook = `- hosts: pve1
  roles:
    - proxmox-cluster:
        pools: { lab: {} }
        containers: { db: { id: 200, template: "local:vztmpl/debian.tar.zst", storage: thin, disk: 8, cores: 4, description: mine } }
`;

// Nothing on the node, which nobody can log in to here.
const alone = "- hosts: pve1\n  roles: []\n";

beforeAll(async () => {
  double = await proxmoxDouble();
});
beforeEach(() => {
  double.guests.clear();
  double.guests.set(101, web());
  double.guests.set(200, db());
  double.writes.splice(0);
  desk = newDesk({ "site.yaml": playbook }, []);
  says({});
  return () => rmSync(desk.folder, { recursive: true, force: true });
});
afterAll(() => double.stop());

function says({ cores = 2 }: { readonly cores?: number }): void {
  const filled = inventory.replace("PORT", String(double.port)).replace("PRINT", double.fingerprint).replace("CORES", String(cores));
  desk.write("inventory.yaml", filled);
}

function hlx(...args: readonly string[]): Promise<HlxRun> {
  return inside(desk, args, { env: { HLX_SECRET_PROXMOX_TOKEN: double.token } });
}

const timeless = (text: string): string => text.replace(/\d+\.\d s/g, "… s");

test("a guest that is as the inventory says is marked, and nothing is left to do", async () => {
  const { code, stdout, stderr } = await hlx("adopt", "web", "--yes");
  expect({ code, stdout: timeless(stdout), stderr }).toMatchInlineSnapshot(`
    {
      "code": 0,
      "stderr": "",
      "stdout": "  ~ web  proxmox.vm:101  description the shop → the shop\\n\\nmanaged by hlx as web (at once), tags prod → hlx;prod (at once)
            description: the shop → the shop\\n\\nmanaged by hlx as web (at once)
            tags: prod → hlx;prod (at once)
    Plan: 0 to add, 1 to change, 0 to remove. 1 host, 1 resource, … s.
     ✔ web         proxmox.vm:101                  description the shop → the shop\\n\\nmanaged by hlx as web (at once), tags prod → hlx;prod (at once)   … s
    HOST  ok  changed  failed  skipped
    web   0   1        0       0
    Verified: 0 of 0 probed again as desired. Run 1, … s.
    web/guest/proxmox.vm:101 is hlx's now: nothing left to do.
    ",
    }
  `);
  expect(double.guests.get(101)).toEqual(web({ description: "the shop\n\nmanaged by hlx as web", tags: "hlx;prod" }));
  desk.write("site.yaml", alone);
  expect(await hlx("plan", "-l", "web", "--detailed-exitcode")).toMatchObject({ code: 0, stdout: expect.stringContaining("No changes.") });
  expect(await hlx("drift", "-l", "web")).toMatchObject({ code: 0 });
  expect((await hlx("history")).stdout).toMatch(/adopt/);
});

test("what differs is left alone, and the words that would keep it are told with their place", async () => {
  double.guests.set(101, web({ cores: "4", balloon: "1024", description: "the shop\nfor all", net0: "virtio=BC:24:11:00:01:01,bridge=vmbr1,tag=20" }));
  const { code, stdout, stderr } = await hlx("adopt", "web/proxmox.vm:101", "--yes");
  expect({ code, stdout: timeless(stdout), stderr }).toMatchInlineSnapshot(`
    {
      "code": 0,
      "stderr": "",
      "stdout": "web/guest/proxmox.vm:101 differs from the inventory in 3 settings, which taking it over leaves alone:
      description  the shop\\nfor all → the shop\\n\\nmanaged by hlx as web         vm.description: "the shop\\nfor all"  inventory.yaml:9:97
      cores        4 → 2                                                         vm.cores: 4                          inventory.yaml:9:67
      net0         virtio=BC:24:11:00:01:01,bridge=vmbr1,tag=20 → virtio=BC:24:11:00:01:01,bridge=vmbr0  vm.bridge: vmbr1, vm.vlan: 20        inventory.yaml:9:49
      ~ web  proxmox.vm:101  description the shop\\nfor all → the shop\\nfor all\\n\\nmanaged by hlx as web (at once), tags prod → hlx;prod (at once)
            description: the shop\\nfor all → the shop\\nfor all\\n\\nmanaged by hlx as web (at once)
            tags: prod → hlx;prod (at once)
    Plan: 0 to add, 1 to change, 0 to remove. 1 host, 1 resource, … s.
     ✔ web         proxmox.vm:101                  description the shop\\nfor all → the shop\\nfor all\\n\\nmanaged by hlx as web (at once), tags prod → hlx;prod (at once)   … s
    HOST  ok  changed  failed  skipped
    web   0   1        0       0
    Verified: 0 of 0 probed again as desired. Run 1, … s.
    web/guest/proxmox.vm:101 is hlx's now, and differs from the inventory in 3 settings. hlx apply changes what is there; to keep it, say so:
      description  the shop\\nfor all\\n\\nmanaged by hlx as web → the shop\\n\\nmanaged by hlx as web  vm.description: "the shop\\nfor all"  inventory.yaml:9:97
      cores        4 → 2                                                         vm.cores: 4                          inventory.yaml:9:67
      net0         virtio=BC:24:11:00:01:01,bridge=vmbr1,tag=20 → virtio=BC:24:11:00:01:01,bridge=vmbr0  vm.bridge: vmbr1, vm.vlan: 20        inventory.yaml:9:49
    ",
    }
  `);
  expect(double.guests.get(101)?.config).toMatchObject({ cores: "4", balloon: "1024", net0: "virtio=BC:24:11:00:01:01,bridge=vmbr1,tag=20" });
  expect(await hlx("adopt", "web", "--yes", "--detailed-exitcode")).toMatchObject({ code: 2 });
});

test("once they are said, a second adoption finds nothing left", async () => {
  double.guests.set(101, web({ cores: "4" }));
  const { stdout } = await hlx("adopt", "web", "--yes");
  const page = readFileSync(new URL("../../docs/proxmox.md", import.meta.url), "utf8");
  const shown = stdout.split("\n").slice(-3).join("\n");
  expect([shown, page]).toEqual([expect.stringContaining("vm.cores: 4"), expect.stringContaining(shown)]);
  says({ cores: 4 });
  double.writes.splice(0);
  expect(await hlx("adopt", "web", "--yes", "--detailed-exitcode")).toMatchObject({
    code: 0,
    stdout: "web/guest/proxmox.vm:101 is hlx's now: nothing left to do.\n",
  });
  // What is hlx's already is only looked at: no run, no write.
  expect([double.writes, (await hlx("history", "--json")).stdout.match(/"command": "adopt"/g)]).toEqual([[], ['"command": "adopt"']]);
});

test("a container keeps its name, and its role's params are what would have to say so", async () => {
  const { code, stdout, stderr } = await hlx("adopt", "pve1/proxmox.container:*", "--yes");
  expect({ code, stdout: timeless(stdout), stderr }).toMatchInlineSnapshot(`
    {
      "code": 0,
      "stderr": "",
      "stdout": "pve1/proxmox-cluster/proxmox.container:200 differs from the inventory in 2 settings, which taking it over leaves alone:
      hostname  old-db → db
      cores     2 → 4        containers.db.cores: 2  site.yaml:3:7
      ~ pve1  proxmox.container:200  description mine → mine\\n\\nmanaged by hlx as db (at once)
    Plan: 0 to add, 1 to change, 0 to remove. 1 host, 1 resource, … s.
     ✔ pve1        proxmox.container:200           description mine → mine\\n\\nmanaged by hlx as db (at once)   … s
    HOST  ok  changed  failed  skipped
    pve1  0   1        0       0
    Verified: 0 of 0 probed again as desired. Run 1, … s.
    pve1/proxmox-cluster/proxmox.container:200 is hlx's now, and differs from the inventory in 2 settings. hlx apply changes what is there; to keep it, say so:
      hostname  old-db → db
      cores     2 → 4        containers.db.cores: 2  site.yaml:3:7
    ",
    }
  `);
  expect(double.guests.get(200)?.config).toEqual({ ...db().config, description: "mine\n\nmanaged by hlx as db" });
});

test("a rollback takes the mark away", async () => {
  await hlx("adopt", "web", "--yes");
  await hlx("adopt", "pve1/proxmox.container:200", "--yes");
  for (const run of ["2", "1"]) expect(await hlx("rollback", run, "--yes")).toMatchObject({ code: 0 });
  expect([double.guests.get(101)?.config["description"], double.guests.get(200)?.config["description"]]).toEqual(["the shop", "mine"]);
});

test("as JSON: the events of a run, and at the end what differs", async () => {
  double.guests.set(101, web({ cores: "4" }));
  const { stdout } = await hlx("adopt", "web", "--yes", "--json");
  const lines = stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(lines.at(-1)).toMatchInlineSnapshot(`
    {
      "event": "adopted",
      "format": 1,
      "resources": [
        {
          "address": "web/guest/proxmox.vm:101",
          "differs": [
            {
              "change": {
                "after": {
                  "value": "2",
                },
                "before": {
                  "value": "4",
                },
                "note": "the guest is shut down and started",
                "property": "cores",
                "risk": "reboot",
                "view": "value",
              },
              "keeps": [
                {
                  "at": {
                    "column": 67,
                    "file": "inventory.yaml",
                    "length": 1,
                    "line": 9,
                    "text": "  web: { lan: 58, mac: "BC:24:11:00:01:01", vm: { id: 101, cores: 2, tags: [prod], description: the shop } }",
                  },
                  "path": [
                    "vm",
                    "cores",
                  ],
                  "value": 4,
                },
              ],
            },
          ],
        },
      ],
    }
  `);
});

describe("refused", () => {
  test.each([
    [
      "what another hlx manages",
      ["web", "--yes"],
      { description: "x\nmanaged by hlx as shop" },
      /web\/guest\/proxmox.vm:101: guest 101 is managed by hlx as shop already/,
    ],
    ["a host that is not there", ["wbe", "--yes"], {}, /"wbe" stands for nothing that can be taken over\n.*did you mean "web"/],
    ["a number that is not there", ["web/guest/proxmox.vm:110", "--yes"], {}, /matches none of 1 resources\n.*did you mean "web\/guest\/proxmox.vm:101"/],
    ["a role that is not there", ["web/guets/proxmox.vm:101", "--yes"], {}, /stands for nothing that can be taken over\n.*did you mean "web\/guest"/],
    [
      "a kind that has nothing to take over",
      ["pve1/proxmox-cluster/proxmox.pool:lab", "--yes"],
      {},
      /cannot be taken over: only proxmox.vm and proxmox.container can/,
    ],
    ["what --limit leaves out", ["web", "--yes", "--limit", "pve1"], {}, /"web" stands for nothing/],
    ["a question that nobody can answer", ["web"], {}, /refusing to apply without --yes/],
    ["an address that is missing", ["--yes"], {}, /address/],
  ] as const)("%s", async (...[, args, config, said]) => {
    double.guests.set(101, web(config));
    const { code, stderr } = await hlx("adopt", ...args);
    expect({ code, stderr }).toMatchObject({ code: expect.any(Number), stderr: expect.stringMatching(said) });
    expect([code === 0, double.writes]).toEqual([false, []]);
  });
  test("a disk that is larger than the inventory says, at its line", async () => {
    double.guests.set(101, web({ scsi0: "thin:vm-101-disk-0,size=20G" }));
    const { code, stderr } = await hlx("adopt", "web", "--yes");
    expect({ code, stderr }).toMatchObject({
      code: 3,
      stderr: expect.stringMatching(/^inventory.yaml:6:\d+: web\/guest\/proxmox.vm:101: .*never shrinks[\s\S]*write disk: 20G/),
    });
    expect(double.writes).toEqual([]);
  });
  test("what a plan says of one that is not adopted names the command", async () => {
    desk.write("site.yaml", alone);
    expect((await hlx("plan", "-l", "web", "--json")).stdout).toContain("take it over if it is this one: hlx adopt web");
  });
  test("what is not there", async () => {
    double.guests.delete(101);
    expect(await hlx("adopt", "web", "--yes")).toMatchObject({ code: 1, stderr: expect.stringContaining("there is nothing to take over") });
  });
  test("a container of the number that a guest should have", async () => {
    double.guests.set(101, db());
    expect(await hlx("adopt", "web", "--yes")).toMatchObject({ code: 3, stderr: expect.stringContaining("number 101 is a container") });
  });
});

describe("the words that keep what is there", () => {
  test.each([
    ["memory", "6000", "2048", [["vm.memory", "6000M"]]],
    ["memory", "4096", "2048", [["vm.memory", "4G"]]],
    ["balloon", "0", "1024", [["vm.balloon", false]]],
    ["balloon", null, "1024", [["vm.balloon", null]]],
    ["agent", "enabled=1", "enabled=0", [["vm.agent", true]]],
    ["protection", "0", "1", [["vm.protection", false]]],
    ["tags", "hlx;prod;web", "hlx", [["vm.tags", ["prod", "web"]]]],
    ["tags", "hlx", "hlx;prod", [["vm.tags", []]]],
    ["startup", "order=2,up=30", "order=1", [["vm.startup", { order: 2, up: 30 }]]],
    ["boot", "order=virtio0;net0", "order=scsi0", [["vm.boot", ["virtio0", "net0"]]]],
    ["onboot", "1", "0", [["vm.start", "boot"]]],
    ["running", false, true, [["vm.start", "manual"]]],
    ["disk", "10G", "20G", [["vm.disk", "10G"]]],
    ["pool", null, "lab", [["vm.pool", null]]],
    ["ha", null, "started, restarts 1, relocates 1", [["vm.ha", false]]],
    ["ciuser", "debian", "root", [["vm.user", "debian"]]],
    ["nameserver", "1.1.1.1 9.9.9.9", "1.1.1.1", [["vm.dns", ["1.1.1.1", "9.9.9.9"]]]],
    ["net0", "virtio=BC:24:11:00:00:01,bridge=vmbr0", "virtio=BC:24:11:00:00:02,bridge=vmbr0", [["mac", "BC:24:11:00:00:01"]]],
    ["net0", "e1000=BC:24:11:00:00:01,bridge=vmbr0", "virtio=BC:24:11:00:00:01,bridge=vmbr0", []],
    ["name", "www", "web", []],
    ["scsi1", "10G", "20G", []],
  ] as const)("of a guest: %s %s, not %s", (...[property, before, after, words]) => {
    const said = proxmoxVmKind.adoption?.words({ name: "web" } as ProxmoxVm, change(property, { before, after })) ?? [];
    expect(said.map(({ path, value }) => [path.join("."), value])).toEqual(words);
  });
  test.each([
    ["memory", "2048", "512", [["containers.db.memory", 2048]]],
    ["cores", null, "2", [["containers.db.cores", null]]],
    ["disk", "8G", "16G", [["containers.db.disk", 8]]],
    ["onboot", "0", "1", [["containers.db.start", "manual"]]],
    ["tags", "hlx;prod", "hlx", [["containers.db.tags", ["prod"]]]],
    ["description", "mine\n\nmanaged by hlx as db", "managed by hlx as db", [["containers.db.description", "mine"]]],
    ["net0", "name=eth0", "name=eth1", []],
  ] as const)("of a container: %s %s, not %s", (...[property, before, after, words]) => {
    const said = proxmoxContainerKind.adoption?.words({ name: "db" } as ProxmoxContainer, change(property, { before, after })) ?? [];
    expect(said.map(({ path, value }) => [path.join("."), value])).toEqual(words);
  });
});
