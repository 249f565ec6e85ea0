// hlx doctor at a Proxmox node's API: what is wrong with the way, the certificate, the login and the privileges, and what mends it.
import { execFileSync } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer as createWeb } from "node:https";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeEach, describe, expect, test } from "vitest";
import { examineApi } from "../../src/cli/run/doctor/proxmox.ts";
import { everything } from "../../src/lab/proxmox/access.ts";
import { certificate, portOf } from "../../src/lab/proxmox/config.ts";
import { type Double, proxmoxDouble } from "../../src/lab/proxmox/double.ts";
import type { Host } from "../../src/model/host.ts";
import { proxmoxClusterOf } from "../../src/model/proxmox-cluster.ts";

let double: Double;
const folder = mkdtempSync(join(tmpdir(), "hlx-pve-doctor-"));
beforeEach(async () => {
  double = await proxmoxDouble();
});
afterEach(() => double.stop());
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Told {
  readonly proxmox?: object;
  readonly secret?: string;
  readonly now?: Date;
}

async function examine({ proxmox = {}, secret = double.token, now = new Date() }: Told = {}) {
  const settings = { port: double.port, token: { secret: "proxmox.token" }, fingerprint: double.fingerprint, ...proxmox };
  const host = nodeNamed("node005", settings);
  const run = { connect: { connectTimeoutMs: 5000 } as never, secret: async () => secret };
  return examineApi(host, { hosts: new Map([[host.name, host]]), run, now: () => now, monotonicMs: () => 0 });
}

function nodeNamed(name: string, proxmox: object, address = "127.0.0.1"): Host {
  return { name, login: { address }, vars: { proxmox } } as unknown as Host;
}

/** A certificate of yesterday's yesterday: valid for one day in 2020. */
function expired(): { readonly key: string; readonly cert: string } {
  mkdirSync(join(folder, "new"), { recursive: true });
  const at = (name: string) => join(folder, name);
  writeFileSync(at("index"), "");
  writeFileSync(
    at("ca.cnf"),
    `[ca]\ndefault_ca=d\n[d]\ndatabase=${at("index")}\nnew_certs_dir=${at("new")}\nrand_serial=yes\ndefault_md=sha256\npolicy=p\n[p]\ncommonName=supplied\n`,
  );
  const run = (...args: string[]) => execFileSync("openssl", args, { stdio: "ignore" });
  run("req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=pve1", "-keyout", at("key"), "-out", at("csr"));
  run(
    "ca",
    "-batch",
    "-selfsign",
    "-config",
    at("ca.cnf"),
    "-keyfile",
    at("key"),
    "-in",
    at("csr"),
    "-startdate",
    "20200101000000Z",
    "-enddate",
    "20200102000000Z",
    "-notext",
    "-out",
    at("cert"),
  );
  return { key: readFileSync(at("key"), "utf8"), cert: readFileSync(at("cert"), "utf8") };
}

const guestsOnly = Object.fromEntries(
  Object.keys(everything)
    .filter((name) => name.startsWith("VM."))
    .map((name) => [name, 1]),
);

test("a node that is well has no mend, and nothing was written", async () => {
  await double.join("pve2", "127.0.0.2");
  const findings = await examine();
  expect(findings.map(({ check, level, mend }) => [check, level, mend])).toEqual([
    ["api certificate", "warning", expect.any(String)], // the double's is valid for two days
    ["api", "ok", undefined],
    ["api privileges", "ok", undefined],
    ["api nodes", "ok", undefined],
  ]);
  expect(findings[3]?.found).toContain(`127.0.0.2:${double.port} (fingerprint ${double.members[1]?.fingerprint})`);
  expect(double.writes).toEqual([]);
});

test("a host that is no Proxmox node has none", async () => {
  const host = { name: "web", login: { address: "127.0.0.1" }, vars: {} } as unknown as Host;
  expect(await examineApi(host, { hosts: new Map(), run: {} as never, now: () => new Date(), monotonicMs: () => 0 })).toEqual([]);
});

describe("the way in", () => {
  test.each([
    [
      "another fingerprint, with the one that is shown",
      { fingerprint: "AA:".repeat(31).concat("AA") },
      /is not the pinned one: it has the fingerprint/,
      /openssl x509/,
    ],
    [
      "nothing to recognise it by",
      { fingerprint: undefined },
      /nothing says how to recognise .*: it shows ([0-9A-F]{2}:){31}[0-9A-F]{2}$/,
      /compare that first; .*proxmox.fingerprint/,
    ],
    ["a port where nothing listens", { port: 1 }, /^nothing listens at 127.0.0.1:1$/, /8006/],
  ])("%s", async (...[, proxmox, found, mend]) => {
    expect(await examine({ proxmox })).toEqual([
      { check: "api certificate", level: "error", found: expect.stringMatching(found), mend: expect.stringMatching(mend) },
    ]);
    expect(double.reads).toBe(0);
  });
  test("a port where SSH answers", async () => {
    const ssh = createServer((socket) => socket.end("SSH-2.0-OpenSSH_9.2p1\r\n").on("error", () => undefined));
    await new Promise<void>((resolve) => ssh.listen(0, "127.0.0.1", resolve));
    const { port } = ssh.address() as { port: number };
    expect(await examine({ proxmox: { port } })).toMatchObject([
      { level: "error", found: expect.stringContaining("does not speak TLS"), mend: expect.stringContaining("8006") },
    ]);
    ssh.close();
  });
  test("something that speaks TLS and is no Proxmox", async () => {
    const { key, cert } = certificate();
    const web = createWeb({ key, cert }, (_, response) => response.end("<html>It works!</html>"));
    await new Promise<void>((resolve) => web.listen(0, "127.0.0.1", resolve));
    const proxmox = { port: portOf(web), fingerprint: new X509Certificate(cert).fingerprint256 };
    expect((await examine({ proxmox })).at(-1)).toMatchObject({ level: "error", found: expect.stringContaining("is not the Proxmox API") });
    web.close();
  });
  test("a certificate that is not valid any more is refused by the CA, and warned of where it is pinned", async () => {
    const shown = expired();
    double.show(shown);
    const [refused] = await examine({ proxmox: { fingerprint: undefined, ca: shown.cert } });
    expect(refused).toMatchObject({
      level: "error",
      found: expect.stringContaining("certificate has expired"),
      mend: expect.stringContaining("pvecm updatecerts"),
    });
    const fingerprint = execFileSync("openssl", ["x509", "-noout", "-fingerprint", "-sha256"], { input: shown.cert, encoding: "utf8" }).split("=")[1]?.trim();
    const [warned, api] = await examine({ proxmox: { fingerprint } });
    expect(warned).toMatchObject({ level: "warning", found: expect.stringContaining("it expired on 2020-01-02") });
    expect(api).toMatchObject({ check: "api", level: "ok" });
  });
  test("a wrong token is told, and its secret half is nowhere", async () => {
    const findings = await examine({ secret: "hlx@pve!test=00000000-0000-0000-0000-000000000000" });
    expect(findings.at(-1)).toMatchObject({ check: "api", level: "error", mend: expect.stringContaining("USER@REALM!NAME=UUID") });
    expect(JSON.stringify(findings)).not.toContain("00000000");
  });
});

describe("privileges", () => {
  const privileges = async () => (await examine()).find(({ check }) => check === "api privileges");

  test("none at all: a token with privilege separation that no ACL names", async () => {
    double.permissions = {};
    const finding = await privileges();
    expect(finding).toMatchObject({ level: "error", found: expect.stringContaining("VM.Allocate, VM.Audit, VM.Clone") });
    expect(finding?.mend).toContain("pveum acl modify /vms --roles hlx-vms --users 'hlx@pve' --tokens 'hlx@pve!test'");
    expect(finding?.mend).not.toContain("Sys.Modify");
  });
  test("one that is missing is named with its path and the exact commands", async () => {
    double.permissions = { "/": everything, "/storage": { "Datastore.Audit": 1, "Datastore.AllocateSpace": 1 } };
    const finding = await privileges();
    expect(finding?.found).toBe("missing: Datastore.AllocateTemplate on /storage (for disks and images)");
    const privs = "Datastore.AllocateSpace,Datastore.AllocateTemplate,Datastore.Audit";
    expect(finding?.mend).toBe(
      `on the node: pveum role add hlx-storage --privs '${privs}' || pveum role modify hlx-storage --privs '${privs}'; pveum acl modify /storage --roles hlx-storage --users 'hlx@pve' --tokens 'hlx@pve!test'`,
    );
  });
  test("an ACL replaces what is inherited at its path, so what the token had there stays in the role", async () => {
    double.permissions = { "/": { ...everything, "VM.Clone": 0, "VM.Migrate": 1 } };
    expect((await privileges())?.mend).toMatch(/--privs '[^']*VM\.Migrate/);
  });
  test("those that only some uses need are named, and are no error for who does not use them", async () => {
    double.permissions = { "/": guestsOnly, "/storage": everything, "/sdn/zones": everything };
    const finding = await privileges();
    expect(finding).toMatchObject({ level: "ok", found: expect.stringContaining("Sys.AccessNetwork on /nodes (for downloads by URL)") });
    expect(finding?.mend).toContain("pveum acl modify /nodes --roles hlx-nodes");
  });
  test("PVE 8 calls the agent's privilege by another name", async () => {
    double.version = "8.4.1";
    expect((await privileges())?.found).toBe("missing: VM.Monitor on /vms (for guests)");
  });
  test("the commands for a user with a password name no token", async () => {
    double.permissions = {};
    const findings = await examine({ proxmox: { token: undefined, user: "root@pam", password: { secret: "x" } }, secret: "hunter2" });
    expect(findings.find(({ check }) => check === "api privileges")?.mend).toMatch(/--users 'root@pam'$/);
  });
});

describe("the cluster of a node", () => {
  const token = { secret: "proxmox.token" };
  const hosts = new Map(
    [
      nodeNamed("node005", { token, fingerprint: "AB" }, "192.168.1.105"),
      nodeNamed("node006", { token }, "192.168.1.106"),
      nodeNamed("node007", { token, fingerprint: "CD", port: 443 }, "192.168.1.107"),
      nodeNamed("other", { token: { secret: "other" }, fingerprint: "EF" }, "10.0.0.1"),
      nodeNamed("bare", {}, "10.0.0.2"),
    ].map((host) => [host.name, host]),
  );

  test.each([
    ["node005", { server: "192.168.1.105:8006", fingerprint: "AB", token, also: [{ server: "192.168.1.107:443", fingerprint: "CD" }] }],
    ["node006", { server: "192.168.1.105:8006", fingerprint: "AB", token, also: [{ server: "192.168.1.107:443", fingerprint: "CD" }] }],
    ["other", { server: "10.0.0.1:8006", fingerprint: "EF", token: { secret: "other" } }],
  ])("%s: asked itself where it can be recognised, else through a node with the same token", (name, cluster) => {
    expect(proxmoxClusterOf(name, { hosts })).toEqual(cluster);
  });
  test("one without a login is refused with what to write", () => {
    expect(() => proxmoxClusterOf("bare", { hosts })).toThrow(
      "the Proxmox node bare has no API token: write proxmox: { token: !secret NAME } for it or its group",
    );
  });
});
