// Who is let in and through which node: tickets and their renewal, failover to verified nodes, limits, races for one number, open connections used again.
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { openClient } from "../../src/connections/proxmox/client.ts";
import { failureOf } from "../../src/connections/proxmox/failure.ts";
import { makeLimits, touched } from "../../src/connections/proxmox/limits.ts";
import { byToken } from "../../src/connections/proxmox/login.ts";
import { send } from "../../src/connections/proxmox/request.ts";
import { agentFor } from "../../src/connections/proxmox/socket.ts";
import { proxmoxBy } from "../../src/connections/proxmox.ts";
import { type Double, proxmoxDouble } from "../../src/lab/proxmox/double.ts";
import type { Host } from "../../src/model/host.ts";
import type { Endpoint } from "../../src/model/ports/endpoint.ts";
import type { ProxmoxCluster } from "../../src/model/ports/proxmox.ts";
import { problemOf } from "../../src/model/problem.ts";
import type { Api } from "../../src/model/step.ts";

let double: Double;
let nowMs = 0;
const said: string[] = [];
const hour = 3_600_000;
const reveal = () => "";

beforeEach(async () => {
  double = await proxmoxDouble();
  nowMs = 0;
  said.splice(0);
});
afterEach(() => double.stop());

function open(secrets: Record<string, string> = {}): Endpoint<"proxmox"> {
  const values: Record<string, string> = { "proxmox.token": double.token, "proxmox.password": "hunter2", ...secrets };
  const connect = { connectTimeoutMs: 5000, log: (line: string) => said.push(line) } as never;
  const endpoints = proxmoxBy({ monotonicMs: () => nowMs }).start({ connect, secret: async (name) => values[name] ?? "" });
  return endpoints.of({ name: "kube514" } as Host, () => Promise.reject(new Error("no shell is needed")));
}

const node = () => ({ server: `127.0.0.1:${double.port}`, fingerprint: double.fingerprint });
const byTokenOf = (): ProxmoxCluster => ({ ...node(), token: { secret: "proxmox.token" } });
const byUser = (user = "root@pam"): ProxmoxCluster => ({ ...node(), user, password: { secret: "proxmox.password" } });

function create(to: ProxmoxCluster, id: number): Api {
  return { do: "api", title: `create ${id}`, via: "proxmox", to, method: "POST", path: "/nodes/pve1/qemu", body: { vmid: id }, deadlineMs: 5000 };
}

describe("a user with a password", () => {
  test("logs in once for all that is asked, and writes with the token against forged requests", async () => {
    const endpoint = open();
    await Promise.all([100, 101, 102].map((id) => endpoint.reader.guest(byUser(), id)));
    expect(await endpoint.call(create(byUser(), 514), { reveal })).toMatchObject({ result: "done" });
    expect(double.logins).toEqual(["password"]);
  });
  test("shows its ticket again before two hours are over, and is given a new one for it", async () => {
    const endpoint = open();
    await endpoint.reader.guest(byUser(), 100);
    nowMs = 0.9 * hour;
    await endpoint.reader.guest(byUser(), 100);
    expect(double.logins).toEqual(["password"]);
    nowMs = 1.1 * hour;
    await Promise.all([endpoint.reader.guest(byUser(), 100), endpoint.reader.guest(byUser(), 101)]);
    expect(double.logins).toEqual(["password", "ticket"]);
  });
  test("logs in again with the password where its ticket is not good any more, and what was refused is done once", async () => {
    const endpoint = open();
    await endpoint.reader.guest(byUser(), 100);
    double.tickets.clear();
    expect(await endpoint.call(create(byUser(), 514), { reveal })).toMatchObject({ result: "done" });
    expect(double.logins).toEqual(["password", "password"]);
    expect(double.writes).toHaveLength(1);
  });
  test("is refused once where the password is wrong: more would lock people out", async () => {
    const endpoint = open({ "proxmox.password": "wrong" });
    const problems = await Promise.all([100, 101].map((id) => endpoint.reader.guest(byUser(), id).catch(problemOf)));
    for (const problem of problems)
      expect(problem).toMatchObject({ code: "privilege", message: expect.stringContaining("logging in to Proxmox as root@pam"), hint: expect.any(String) });
    expect(JSON.stringify(problems)).not.toContain("wrong");
    expect(double.logins).toEqual([]);
  });
  test("that is asked for a second factor is told to use a token", async () => {
    double.secondFactor.add("root@pam");
    expect(await open().reader.guest(byUser(), 100).catch(problemOf)).toMatchObject({
      message: expect.stringContaining("second factor"),
      hint: expect.stringContaining("pveum user token add root@pam hlx"),
    });
  });
  test("must name its realm", async () => {
    expect(await open().reader.guest(byUser("root"), 100).catch(problemOf)).toMatchObject({ code: "input", message: '"root" is no user of Proxmox' });
  });
});

describe("when the node that is asked falls silent", () => {
  test("another one is asked, which it told of, and whose certificate is what it told", async () => {
    await double.join("pve2", "127.0.0.2");
    const endpoint = open();
    expect(await endpoint.call(create(byTokenOf(), 514), { reveal })).toMatchObject({ result: "done" });
    double.silence();
    expect(await endpoint.reader.guest(byTokenOf(), 514)).toMatchObject({ guest: "here" });
    expect(await endpoint.call(create(byTokenOf(), 515), { reveal })).toMatchObject({ result: "done" });
    expect(said).toEqual([`proxmox: 127.0.0.1:${double.port} does not answer, going on with 127.0.0.2:${double.port}`]);
  });
  test("one that shows another certificate than was told gets nothing", async () => {
    await double.join("pve2", "127.0.0.2");
    const endpoint = open();
    Object.assign(double.members[1] ?? {}, { fingerprint: "AA:".repeat(31).concat("AA") });
    await endpoint.call(create(byTokenOf(), 514), { reveal });
    double.silence();
    const before = double.reads;
    expect(await endpoint.reader.guest(byTokenOf(), 514).catch(problemOf)).toMatchObject({ code: "trust" });
    expect(double.reads).toBe(before);
  });
  test("nodes that the inventory names are asked from the start", async () => {
    await double.join("pve2", "127.0.0.2");
    double.silence();
    const also = [{ server: `127.0.0.2:${double.port}`, fingerprint: double.members[1]?.fingerprint ?? "" }];
    expect(await open().reader.guest({ ...byTokenOf(), also }, 514)).toEqual({ guest: "absent" });
  });
  test("without another one it is unreachable, and says which", async () => {
    double.silence();
    expect(await open().reader.guest(byTokenOf(), 514).catch(problemOf)).toMatchObject({
      code: "unreachable",
      message: expect.stringContaining(`127.0.0.1:${double.port}`),
    });
  });
});

describe("limits", () => {
  test.each([
    ["a clone, in its storage", { path: "/nodes/pve1/qemu/9999/clone", body: { storage: "thin" } }, ["node pve1", "storage thin"]],
    [
      "an import: both storages",
      { path: "/nodes/pve1/qemu", body: { scsi0: "thin:0,import-from=local:import/x.qcow2", description: "a:b" } },
      ["node pve1", "storage local", "storage thin"],
    ],
    ["a download", { path: "/nodes/pve1/storage/local/download-url", body: {} }, ["node pve1", "storage local"]],
    ["a start: only its node", { path: "/nodes/pve2/qemu/1/status/start" }, ["node pve2"]],
    ["a pool: nothing", { path: "/pools", body: { poolid: "x" } }, []],
  ])("%s", (_, operation, keys) => expect(touched(operation)).toEqual(keys));

  test("so many at once on one node and in one storage, and no more; the others come after", async () => {
    const limits = makeLimits({ perNode: 3, perStorage: 2 });
    let [running, most, done] = [0, 0, 0];
    const work = async (): Promise<void> => {
      running += 1;
      most = Math.max(most, running);
      await sleep(5);
      running -= 1;
      done += 1;
    };
    const all = (body: object) => Promise.all(Array.from({ length: 9 }, () => limits.within({ path: "/nodes/pve1/qemu", body }, work)));
    await all({ storage: "thin" });
    expect([most, done]).toEqual([2, 9]);
    most = 0;
    await all({});
    expect([most, done]).toEqual([3, 18]);
  });
  test.each([
    ["in one storage, whoever asks through whichever node", (n: number) => ({ ...create(byTokenOf(), n), body: { vmid: n, scsi0: "thin:1" } }), 2],
    ["on one node", (n: number) => create(byTokenOf(), n), 4],
  ])("hold to the end of the tasks: %s", async (_, stepOf, most) => {
    double.taskMs = 60;
    const endpoint = open();
    const results = await Promise.all(Array.from({ length: 9 }, (__, index) => endpoint.call(stepOf(600 + index), { reveal })));
    expect(results.map(({ result }) => result)).toEqual(Array.from({ length: 9 }, () => "done"));
    expect(double.mostTasks).toBeLessThanOrEqual(most);
    expect(double.mostTasks).toBeGreaterThan(1);
  });
  test("operations that need each other's storages never wait for each other", async () => {
    const limits = makeLimits({ perNode: 9, perStorage: 1 });
    const pairs = Array.from({ length: 20 }, (_, index) => (index % 2 === 0 ? { scsi0: "a:1", storage: "b" } : { scsi0: "b:1", storage: "a" }));
    await Promise.all(pairs.map((body) => limits.within({ path: "/nodes/pve1/qemu", body }, () => sleep(1))));
  });
});

describe("two runs that race for one number", () => {
  test("one makes it, the other is refused with the words of the node and what to do; nothing is sent twice", async () => {
    const results = await Promise.all([open(), open()].map((endpoint) => endpoint.call(create(byTokenOf(), 514), { reveal })));
    expect(results.map(({ result }) => result).toSorted()).toEqual(["done", "failed"]);
    expect(results.find(({ result }) => result === "failed")).toMatchObject({
      because: expect.stringContaining("VM 514 already exists on node 'pve1'"),
      output: expect.stringContaining("plan again"),
    });
    expect(double.writes).toHaveLength(2);
  });
});

describe("only a lock that was waited for in vain is asked for again", () => {
  test.each([
    ["can't lock file '/var/lock/qemu-server/lock-9000.conf' - got timeout", "busy"],
    ["cfs-lock 'storage-rbd' error: got lock request timeout", "busy"],
    ["error with cfs lock 'storage-rbd': got lock request timeout", "busy"],
    ["error with cfs lock 'storage-rbd': got lock timeout - aborting command", "other"],
    ["cfs-lock 'storage-rbd' error: no quorum!", "other"],
    ["VM quit/powerdown failed - got timeout", "other"],
    ["command '/sbin/lvs --separator' failed: got timeout", "other"],
    ["VM is locked (backup)", "locked"],
  ])("%s is %s", (text, kind) => expect(failureOf(500, text, undefined).kind).toBe(kind));
});

describe("a task that waits in vain for a storage's lock", () => {
  const clone = (): Api => ({ ...create(byTokenOf(), 514), title: "clone template 9000", path: "/nodes/pve1/qemu/9000/clone", body: { newid: 514 } });
  beforeEach(() => {
    double.guests.set(9000, { node: "pve1", config: { template: "1", scsi0: "thin:base-9000-disk-0,size=2G" }, running: false, pending: {} });
  });

  test("left nothing, and is started again", async () => {
    double.lockedTasks = 1;
    const lines: string[] = [];
    expect(await open().call(clone(), { reveal, onOutput: (line) => lines.push(line) })).toMatchObject({ result: "done" });
    expect([double.guests.has(514), double.writes.length]).toEqual([true, 2]);
    expect(lines).toContain("waiting for a lock: clone failed: cfs-lock 'storage-thin' error: got lock request timeout");
  });
  test("four times in a row fails, and says what to do", async () => {
    double.lockedTasks = 9;
    const result = await open().call(clone(), { reveal });
    expect(result).toMatchObject({
      result: "failed",
      because: expect.stringContaining("got lock request timeout"),
      output: expect.stringContaining("apply again"),
    });
    expect(double.writes).toHaveLength(4);
  });
  test("any other failure of a task is not tried again", async () => {
    double.guests.set(514, { node: "pve1", config: { scsi0: "thin:vm-514-disk-0,size=10G" }, running: false, pending: {} });
    const shrink: Api = { ...clone(), method: "PUT", path: "/nodes/pve1/qemu/514/resize", body: { disk: "scsi0", size: "2G" } };
    expect(await open().call(shrink, { reveal })).toMatchObject({ result: "failed", because: expect.stringContaining("shrinking disks is not supported") });
    expect(double.writes).toHaveLength(1);
  });
});

describe("connections", () => {
  test("that are idle are closed before the node does it, so that no request meets a connection that is just being closed", async () => {
    const agent = agentFor({ host: "127.0.0.1", port: double.port, trust: { fingerprint: double.fingerprint } }, { connectTimeoutMs: 5000, idleMs: 50 });
    const door = { server: { host: "127.0.0.1", port: double.port, trust: { fingerprint: double.fingerprint } }, agent };
    const ask = () => send(door, { method: "GET", path: "/version" }, { headers: { Authorization: `PVEAPIToken=${double.token}` }, timeoutMs: 5000 });
    await ask();
    await vi.waitFor(() => expect(Object.keys(agent.freeSockets)).toEqual([]));
    expect(await ask()).toMatchObject({ data: { release: "9.2" } });
    expect(double.handshakes).toBe(2);
    agent.destroy();
  });
  test("that are open are used again: as many handshakes as requests at once, however many requests", async () => {
    const endpoint = open();
    for (let round = 0; round < 5; round++) await Promise.all([100, 101, 102, 103, 104].map((id) => endpoint.reader.guest(byTokenOf(), id)));
    // Each round is one list, and one question for each number that is not in it.
    expect(double.reads).toBe(30);
    expect(double.handshakes).toBeLessThanOrEqual(4);
    expect(endpoint.requests()).toBe(30);
  });
  test("a question whose connection breaks is asked once more; nothing else is", async () => {
    const client = openClient({
      servers: [{ host: "127.0.0.1", port: double.port, trust: { fingerprint: double.fingerprint } }],
      login: byToken(double.token),
      timeoutMs: 5000,
      connectTimeoutMs: 5000,
      atOnce: 4,
    });
    double.dropReads = 1;
    expect(await client.ask("GET", "/version")).toMatchObject({ data: { release: "9.2" } });
    double.dropReads = 2;
    expect(await client.ask("GET", "/version")).toMatchObject({ lost: expect.any(String) });
    expect(client.requests()).toBe(4);
    client.close();
  });
});
