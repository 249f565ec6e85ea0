// The connection to Proxmox against the double: trust, tokens, failures, tasks, and nothing sent twice.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { failureOf, wordsOf } from "../../src/connections/proxmox/failure.ts";
import { taskOf } from "../../src/connections/proxmox/task.ts";
import { proxmox } from "../../src/connections/proxmox.ts";
import { type Double, proxmoxDouble } from "../../src/lab/proxmox/double.ts";
import type { Host } from "../../src/model/host.ts";
import type { Endpoint } from "../../src/model/ports/endpoint.ts";
import type { ProxmoxCluster } from "../../src/model/ports/proxmox.ts";
import { problemOf } from "../../src/model/problem.ts";
import type { Api } from "../../src/model/step.ts";

let double: Double;
let cluster: ProxmoxCluster;
const reveal = (piece: object) => ("secret" in piece ? "hunter2" : "later");

beforeAll(async () => {
  double = await proxmoxDouble();
});
afterAll(() => double.stop());
beforeEach(() => {
  Object.assign(double, { busy: 0, dropAnswers: false, blind: false, reads: 0 });
  double.guests.clear();
  double.writes.splice(0);
  cluster = { server: `127.0.0.1:${double.port}`, token: { secret: "proxmox.token" }, fingerprint: double.fingerprint };
});

function open(token = double.token): Endpoint<"proxmox"> {
  const endpoints = proxmox.start({ connect: {} as never, secret: async () => token });
  return endpoints.of({ name: "kube514" } as Host, () => Promise.reject(new Error("no shell is needed")));
}

function step(method: string, path: string, body: object = {}): Api {
  return { do: "api", title: `${method} ${path}`, via: "proxmox", to: cluster, method, path, body, deadlineMs: 5000 };
}

function stopped(config: Record<string, string> = {}) {
  return { node: "pve2", config, running: false, pending: {} };
}

describe("trust", () => {
  test.each([
    ["the right fingerprint", () => ({ fingerprint: double.fingerprint })],
    ["the right fingerprint, written small and without colons", () => ({ fingerprint: double.fingerprint.replaceAll(":", "").toLowerCase() })],
    ["the CA", () => ({ ca: double.ca })],
  ])("%s lets in, on every connection", async (_, trust) => {
    const { fingerprint: __, ...bare } = cluster;
    cluster = { ...bare, ...trust() };
    const { reader } = open();
    expect(await Promise.all([100, 101, 102].map((id) => reader.guest(cluster, id)))).toEqual([{ guest: "absent" }, { guest: "absent" }, { guest: "absent" }]);
  });
  test.each([
    ["another fingerprint", () => ({ fingerprint: "AA:".repeat(31).concat("AA") }), /is not the pinned one: it has the fingerprint [0-9A-F:]{95}/],
    ["nothing to recognise it by", () => ({}), /nothing says how to recognise/],
    ["a CA that did not sign it", () => ({ ca: "" }), /is not trusted/],
  ])("sec/19 %s is refused before anything is sent", async (_, trust, message) => {
    const { fingerprint: __, ...bare } = cluster;
    const problem = await open()
      .reader.guest({ ...bare, ...trust() }, 100)
      .catch(problemOf);
    expect(problem).toMatchObject({ code: "trust", message: expect.stringMatching(message), hint: expect.any(String) });
    expect(double.reads).toBe(0);
  });
  test("a wrong token is told with what a token looks like, and the token itself is in no message", async () => {
    const wrong = "hlx@pve!test=00000000-0000-0000-0000-000000000000";
    const problem = await open(wrong).reader.guest(cluster, 100).catch(problemOf);
    expect(problem).toMatchObject({ code: "privilege", hint: expect.stringContaining("USER@REALM!NAME=UUID") });
    expect(JSON.stringify(problem)).not.toContain("00000000");
  });
  test("what is no token is refused without connecting", async () => {
    expect(await open("hunter2").reader.guest(cluster, 100).catch(problemOf)).toMatchObject({
      code: "input",
      message: "the secret proxmox.token is no Proxmox API token",
    });
  });
});

describe("guests", () => {
  test("are found on whichever node they are", async () => {
    double.guests.set(514, { ...stopped({ name: "kube514", cores: "8" }), running: true, pending: { cores: "4" } });
    expect(await open().reader.guest(cluster, 514)).toMatchObject({ guest: "here", node: "pve2", running: true, config: { cores: "4" }, pending: ["cores"] });
  });
  test("a number that is taken by something the token may not see is no free number", async () => {
    double.guests.set(514, stopped());
    double.blind = true;
    expect(await open().reader.guest(cluster, 514)).toEqual({ guest: "hidden" });
  });
  test("many guests looked at together are one list, and what changed meanwhile is looked at anew", async () => {
    const { reader, call } = open();
    const ids = Array.from({ length: 20 }, (_, index) => 600 + index);
    for (const id of ids) double.guests.set(id, stopped());
    await Promise.all(ids.map((id) => reader.guest(cluster, id)));
    expect(double.reads).toBe(1 + 3 * ids.length);
    const before = reader.guest(cluster, 600);
    const step: Api = { do: "api", via: "proxmox", to: cluster, title: "put it into a pool", method: "PUT", path: "/pools", body: { poolid: "lab", vms: 600 } };
    const after = call(step, { reveal: () => "" }).then(() => reader.guest(cluster, 600));
    await before;
    expect(await after).toMatchObject({ pool: "lab" });
  });
  test("equal questions at one moment are asked once", async () => {
    const { reader } = open();
    await Promise.all([reader.guest(cluster, 514), reader.guest(cluster, 514)]);
    expect(double.reads).toBe(2);
  });
});

describe("changes", () => {
  test("a task is awaited to its exit status, with its log", async () => {
    const lines: string[] = [];
    const result = await open().call(step("POST", "/nodes/pve1/qemu", { vmid: 514, name: "kube514" }), { reveal, onOutput: (line) => lines.push(line) });
    expect(result).toMatchObject({ result: "done" });
    expect(lines).toEqual(["qmcreate 514", "TASK OK"]);
  });
  test("HTTP 200 and a task that fails is a failure", async () => {
    double.guests.set(514, stopped({ scsi0: "thin:vm-514-disk-0,size=10G" }));
    const result = await open().call(step("PUT", "/nodes/pve2/qemu/514/resize", { disk: "scsi0", size: "2G" }), { reveal });
    expect(result).toMatchObject({ result: "failed", because: expect.stringContaining("shrinking disks is not supported") });
  });
  test("secrets are filled in where they stand, booleans are 1 and 0", async () => {
    double.guests.set(514, stopped());
    await open().call(step("PUT", "/nodes/pve2/qemu/514/config", { cipassword: { secret: "vm.password" }, onboot: true }), { reveal });
    expect(double.writes).toEqual(['PUT /nodes/pve2/qemu/514/config {"cipassword":"hunter2","onboot":"1"}']);
  });
  test("an answer that never came is unknown, and nothing is sent a second time", async () => {
    double.dropAnswers = true;
    const result = await open().call(step("POST", "/nodes/pve1/qemu", { vmid: 514 }), { reveal });
    expect(result).toMatchObject({ result: "unknown" });
    expect(double.writes).toHaveLength(1);
  });
  test("a lock that somebody holds for a moment is waited for", async () => {
    double.guests.set(9000, stopped({ template: "1", scsi0: "thin:base-9000-disk-0,size=2G" }));
    double.busy = 1;
    expect(await open().call(step("POST", "/nodes/pve2/qemu/9000/clone", { newid: 514 }), { reveal })).toMatchObject({ result: "done" });
    expect(double.guests.has(514)).toBe(true);
  });
  test("a guest that a backup holds is not waited for", async () => {
    double.guests.set(514, stopped({ lock: "backup" }));
    expect(await open().call(step("PUT", "/nodes/pve2/qemu/514/config", { cores: 2 }), { reveal })).toMatchObject({
      result: "failed",
      because: expect.stringContaining("VM is locked (backup)"),
    });
  });
});

describe("what failures mean", () => {
  test.each([
    [500, "Configuration file 'nodes/pve1/qemu-server/999.conf' does not exist", "absent"],
    [500, "unable to create VM 110 - VM 110 already exists on node 'pve1'", "taken"],
    [500, "unable to create VM 121: config file already exists", "taken"],
    [500, "can't lock file '/var/lock/qemu-server/lock-9000.conf' - got timeout", "busy"],
    [500, "VM is locked (backup)", "locked"],
    [500, "checksum mismatch (file change by other user?)", "stale"],
    [403, "Permission check failed (/vms/100, VM.Audit)", "denied"],
    [500, "only root can set 'args' config", "denied"],
    [401, "Authentication failed!", "login"],
    [595, "Connection refused", "unreachable"],
    [400, "Parameter verification failed.", "parameter"],
    [500, "no options specified", "other"],
  ])("%i %s is %s", (status, text, kind) => {
    expect(failureOf(status, text, undefined).kind).toBe(kind);
    expect(failureOf(status, "Internal Server Error", { data: null, message: `${text}\n` }).kind).toBe(kind);
  });
  test("fields are told, Perl's file and line are not", () => {
    expect(wordsOf(failureOf(400, "x", { message: "Parameter verification failed.\n", errors: { name: "invalid format\n" } }))).toBe(
      "Parameter verification failed: name: invalid format",
    );
    expect(failureOf(500, "x", { message: "boom at /usr/share/perl5/PVE/QemuServer.pm line 12.\n" }).text).toBe("boom");
  });
  test.each([
    ["UPID:pve1:00001234:00ABCDEF:6740A1B2:qmcreate:514:hlx@pve!test:", { node: "pve1", type: "qmcreate" }],
    ["UPID:pve1", undefined],
    [null, undefined],
    [{ upid: 1 }, undefined],
  ])("%j is the task %j", (data, wanted) => {
    const task = taskOf(data);
    if (wanted === undefined) expect(task).toBeUndefined();
    else expect(task).toMatchObject(wanted);
  });
});
