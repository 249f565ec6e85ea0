// A cluster whose guests are hosts: asked at each run, and the file has the last word.
import { rmSync } from "node:fs";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type Double, type DoubleGuest, proxmoxDouble } from "../../src/lab/proxmox/double.ts";
import { type Desk, type HlxRun, inside, newDesk } from "../soak/desk.ts";

let double: Double;
let desk: Desk;

function guest(config: Readonly<Record<string, string>>, more: Partial<DoubleGuest> = {}): DoubleGuest {
  return { node: "pve1", running: true, pending: {}, config: { ...config }, ...more };
}

const ip = (address: string): { readonly ipconfig0: string } => ({ ipconfig0: `gw=127.0.9.1,ip=${address}/24` });

beforeAll(async () => {
  double = await proxmoxDouble();
});
beforeEach(() => {
  Object.assign(double, { blind: false });
  double.guests.clear();
  double.agents.clear();
  for (const [id, one] of [
    [9999, guest({ name: "debian12", template: "1" }, { running: false })],
    [101, guest({ name: "web", tags: "prod;v1.2", ciuser: "debian", ...ip("127.0.9.58") }, { pool: "lab" })],
    [102, guest({ name: "db", agent: "1", net0: "virtio=BC:24:11:00:01:02,bridge=vmbr0" }, { node: "pve2" })],
    [103, guest({ name: "old", tags: "prod", ...ip("127.0.9.60") }, { running: false })],
    [200, guest({ hostname: "proxy", tags: "prod", net0: "name=eth0,bridge=vmbr0,hwaddr=BC:24:11:00:02:00,ip=127.0.9.61/24" }, { type: "lxc" })],
    [514, guest({ name: "theirs", tags: "kube", ...ip("127.0.9.57") })],
  ] as const)
    double.guests.set(id, one);
  const addresses = [{ "ip-address": "127.0.0.1" }, { "ip-address": "10.9.0.7" }];
  double.agents.set(102, { silent: 0, files: {}, interfaces: [{ name: "eth0", "hardware-address": "bc:24:11:00:01:02", "ip-addresses": addresses }] });
  double.writes.splice(0);
  double.reads = 0;
  desk = newDesk({ "site.yaml": "- hosts: tag_prod\n  roles: [base]\n" }, []);
  write({});
  return () => rmSync(desk.folder, { recursive: true, force: true });
});
afterAll(() => double.stop());

interface Written {
  readonly source?: string;
  readonly hosts?: string;
  readonly more?: string;
  readonly port?: number;
}

function write({ source = "{ proxmox: pve1 }", hosts = "", more = "", port = double.port }: Written): void {
  const node = `{ address: 127.0.0.1, proxmox: { port: ${port}, token: !secret proxmox.token, fingerprint: "${double.fingerprint}" } }`;
  desk.write("inventory.yaml", `format: 1\nplaybook: site.yaml\nsources: [${source}]\n${more}hosts:\n  pve1: ${node}\n${hosts}`);
}

function hlx(...args: readonly string[]): Promise<HlxRun> {
  return inside(desk, args, { env: { HLX_SECRET_PROXMOX_TOKEN: double.token } });
}

describe("the inventory", () => {
  test("has the running guests with their addresses, grouped by node, pool, tag and status", async () => {
    const { code, stdout, stderr } = await hlx("inventory");
    expect({ code, stdout, stderr }).toMatchInlineSnapshot(`
      {
        "code": 0,
        "stderr": "",
        "stdout": "HOST    ADDRESS     GROUPS
      pve1    127.0.0.1
      web     127.0.9.58  node_pve1, pool_lab, status_running, tag_prod, tag_v1_2
      db      10.9.0.7    node_pve2, status_running
      proxy   127.0.9.61  node_pve1, status_running, tag_prod
      theirs  127.0.9.57  node_pve1, status_running, tag_kube
      5 hosts, 7 groups, 0 devices.
      ",
      }
    `);
    expect(double.writes).toEqual([]);
  });
  test("each value says that it came from the source, and where that is named", async () => {
    expect((await hlx("inventory", "--host", "web")).stdout).toMatchInlineSnapshot(`
      "web: ssh debian@127.0.9.58
        groups: node_pve1, pool_lab, status_running, tag_prod, tag_v1_2
        address  "127.0.9.58"  proxmox pve1, inventory.yaml:3:22
        user     "debian"      proxmox pve1, inventory.yaml:3:22
      "
    `);
  });
  test("one list, then a question or two a guest", async () => {
    await hlx("inventory");
    expect(double.reads).toBe(1 + 2 * 5 + 1);
  });
  test.each([
    ["its node tells", "10.9.0.31"],
    ["nothing beyond the link", "127.0.0.1"],
  ])("a container that has its address from elsewhere: %s", async (_, address) => {
    double.guests.set(200, guest({ hostname: "proxy", net0: "name=eth0,bridge=vmbr0,hwaddr=BC:24:11:00:02:00,ip=dhcp" }, { type: "lxc" }));
    const card = { name: "eth0", "hardware-address": "bc:24:11:00:02:00", "ip-addresses": [{ "ip-address": address }] };
    double.agents.set(200, { silent: 0, files: {}, interfaces: [card] });
    expect((await hlx("inventory")).stdout).toMatch(new RegExp(`^proxy +${address === "127.0.0.1" ? "proxy" : address} `, "m"));
  });
  test("only: takes others", async () => {
    write({ source: '{ proxmox: pve1, only: "tag_prod:!pool_lab" }' });
    expect((await hlx("inventory", "--list-hosts", "all")).stdout).toBe("pve1\nold\nproxy\n");
  });
  test("a guest that the file describes by its number is that host, also when it is off and has another name there", async () => {
    double.guests.set(514, guest({ name: "theirs", tags: "kube" }, { running: false }));
    write({ hosts: "  kube514: { vm: { id: 514, node: pve1, storage: thin, disk: 10G } }\n", more: "groups: { kube: tag_kube }\n" });
    const { stdout } = await hlx("inventory");
    expect(stdout).toMatch(/^kube514 +kube514 +kube, node_pve1, status_stopped, tag_kube$/m);
    expect(stdout).not.toContain("theirs");
  });
  test("what the file says of it is stronger, what its defaults say is weaker", async () => {
    write({ hosts: "  web: { address: 10.0.0.1 }\n", more: "defaults: { user: nobody }\ngroups: { shops: { hosts: tag_prod, port: 2222 } }\n" });
    const { stdout } = await hlx("inventory", "--host", "web");
    expect(stdout).toContain("web: ssh debian@10.0.0.1:2222");
  });
  test("a node that is away takes its guests with it, and no others", async () => {
    double.guests.set(102, guest({ name: "db" }, { node: "pve9" }));
    expect((await hlx("inventory", "--list-hosts", "all")).stdout).toBe("pve1\nweb\nproxy\ntheirs\n");
  });
});

describe("without asking", () => {
  test("hlx validate uses nothing of it, and says so", async () => {
    const { code, stdout } = await hlx("validate");
    expect({ code, stdout, reads: double.reads }).toMatchInlineSnapshot(`
      {
        "code": 0,
        "reads": 0,
        "stdout": "warning: inventory.yaml:3:22: the guests of pve1 are asked for at a run, and nobody is asked here: what is said of hosts and groups that only they are is not checked
      Valid. 1 host, 1 role, 0 role calls.
      ",
      }
    `);
  });
  test("hlx validate still finds what is wrong with roles that only a source's hosts have", async () => {
    desk.write("site.yaml", "- hosts: tag_prod\n  roles: [base: { timezon: UTC }]\n");
    expect(await hlx("validate")).toMatchObject({ code: 1, stderr: expect.stringContaining('did you mean "timezone"') });
  });
  test.each([
    ["completion", "suggest", "--", "plan", "--limit", ""],
    ["state", "list"],
    ["plan", "--syntax-check"],
  ])("hlx %s %s %s asks nobody", async (...args) => {
    expect(await hlx(...args)).toMatchObject({ code: 0 });
    expect(double.reads).toBe(0);
  });
});

describe("a run", () => {
  test("--limit takes the source's groups and hosts, and their plays are theirs", async () => {
    const { stdout } = await hlx("plan", "--list-hosts", "--limit", "tag_prod:!proxy");
    expect(stdout).toBe("web\n");
  });
  test("a play may mean a group that is empty now; whoever asks for hosts of it may not", async () => {
    desk.write("site.yaml", "- hosts: tag_beta\n  roles: [base]\n- hosts: pve1:&tag_none\n  roles: [base]\n");
    expect(await hlx("plan", "--list-hosts")).toMatchObject({ code: 0, stdout: "" });
    expect(await hlx("plan", "--limit", "tag_beta")).toMatchObject({ code: 1, stderr: expect.stringContaining('pattern "tag_beta" matches 0 of 5 hosts') });
  });
  test("a name that no source makes is a mistake then", async () => {
    desk.write("site.yaml", "- hosts: wbe\n  roles: [base]\n");
    expect(await hlx("validate")).toMatchObject({ code: 0 });
    expect(await hlx("plan")).toMatchObject({ code: 1, stderr: expect.stringContaining('did you mean "web"') });
  });
});

describe("commands that only log in", () => {
  test.each([
    ["doctor", "pve1"],
    ["ping", "--limit", "pve1"],
    ["exec", "pve1", "--", "true"],
  ])("hlx %s %s %s: who names hosts of the file asks no source, which may be what is to be mended", async (...args) => {
    write({ port: 1 });
    const { stderr } = await hlx(...args, ...(args[0] === "exec" ? [] : ["--timeout", "1"]));
    expect(stderr).not.toContain("asking pve1 for its guests");
  });
  test("the twin: who means more does", async () => {
    write({ port: 1 });
    expect(await hlx("ping", "--limit", "pve1:tag_prod")).toMatchObject({ code: 4, stderr: expect.stringContaining("asking pve1 for its guests") });
  });
});

describe("refused, at its line", () => {
  test("a source that does not answer", async () => {
    write({ port: 1 });
    const { code, stdout, stderr } = await hlx("plan");
    expect({ code, stdout, stderr }).toMatchInlineSnapshot(`
      {
        "code": 4,
        "stderr": "inventory.yaml:3:22: asking pve1 for its guests: nothing listens at 127.0.0.1:1
        3 | sources: [{ proxmox: pve1 }]
          |                      ^^^^
        the API's port is 8006 (proxmox.port); on the node: systemctl status pveproxy
      exit 4 (1 host unreachable)
      ",
        "stdout": "",
      }
    `);
  });
  test("a source that refuses the token", async () => {
    const { code, stderr } = await inside(desk, ["inventory"], {
      env: { HLX_SECRET_PROXMOX_TOKEN: double.token.replace(/.$/, (last) => (last === "0" ? "1" : "0")) },
    });
    expect({ code, stderr }).toMatchObject({ code: 4, stderr: expect.stringMatching(/^inventory.yaml:3:22: asking pve1 for its guests: /) });
  });
  test("a source without its token", async () => {
    const { code, stderr } = await inside(desk, ["inventory"], {});
    expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringMatching(/^inventory.yaml:3:22: asking pve1 for its guests: .*proxmox.token/) });
  });
  test.each([
    ["an only: that is no pattern", '{ proxmox: pve1, only: "tag_prod:&" }', /inventory.yaml:3:22: only: "tag_prod:&"/],
    ["an only: with a name of nobody", "{ proxmox: pve1, only: wbe }", /inventory.yaml:3:22: only: "wbe" matches none of 5 hosts/],
  ])("%s", async (_, source, said) => {
    write({ source });
    expect(await hlx("inventory")).toMatchObject({ code: 1, stderr: expect.stringMatching(said) });
  });
});

test("a guest that only its cluster knows has nothing to be taken over by", async () => {
  const { code, stderr } = await hlx("adopt", "web", "--yes");
  expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringContaining("write web: { vm: { id: …, node: … } } under hosts first") });
});

test("a token that sees nothing is told, and nothing is taken for gone", async () => {
  double.blind = true;
  const { code, stderr } = await hlx("inventory");
  expect({ code, stderr }).toMatchObject({ code: 0, stderr: expect.stringContaining("proxmox pve1 lists no guests") });
});
