// Containers and Ceph over the connection and the double: what is planned is what is done, with the power effect of each change.
import { beforeEach, describe, expect, test } from "vitest";
import { validateValue } from "../../src/model/documents/validate.ts";
import { highestRisk } from "../../src/model/kind.ts";
import { proxmoxCephHealthKind as healthKind, type ProxmoxCephHealth } from "../../src/resources/proxmox-ceph-health.ts";
import { type ProxmoxCephPool, proxmoxCephPoolKind as poolKind } from "../../src/resources/proxmox-ceph-pool.ts";
import type { ProxmoxContainer } from "../../src/resources/proxmox-container/desired.ts";
import { settingsOf } from "../../src/resources/proxmox-container/settings.ts";
import { proxmoxContainerKind as kind } from "../../src/resources/proxmox-container.ts";
import { cluster, convergeAs, double, lookAs, run, titles, useDouble } from "./bench.ts";

useDouble();

const ostemplate = "local:vztmpl/debian-12-standard_12.7-1_amd64.tar.zst";

beforeEach(() => {
  double.held.volumes.push({ node: "pve1", volid: ostemplate, size: 1 });
});

function container(more: Partial<ProxmoxContainer> = {}): ProxmoxContainer {
  return {
    ...{ cluster: cluster(), id: 300, name: "proxy", node: "pve1", ostemplate, storage: "thin", disk: 8, cores: 2, memory: 1024, swap: 256 },
    nics: [{ mac: "bc:24:11:00:03:00", bridge: "vmbr0", address: "192.168.1.30/24", gateway: "192.168.1.1" }],
    resolvers: ["192.168.1.9"],
    search: "home",
    features: { nesting: true },
    keys: ["ssh-ed25519 AAAA me@laptop"],
    tags: ["web"],
    onboot: true,
    running: true,
    ...more,
  };
}

describe("making", () => {
  test("one call with everything, its keys in plain lines, and a start", async () => {
    expect(titles((await lookAs(kind, container())).steps)).toEqual([`create from ${ostemplate}`, "start"]);
    await convergeAs(kind, container({ mounts: { mp0: { path: "/data", size: 20 } } }));
    expect(double.writes[0]).toContain('"ssh-public-keys":"ssh-ed25519 AAAA me@laptop"');
    expect(double.guests.get(300)).toMatchObject({
      type: "lxc",
      running: true,
      config: {
        hostname: "proxy",
        unprivileged: "1",
        net0: "bridge=vmbr0,gw=192.168.1.1,hwaddr=BC:24:11:00:03:00,ip=192.168.1.30/24,name=eth0,type=veth",
        rootfs: "thin:subvol-300-disk-0,size=8G",
        mp0: "thin:subvol-300-disk-1,mp=/data,size=20G",
      },
    });
  });
  test("a password is filled in where it stands, and is in no setting that is compared", async () => {
    const { steps, changes } = await lookAs(kind, container({ password: { secret: "proxy.root" } }));
    expect(JSON.stringify(steps)).toContain('"password":{"secret":"proxy.root"}');
    expect(JSON.stringify(changes)).not.toContain("proxy.root");
  });
  test("a template that is not there fails with the node's words, and leaves nothing", async () => {
    double.held.volumes.splice(0);
    expect((await run((await lookAs(kind, container())).steps))[0]).toMatchObject({ result: "failed", because: expect.stringContaining("does not exist") });
    expect(double.guests.has(300)).toBe(false);
  });
  test("flags that only root@pam may set are refused with the node's words", async () => {
    const [first] = await run((await lookAs(kind, container({ features: { nesting: true, fuse: true } }))).steps);
    expect(first).toMatchObject({ result: "failed", because: expect.stringContaining("only allowed for root@pam") });
  });
  test("cut off after the call that makes it, it is gone on with", async () => {
    double.dropAnswers = true;
    expect(await run((await lookAs(kind, container())).steps)).toEqual([expect.objectContaining({ result: "unknown" })]);
    double.dropAnswers = false;
    await convergeAs(kind, container());
    expect(double.writes.filter((write) => write.startsWith("POST /nodes/pve1/lxc {"))).toHaveLength(1);
  });
  test("two runs that race for it end with one container", async () => {
    const { steps } = await lookAs(kind, container());
    const [first, second] = await Promise.all([run(steps.slice(0, 1)), run(steps.slice(0, 1))]);
    expect([first, second]).toEqual([[expect.objectContaining({ result: "done" })], [expect.objectContaining({ result: "done" })]]);
    await convergeAs(kind, container());
  });
});

describe("changing a running one", () => {
  beforeEach(async () => {
    await convergeAs(kind, container({ mounts: { mp0: { path: "/data", size: 20 } } }));
    double.writes.splice(0);
  });

  test.each([
    ["memory and cores, at once", { memory: 2048, cores: 4 }, "none", ["set cores, memory"]],
    ["tags and a description, at once", { tags: [], description: "the proxy" }, "none", ["set description, tags"]],
    ["a network card's VLAN, at once", { nics: [{ mac: "bc:24:11:00:03:00", bridge: "vmbr0", vlan: 20, address: "dhcp" }] }, "none", ["set net0"]],
    ["resolvers, with a restart that is a step of the plan", { resolvers: ["1.1.1.1"] }, "reboot", ["set nameserver", "shut down", "start"]],
    ["resolvers that go: it has its node's", { resolvers: [] }, "reboot", ["set nameserver", "shut down", "start"]],
    ["features that go", { features: {} }, "reboot", ["set features", "shut down", "start"]],
    ["its root file system, which grows at once", { disk: 16 }, "none", ["grow rootfs to 16G"]],
    ["a further file system, plugged in at once", { mounts: { mp1: { path: "/more", size: 5, storage: "thin" } } }, "none", ["add mp1 at /more"]],
    ["one that grows", { mounts: { mp0: { path: "/data", size: 30 } } }, "none", ["grow mp0 to 30G"]],
    [
      "one that is elsewhere inside, with a restart",
      { mounts: { mp0: { path: "/srv", size: 20 } } },
      "reboot",
      ["set the options of mp0", "shut down", "start"],
    ],
    ["its power", { running: false }, "restart", ["shut down"]],
    ["its pool", { pool: "lab" }, "none", ["put it into the pool lab"]],
  ] as const)("%s", async (_, more, ...expected) => {
    const desired = container(more as Partial<ProxmoxContainer>);
    const { changes, steps } = await lookAs(kind, desired);
    expect([highestRisk(changes), titles(steps)]).toEqual(expected);
    await convergeAs(kind, desired);
  });
  test("a file system is found by its path, whatever stands before it: one that is added moves no other, and gets a free slot", async () => {
    const desired = container({ mounts: { "/a": { size: 5 }, "/data": { size: 20 }, "/z": { size: 6, storage: "thin" } } });
    const { changes, steps } = await lookAs(kind, desired);
    expect([changes.map(({ property }) => property), highestRisk(changes)]).toEqual([["/a", "/z"], "none"]);
    expect(titles(steps)).toEqual(["add mp1 at /a", "add mp2 at /z"]);
    await convergeAs(kind, desired);
    expect(double.guests.get(300)?.config).toMatchObject({
      mp0: "thin:subvol-300-disk-1,mp=/data,size=20G",
      mp1: "thin:subvol-300-disk-2,mp=/a,size=5G",
    });
    expect(titles((await lookAs(kind, container({ mounts: { "/data/": { size: 30 } } }))).steps)).toEqual(["grow mp0 to 30G"]);
  });
  test("one whose change of options waits is told by its path", async () => {
    const desired = container({ mounts: { "/data": { size: 20, backup: true } } });
    await run((await lookAs(kind, desired)).steps.slice(0, 1));
    expect((await lookAs(kind, desired)).changes).toMatchObject([{ property: "/data", risk: "reboot" }]);
  });
  test("what nobody desires of a card stays", async () => {
    const guest = double.guests.get(300);
    if (guest !== undefined) guest.config["net0"] += ",firewall=1,mtu=1450";
    await convergeAs(kind, container({ nics: [{ mac: "bc:24:11:00:03:00", bridge: "vmbr0", address: "dhcp" }] }));
    expect(double.guests.get(300)?.config["net0"]).toMatch(/firewall=1.*mtu=1450/);
  });
  test.each([
    ["a card's firewall", "net0", (value: string) => `${value},firewall=1`],
    ["another volume as its root", "rootfs", (value: string) => value.replace("disk-0", "disk-7")],
    ["another volume at a path", "mp0", (value: string) => value.replace("disk-1", "disk-7")],
    ["an option of a file system that is written along", "mp0", (value: string) => `${value},acl=1`],
  ])("%s between a plan and its apply counts as moved", async (_, key, other) => {
    const desired = container({ mounts: { "/data": { size: 20 } } });
    const guest = double.guests.get(300);
    const { found } = await lookAs(kind, desired);
    if (guest !== undefined) guest.config[key] = other(guest.config[key] ?? "");
    const now = await lookAs(kind, desired);
    expect([now.changes, now.found]).toEqual([[], expect.not.objectContaining(found)]);
  });
  test("the volume of a file system that moves is kept", async () => {
    await convergeAs(kind, container({ mounts: { mp0: { path: "/srv", size: 20, backup: true } } }));
    expect(double.guests.get(300)?.config["mp0"]).toMatch(/^thin:subvol-300-disk-1,mp=\/srv,backup=1,size=20G$/);
  });
  test("what waits for the next start, because a run died before it, is put in force", async () => {
    await run((await lookAs(kind, container({ resolvers: ["1.1.1.1"], mounts: { mp0: { path: "/srv", size: 20 } } }))).steps.slice(0, 2));
    const { changes, steps } = await lookAs(kind, container({ resolvers: ["1.1.1.1"], mounts: { mp0: { path: "/srv", size: 20 } } }));
    expect([changes.map(({ property }) => property), highestRisk(changes)]).toEqual([["mp0", "nameserver"], "reboot"]);
    expect(titles(steps)).toEqual(["set nameserver", "shut down", "start"]);
    await run(steps);
    expect(double.guests.get(300)).toMatchObject({ pending: {}, config: { nameserver: "1.1.1.1", mp0: expect.stringContaining("mp=/srv") } });
  });
  test("a stopped one needs no restart", async () => {
    await convergeAs(kind, container({ running: false }));
    const { changes, steps } = await lookAs(kind, container({ running: false, resolvers: ["1.1.1.1"] }));
    expect([highestRisk(changes), titles(steps)]).toEqual(["none", ["set nameserver"]]);
  });
  test.each([
    ["a root file system that would shrink", { disk: 4 }, "rootfs of container 300 has 8 GiB, and 4 are wanted: it never shrinks"],
    ["a further one that would", { mounts: { mp0: { path: "/data", size: 10 } } }, "mp0 of container 300 has 20 GiB, and 10 are wanted: it never shrinks"],
    ["one that should be privileged", { privileged: true }, "container 300 is unprivileged, which cannot be changed once it is made"],
  ])("%s is refused in the plan", async (_, more, message) => {
    expect((await lookAs(kind, container(more))).found).toMatchObject({ found: "unknown", because: { message, hint: expect.any(String) } });
    expect(double.writes).toEqual([]);
  });
  test("one in the care of HA, which answers before it acts, is waited for", async () => {
    double.ha.set(300, { state: "started" });
    const desired = container({ resolvers: ["1.1.1.1"] });
    expect(titles((await lookAs(kind, desired)).steps)).toEqual([
      ...["set nameserver", "shut down", "wait until it is stopped"],
      ...["start", "wait until it is running"],
    ]);
    await convergeAs(kind, desired);
    expect(double.guests.get(300)).toMatchObject({ running: true, pending: {}, config: { nameserver: "1.1.1.1" } });
    await convergeAs(kind, kind.absent?.(container()) ?? container());
    expect([double.guests.has(300), double.ha.has(300)]).toEqual([false, false]);
  });
  test("it is destroyed only when that is desired, with the risk of data", async () => {
    const gone = kind.absent?.(container()) ?? container();
    const { changes, steps } = await lookAs(kind, gone);
    expect([highestRisk(changes), titles(steps)]).toEqual(["data-loss", ["shut down", "destroy"]]);
    await convergeAs(kind, gone);
    expect(double.guests.has(300)).toBe(false);
  });
});

describe("what is not hlx's", () => {
  test.each([
    ["a virtual machine with its number", 9999, 'number 9999 is the virtual machine "debian12" on pve1, which hlx did not make'],
    ["a container without the mark", 301, 'number 301 is the container "theirs" on pve2, which hlx did not make'],
  ])("%s is refused", async (_, id, message) => {
    double.guests.set(301, { node: "pve2", type: "lxc", config: { hostname: "theirs", unprivileged: "1" }, running: true, pending: {} });
    expect((await lookAs(kind, container({ id }))).found).toMatchObject({ found: "unknown", because: { message } });
  });
  test("a container without the mark is taken over on request", async () => {
    double.guests.set(301, {
      node: "pve2",
      type: "lxc",
      config: { hostname: "theirs", unprivileged: "0", rootfs: "thin:subvol-301-disk-0,size=8G" },
      running: true,
      pending: {},
    });
    await convergeAs(kind, container({ id: 301, adopt: true }));
    expect(double.writes.every((write) => !write.startsWith("POST /nodes/pve2/lxc {"))).toBe(true);
  });
});

describe("property strings", () => {
  test.each([
    ["net0", "name=eth0,bridge=vmbr0,firewall=1,hwaddr=bc:24:11:00:03:00,ip=dhcp", "bridge=vmbr0,firewall=1,hwaddr=BC:24:11:00:03:00,ip=dhcp,name=eth0"],
    ["net0", "name=eth0,bridge=vmbr0,hwaddr=BC:24:11:00:03:00", "bridge=vmbr0,hwaddr=BC:24:11:00:03:00,ip=manual,name=eth0"],
    ["features", "nesting=1,keyctl=0", "nesting=1"],
    ["features", "keyctl=1,nesting=1", "keyctl=1,nesting=1"],
    ["nameserver", "1.1.1.1  8.8.8.8", "1.1.1.1 8.8.8.8"],
    ["tags", "Web;hlx", "hlx;web"],
  ])("%s %s is %s", (key, value, text) => expect(settingsOf({ [key]: value }, [key])).toEqual({ [key]: text }));
  test("what is not there is as if it had its default", () => {
    expect(settingsOf({}, ["onboot", "swap", "memory", "features", "cores"])).toEqual({ onboot: "0", swap: "512", memory: "512", features: "" });
  });
});

describe("desired states", () => {
  const wrong = (more: object) => validateValue({ ...container(), ...more }, kind.schema, () => undefined, "container");
  test("a whole one is valid", () => expect(wrong({})).toEqual([]));
  test.each([
    ["a card without a MAC", { nics: [{ bridge: "vmbr0" }] }],
    ["an address without its prefix", { nics: [{ mac: "bc:24:11:00:03:00", bridge: "vmbr0", address: "192.168.1.30" }] }],
    ["a file system called otherwise", { mounts: { data: { path: "/data", size: 1 } } }],
    ["one by its slot without its path", { mounts: { mp0: { size: 1 } } }],
    ["one by its path with another", { mounts: { "/data": { path: "/srv", size: 1 } } }],
    ["too little memory", { memory: 8 }],
    ["an unknown key", { sockets: 2 }],
  ])("%s is refused", (_, more) => expect(wrong(more)).not.toEqual([]));
});

describe("Ceph", () => {
  const pool = (more: Partial<ProxmoxCephPool> = {}): ProxmoxCephPool => ({
    cluster: cluster(),
    node: "pve1",
    name: "vms",
    size: 3,
    minSize: 2,
    autoscale: "on",
    ...more,
  });
  const health = (atWorst: ProxmoxCephHealth["atWorst"]): ProxmoxCephHealth => ({ cluster: cluster(), node: "pve1", atWorst });
  const install = (status = "HEALTH_OK", checks: Record<string, string> = {}) => {
    double.held.ceph = { health: status, checks, pools: new Map() };
  };

  test("a pool is made, set and destroyed", async () => {
    install();
    expect(await convergeAs(poolKind, pool({ application: "rbd", storage: true }))).toEqual({ pool: "vms", size: 3, minSize: 2, autoscale: "on" });
    expect(double.writes[0]).toContain('"add_storages":"1"');
    double.writes.splice(0);
    expect(await convergeAs(poolKind, pool({ size: 2, minSize: 1 }))).toEqual({ size: 2, minSize: 1 });
    expect(double.writes).toEqual(['PUT /nodes/pve1/ceph/pool/vms {"size":"2","min_size":"1"}']);
    const gone = poolKind.absent?.(pool()) ?? pool();
    expect(highestRisk((await lookAs(poolKind, gone)).changes)).toBe("data-loss");
    await convergeAs(poolKind, gone);
  });
  test("where Ceph is not installed that is said, with what installs it", async () => {
    for (const found of [(await lookAs(poolKind, pool())).found, (await lookAs(healthKind, health("HEALTH_OK"))).found])
      expect(found).toMatchObject({
        found: "unknown",
        because: { code: "missing", message: "Ceph is not installed on pve1", hint: expect.stringContaining("pveceph install") },
      });
  });
  test.each([
    ["HEALTH_OK", "HEALTH_OK", "present"],
    ["HEALTH_WARN", "HEALTH_WARN", "present"],
    ["HEALTH_WARN", "HEALTH_OK", "unknown"],
    ["HEALTH_ERR", "HEALTH_WARN", "unknown"],
    ["HEALTH_MAYBE", "HEALTH_WARN", "unknown"],
  ] as const)("%s where %s is the worst that is borne is %s", async (status, atWorst, found) => {
    install(status, { OSD_DOWN: "1 osds down" });
    expect((await lookAs(healthKind, health(atWorst))).found).toMatchObject({
      found,
      ...(found === "unknown" ? { because: { message: `Ceph is ${status}: OSD_DOWN: 1 osds down` } } : {}),
    });
  });
});
